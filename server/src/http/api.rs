//! Calls of server functions: by the browser's module as JSON, by a plain HTML form as a post that is
//! answered with a redirect. A refused form is kept and shown again with what was typed.

use super::State;
use super::request::{Incoming, ended};
use app::AppError;
use app::public::PublicPage;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::form::FieldError;
use leptos::prelude::provide_context;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The largest form.
const MOST_BYTES: usize = 64 * 1024;

/// Runs a server function.
pub async fn call(Extract(state): Extract<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = match form_of(&parts, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused.into_response(),
    };
    let html = accepts_html(&parts.headers);
    let incoming = match Incoming::read(&state, &parts).await {
        Ok(incoming) => incoming,
        Err((incoming, error)) => {
            tracing::warn!(%error, "api.unavailable");
            return if html {
                broken(&incoming, &parts).await
            } else {
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            };
        }
    };
    let context = incoming.request.clone();
    let forwarded = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let response = leptos_axum::handle_server_fns_with_context(
        move || provide_context(context.clone()),
        forwarded,
    )
    .await
    .into_response();
    let response = match incoming.request.outcome.take() {
        Some(error) if html => refused(&state, &incoming, &parts, &bytes, error).await,
        Some(error) => with_status(response, error.status()),
        None if html => accepted(response, &parts),
        // The library could not read the arguments: the caller's mistake, not ours.
        None if response.status() == StatusCode::INTERNAL_SERVER_ERROR => {
            with_status(response, AppError::Transport.status())
        }
        None => response,
    };
    incoming.finish(response)
}

/// The form of a request. What is too large, of another kind, or holds what no text holds, is not read.
pub async fn form_of(parts: &Parts, body: Body) -> Result<Bytes, StatusCode> {
    let bytes = axum::body::to_bytes(body, MOST_BYTES).await;
    let bytes = bytes.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let is_form = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    // Passkeys are asked for by a post without anything.
    if !bytes.is_empty() && !is_form {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if bytes.windows(3).any(|three| three == b"%00") || bytes.contains(&0) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(bytes)
}

/// The fields of a form.
pub fn fields(form: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(form)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}

/// A form went through: the next page is fetched by GET. A form that the function could not even
/// read carries the library's error in the address, which is dropped.
fn accepted(mut response: Response, parts: &Parts) -> Response {
    let garbled = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|location| location.contains("__err="));
    if garbled {
        let back = referer_path(parts).unwrap_or_else(|| "/".to_owned());
        return Redirect::to(&back).into_response();
    }
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    response
}

/// A form was refused: keeps what was typed and shows its page again.
async fn refused(
    state: &State,
    incoming: &Incoming,
    parts: &Parts,
    bytes: &Bytes,
    error: AppError,
) -> Response {
    let back = referer_path(parts).unwrap_or_else(|| "/".to_owned());
    match error {
        AppError::Invalid(errors) => {
            let viewer = incoming.request.actor.viewer.as_ref();
            let owner = viewer.map(|viewer| viewer.account.0);
            let to = |id: &str| with_draft(&back, id);
            kept(state, incoming, parts, bytes, (&back, owner), errors, to).await
        }
        // What was typed waits behind the door, for the same person.
        AppError::SignedOut => match ended(state, parts).await {
            Some(owner) if parts.method == Method::POST => {
                let to = |id: &str| super::pages::door(&with_draft(&back, id), true);
                let place = (back.as_str(), Some(owner));
                kept(state, incoming, parts, bytes, place, Vec::new(), to).await
            }
            _ => Redirect::to(&super::pages::door(&back, false)).into_response(),
        },
        AppError::ConfirmFirst => super::account::confirm_first(&back).into_response(),
        AppError::NotFound if parts.method == Method::POST => {
            Redirect::to(&without_draft(&back)).into_response()
        }
        AppError::NotFound => StatusCode::NOT_FOUND.into_response(),
        AppError::Unavailable | AppError::Failed(_) | AppError::Transport => {
            broken(incoming, parts).await
        }
    }
}

/// Keeps a form that could not be taken and leads to where it is shown again.
async fn kept(
    state: &State,
    incoming: &Incoming,
    parts: &Parts,
    bytes: &Bytes,
    (page, owner): (&str, Option<Uuid>),
    errors: Vec<FieldError>,
    to: impl FnOnce(&str) -> String,
) -> Response {
    let fields = fields(bytes);
    let draft = services::drafts::Draft { fields, errors };
    let (services, actor) = (&state.services, &incoming.request.actor);
    match services::drafts::keep(services, actor, page, owner, draft).await {
        Ok(id) => Redirect::to(&to(&id.to_string())).into_response(),
        Err(error) => {
            tracing::warn!(%error, "form.not_kept");
            broken(incoming, parts).await
        }
    }
}

async fn broken(incoming: &Incoming, parts: &Parts) -> Response {
    let request = incoming.request.clone();
    let context = request.clone();
    let page = PublicPage::Broken {
        again: retry_at(parts),
    };
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(context.clone()),
        move || page.document(&request),
    );
    let mut plain = Request::new(Body::empty());
    *plain.uri_mut() = parts.uri.clone();
    *plain.headers_mut() = parts.headers.clone();
    handler(plain).await.into_response()
}

/// Where to try again what could not be answered: the same address, or the page whose form it was.
pub fn retry_at(parts: &Parts) -> String {
    match parts.method {
        Method::GET | Method::HEAD => String::new(),
        _ => referer_path(parts).unwrap_or_else(|| "/".to_owned()),
    }
}

/// Path and query of the page a form was on. Only our own pages can be here: forms of other sites
/// were refused before.
pub fn referer_path(parts: &Parts) -> Option<String> {
    let referer = parts.headers.get(header::REFERER)?.to_str().ok()?;
    // HTTP/2 has the host in the address, HTTP/1.1 in a header.
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => parts.headers.get(header::HOST)?.to_str().ok()?,
    };
    let rest = referer
        .strip_prefix("https://")
        .or_else(|| referer.strip_prefix("http://"))?;
    let path = rest.strip_prefix(host)?;
    let own =
        path.starts_with('/') && !path.starts_with("//") && HeaderValue::from_str(path).is_ok();
    own.then(|| path.split('#').next().unwrap_or("/").to_owned())
}

/// The address without the kept form's id.
pub fn without_draft(path: &str) -> String {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("f="))
        .collect();
    if kept.is_empty() {
        page.to_owned()
    } else {
        format!("{page}?{}", kept.join("&"))
    }
}

/// The address with the kept form's id.
pub fn with_draft(path: &str, id: &str) -> String {
    let clean = without_draft(path);
    let separator = if clean.contains('?') { '&' } else { '?' };
    format!("{clean}{separator}f={id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draft_is_named_once() {
        assert_eq!(with_draft("/login", "1"), "/login?f=1");
        assert_eq!(
            with_draft("/login?next=%2Fhome&f=0", "1"),
            "/login?next=%2Fhome&f=1"
        );
        assert_eq!(without_draft("/login?f=0"), "/login");
    }

    #[test]
    fn only_own_pages_are_gone_back_to() {
        let headers = |referer: &str| {
            let request = Request::get("/api/x")
                .header(header::HOST, "localhost:3000")
                .header(header::REFERER, referer);
            let (parts, ()) = request.body(()).unwrap_or_default().into_parts();
            parts
        };
        assert_eq!(
            referer_path(&headers("http://localhost:3000/login?f=1#x")).as_deref(),
            Some("/login?f=1")
        );
        for foreign in [
            "http://evil.example/login",
            "http://localhost:3000.evil.example/",
            "http://localhost:3000//evil",
            "about:blank",
        ] {
            assert_eq!(referer_path(&headers(foreign)), None, "{foreign}");
        }
    }
}
