//! A sandbox on a free port, a client that follows no redirects, and a webhook receiver.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use reqwest::{Method, Response};
use sandbox::{Config, Control, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const SHOP: &str = "100500";
pub const KEY: &str = "test_key";
pub const RETURN_URL: &str = "http://shop.localhost:3000/pay/return?payment=7";

pub fn config() -> Config {
    Config {
        shop_id: SHOP.to_owned(),
        secret_key: KEY.to_owned(),
        public_url: "http://bank.localhost:4000".to_owned(),
        webhook_url: None,
        state_file: None,
        control: true,
    }
}

pub struct Bank {
    pub base: String,
    pub client: reqwest::Client,
    pub control: Control,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Bank {
    pub async fn start(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::open(config).await.unwrap();
        let control = sandbox.control();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let shutdown = async move { drop(stopped.await) };
            sandbox.serve(listener, shutdown).await.unwrap();
        });
        // The sandbox has installed the TLS provider that the client asks for.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self {
            base,
            client,
            control,
            stop: Some(stop),
            server,
        }
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        change(&mut config);
        Self::start(config).await
    }

    /// Stops and waits; the client goes first so that no idle connection is left open.
    pub async fn stop(mut self) {
        drop(self.client);
        drop(self.stop.take());
        tokio::time::timeout(Duration::from_secs(5), self.server)
            .await
            .expect("a clean end")
            .unwrap();
    }

    pub async fn api(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Response {
        self.try_api(method, path, key, body).await.unwrap()
    }

    pub async fn try_api(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> reqwest::Result<Response> {
        let mut request = self
            .client
            .request(method, format!("{}/v3{path}", self.base))
            .basic_auth(SHOP, Some(KEY));
        if let Some(key) = key {
            request = request.header("Idempotence-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    pub async fn create(&self, key: &str, body: &Value) -> Value {
        let response = self
            .api(Method::POST, "/payments", Some(key), Some(body))
            .await;
        ok(response).await
    }

    pub async fn read(&self, id: &str) -> Value {
        ok(self
            .api(Method::GET, &format!("/payments/{id}"), None, None)
            .await)
        .await
    }

    /// A new pending payment with a redirect.
    pub async fn pending(&self, key: &str, capture: bool) -> String {
        let mut body = order();
        body["capture"] = json!(capture);
        text(&self.create(key, &body).await, "/id")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }

    pub async fn post(&self, path: &str, form: &str) -> Response {
        self.client
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
            .send()
            .await
            .unwrap()
    }
}

pub fn order() -> Value {
    json!({
        "amount": {"value": "500.00", "currency": "RUB"},
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": RETURN_URL},
        "description": "Пополнение <счёта>",
        "metadata": {"payment_id": "7"},
    })
}

pub async fn ok(response: Response) -> Value {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

/// Checks the documented shape of a refusal and gives its body.
pub async fn refused(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["type"], "error", "{body}");
    assert_eq!(body["code"], code, "{body}");
    assert!(
        body["id"].is_string() && body["description"].is_string(),
        "{body}"
    );
    body
}

pub fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .expect("a text")
        .to_owned()
}

pub fn location(response: &Response) -> String {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().to_owned()
}

pub fn file(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sandbox-test-{}", std::process::id()));
    folder.join(name)
}

/// Waits until something becomes true.
pub async fn until(mut check: impl FnMut() -> bool) {
    for _ in 0..500 {
        if check() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen in five seconds");
}

/// A shop that takes webhooks down; it fails as many times as it was told to.
#[derive(Clone, Default)]
pub struct Receiver {
    pub seen: Arc<Mutex<Vec<Value>>>,
    pub failures: Arc<Mutex<u32>>,
}

impl Receiver {
    /// Starts a receiver and gives its address.
    pub async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/hook", post(take))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (receiver, url)
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn events(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|body| text(body, "/event"))
            .collect()
    }
}

async fn take(State(receiver): State<Receiver>, Json(body): Json<Value>) -> StatusCode {
    receiver.seen.lock().unwrap().push(body);
    let mut failures = receiver.failures.lock().unwrap();
    if *failures == 0 {
        return StatusCode::OK;
    }
    *failures -= 1;
    StatusCode::INTERNAL_SERVER_ERROR
}
