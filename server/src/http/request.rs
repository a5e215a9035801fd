//! From an HTTP request to the cabinet's own: cookies, address, language, the kept form.

use super::State;
use app::features::auth::cookies::{BROWSER, LANG, SESSION, THEME};
use app::request::{Draft, Outcome, Request};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use domain::Lang;
use domain::office::Door;
use services::office::{self, OfficeActor};
use services::{Actor, Origin, ServiceError};
use std::net::{IpAddr, SocketAddr};
use uuid::Uuid;

/// The request and the cookie that has to be set on its answer.
pub struct Incoming {
    /// The cabinet's request.
    pub request: Request,
    new_browser: Option<String>,
}

/// A cookie of this name.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The client's address: the connection's, or the last one that our own proxy has added.
pub fn address(state: &State, parts: &Parts) -> Option<IpAddr> {
    if state.behind_proxy {
        return parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|list| list.rsplit(',').next())
            .and_then(|text| peer(text.trim()));
    }
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical())
}

/// An address as proxies write it: alone, with a port, IPv6 in brackets, IPv4 inside IPv6.
fn peer(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .map(|address| address.to_canonical())
}

/// One value of the query.
pub fn query(parts: &Parts, name: &str) -> Option<String> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// Does the browser only look ahead? Then nothing may change.
pub fn is_prefetch(parts: &Parts) -> bool {
    parts
        .headers
        .get("sec-purpose")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("prefetch"))
}

/// What a request says about where it comes from.
struct Seen {
    origin: Origin,
    browser: String,
    new_browser: Option<String>,
    lang: Lang,
}

impl Seen {
    fn read(state: &State, parts: &Parts) -> Self {
        let known = cookie(&parts.headers, BROWSER)
            .filter(|value| value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit()));
        let new_browser = known
            .is_none()
            .then(|| Uuid::from_u128(rand::random()).simple().to_string());
        let browser = known
            .or(new_browser.as_deref())
            .unwrap_or_default()
            .to_owned();
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect();
        Self {
            origin: Origin {
                address: address(state, parts),
                user_agent,
            },
            browser,
            new_browser,
            lang: cookie(&parts.headers, LANG)
                .map(Lang::from_code)
                .unwrap_or_default(),
        }
    }

    /// The request of an actor; with the kept form that its address names, if it is this person's.
    async fn of(self, state: &State, parts: &Parts, actor: Actor, owner: Option<Uuid>) -> Incoming {
        let path = parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned());
        let mut request = Request {
            id: Uuid::now_v7(),
            services: state.services.clone(),
            actor,
            lang: self.lang,
            theme: match cookie(&parts.headers, THEME) {
                Some("dark") => Some("dark"),
                Some("light") => Some("light"),
                _ => None,
            },
            path,
            back: super::api::referer_path(parts).unwrap_or_default(),
            draft: Draft::default(),
            site: state.site.clone(),
            outcome: Outcome::default(),
        };
        if let Some(id) = query(parts, "f")
            && let Ok(Some(kept)) =
                services::drafts::find(&state.services, &request.actor, &request.path, owner, &id)
                    .await
        {
            request.draft = Draft {
                fields: kept.fields,
                errors: kept.errors,
            };
        }
        Incoming {
            request,
            new_browser: self.new_browser,
        }
    }
}

/// The cookie of a door's session. Each door reads its own alone.
const fn office_cookie(door: Door) -> &'static str {
    match door {
        Door::Partner => "__Host-partner",
        Door::Staff => "__Host-staff",
    }
}

/// The `Set-Cookie` line that begins or ends a door's session. It does not come along from other
/// sites at all.
pub fn office_session(door: Door, token: Option<&str>) -> String {
    let name = office_cookie(door);
    match token {
        Some(token) => format!("{name}={token}; Path=/; Secure; HttpOnly; SameSite=Strict"),
        None => format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"),
    }
}

/// Whose session has ended that a request still carries; nobody for one that never was.
pub async fn ended(state: &State, parts: &Parts) -> Option<Uuid> {
    let token = cookie(&parts.headers, SESSION);
    let whose = services::access::sessions::whose(&state.services, token).await;
    whose.ok().flatten().map(|account| account.0)
}

/// The same at a door of partners or staff.
pub async fn ended_at(state: &State, door: Door, parts: &Parts) -> Option<Uuid> {
    let token = cookie(&parts.headers, office_cookie(door));
    let whose = office::whose(&state.services, door, token).await;
    whose.ok().flatten().map(|person| person.0)
}

/// A request at a door of partners or staff.
pub struct AtDoor {
    /// The request, of nobody as far as the subscribers' cabinet is concerned.
    pub incoming: Incoming,
    /// Who has come in by this door.
    pub actor: OfficeActor,
}

impl AtDoor {
    /// Reads a request.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the database cannot say who asks.
    pub async fn read(
        state: &State,
        door: Door,
        parts: &Parts,
    ) -> Result<Self, (Box<Incoming>, ServiceError)> {
        let seen = Seen::read(state, parts);
        let (origin, browser, lang) = (seen.origin.clone(), seen.browser.clone(), seen.lang);
        let token = cookie(&parts.headers, office_cookie(door));
        let resolved =
            office::resolve(&state.services, door, origin.clone(), &browser, lang, token).await;
        let guest = services::access::sessions::guest(origin, &browser);
        let owner = resolved
            .as_ref()
            .ok()
            .and_then(|actor| actor.member.as_ref());
        let owner = owner.map(|member| member.person.0);
        let incoming = seen.of(state, parts, guest, owner).await;
        match resolved {
            Ok(actor) => Ok(Self { incoming, actor }),
            Err(error) => Err((Box::new(incoming), error)),
        }
    }
}

impl Incoming {
    /// Reads a request.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the database cannot say who asks.
    pub async fn read(state: &State, parts: &Parts) -> Result<Self, (Box<Self>, ServiceError)> {
        let seen = Seen::read(state, parts);
        let token = cookie(&parts.headers, SESSION);
        let (origin, browser) = (seen.origin.clone(), seen.browser.clone());
        let resolved =
            services::access::sessions::resolve(&state.services, origin.clone(), &browser, token)
                .await;
        match resolved {
            Ok(actor) => {
                let owner = actor.viewer.as_ref().map(|viewer| viewer.account.0);
                Ok(seen.of(state, parts, actor, owner).await)
            }
            Err(error) => {
                let guest = services::access::sessions::guest(origin, &browser);
                Err((Box::new(seen.of(state, parts, guest, None).await), error))
            }
        }
    }

    /// Sets the browser's cookie on an answer, when it had none.
    pub fn finish(&self, mut response: Response) -> Response {
        if let Some(browser) = &self.new_browser {
            let cookie = format!(
                "{BROWSER}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000"
            );
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        if let Ok(value) = HeaderValue::from_str(&self.request.id.to_string()) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{cookie, peer};
    use axum::http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        for (text, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:5678", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
        ] {
            assert_eq!(peer(text).map(|a| a.to_string()).as_deref(), Some(expected));
        }
        assert_eq!(peer("unknown"), None);
    }

    proptest! {
        #[test]
        fn no_header_breaks_the_cookies(bytes in prop::collection::vec(any::<u8>(), 0..80), value in "[a-f0-9]{0,64}") {
            let mut headers = HeaderMap::new();
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                headers.append(header::COOKIE, line);
            }
            let _ = cookie(&headers, "name");
            let line = format!("other=1; name={value};x");
            if let Ok(line) = HeaderValue::from_str(&line) {
                headers.insert(header::COOKIE, line);
                prop_assert_eq!(cookie(&headers, "name"), Some(value.as_str()));
            }
        }
    }
}
