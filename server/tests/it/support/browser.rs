//! A browser without scripts: keeps cookies, follows redirects, reads forms from the page and posts
//! them as a person would.

use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, Response, redirect};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use std::collections::BTreeMap;

/// A browser at one cabinet.
pub struct Browser {
    base: String,
    client: Client,
    cookies: BTreeMap<String, String>,
    /// Where it is; sent as the referrer.
    at: String,
}

/// What it sees.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    /// Path and query; a whole address when the redirect led to another site.
    pub path: String,
    pub html: String,
}

/// A form as it stands in the page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

fn select(query: &str) -> Selector {
    Selector::parse(query).unwrap()
}

fn text(element: ElementRef<'_>) -> String {
    let words: Vec<&str> = element.text().flat_map(str::split_whitespace).collect();
    words.join(" ")
}

impl Page {
    fn all(&self, query: &str) -> Vec<String> {
        let page = Html::parse_document(&self.html);
        page.select(&select(query)).map(text).collect()
    }

    /// The text of the first element.
    pub fn first(&self, query: &str) -> String {
        self.all(query).into_iter().next().unwrap_or_default()
    }

    /// The main heading.
    pub fn heading(&self) -> String {
        self.first("h1")
    }

    /// The error summary.
    pub fn summary(&self) -> String {
        self.first(".c-summary")
    }

    /// The whole text of the main part.
    pub fn main(&self) -> String {
        self.first("main")
    }

    /// Where the first link with these words leads.
    pub fn link(&self, words: &str) -> Option<String> {
        let page = Html::parse_document(&self.html);
        page.select(&select("a"))
            .find(|link| link.text().collect::<String>().trim() == words)
            .and_then(|link| link.value().attr("href").map(str::to_owned))
    }

    /// The form that is posted to an address.
    pub fn form(&self, action: &str) -> Form {
        let page = Html::parse_document(&self.html);
        let query = format!("form[action=\"{action}\"]");
        let form = page
            .select(&select(&query))
            .next()
            .unwrap_or_else(|| panic!("no form {action} on {} ({})", self.path, self.heading()));
        let fields = form
            .select(&select("input"))
            .filter_map(|input| {
                let attribute = |name| input.value().attr(name);
                let chosen = attribute("checked").is_some()
                    || !matches!(attribute("type"), Some("radio" | "checkbox"));
                let value = attribute("value").unwrap_or_default().to_owned();
                chosen.then(|| Some((attribute("name")?.to_owned(), value)))?
            })
            .collect();
        Form {
            action: action.to_owned(),
            fields,
        }
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        let values: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
        values.join("\n")
    }
}

impl Form {
    /// Types into a field, ticks a box, chooses.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(found, _)| found != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Browser {
    pub fn new(base: &str) -> Self {
        gateways::http::install_tls();
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            base: base.to_owned(),
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
            at: "/".into(),
        }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sets a cookie by hand.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        accept: &str,
        body: Option<(&str, String)>,
    ) -> Response {
        let url = format!("{}{path}", self.base);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self
            .client
            .request(method, url)
            .header(header::ACCEPT, accept)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::REFERER, format!("{}{}", self.base, self.at))
            .header("sec-fetch-site", "same-origin");
        if let Some((kind, body)) = body {
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header(header::ORIGIN, &self.base)
                .body(body);
        }
        let answer = request.send().await.unwrap();
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Follows redirects to the end and reads the page.
    async fn follow(&mut self, mut answer: Response, mut path: String) -> Page {
        let mut headers = answer.headers().clone();
        for _ in 0..10 {
            let Some(location) = answer.headers().get(header::LOCATION) else {
                break;
            };
            let location = location.to_str().unwrap().to_owned();
            let own = location
                .strip_prefix(&self.base)
                .unwrap_or(&location)
                .to_owned();
            path = own.clone();
            if !own.starts_with('/') {
                break;
            }
            answer = self.send(Method::GET, &own, "text/html", None).await;
            headers = answer.headers().clone();
        }
        let status = answer.status().as_u16();
        self.at.clone_from(&path);
        Page {
            status,
            headers,
            path,
            html: answer.text().await.unwrap(),
        }
    }

    /// Opens an address.
    pub async fn get(&mut self, path: &str) -> Page {
        let answer = self.send(Method::GET, path, "text/html", None).await;
        self.follow(answer, path.to_owned()).await
    }

    /// Sends a form.
    pub async fn submit(&mut self, form: Form) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&form.fields)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        let answer = self
            .send(Method::POST, &form.action, "text/html", Some((kind, body)))
            .await;
        self.follow(answer, form.action).await
    }

    /// Calls a server function as the browser's module does: status and JSON.
    pub async fn call(&mut self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let kind = "application/x-www-form-urlencoded";
        let body = (method == Method::POST).then(|| (kind, body.to_owned()));
        let answer = self.send(method, path, "application/json", body).await;
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Sends the top-up form as it stands: what the cabinet suggests.
    pub async fn top_up(&mut self) -> Page {
        let page = self.get("/payments/top-up").await;
        self.submit(page.form("/api/payments/start")).await
    }

    /// Signs in by the form.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        let form = self.get("/login").await.form("/api/auth/sign-in");
        self.submit(form.with("login", login).with("password", password))
            .await
    }
}
