//! Pages for people: the shell, the headers, the style sheet, the start page.
//! They may not contain scripts, and may not print anything that was not escaped.

mod home;
mod html;
pub(crate) mod pay;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::Url;

use crate::Sandbox;
use crate::model::Payment;
use crate::request::web_address;

const STYLE: &str = include_str!("bank.css");
const ICON: &str = include_str!("bank.svg");

pub(crate) fn home_router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(home::show))
        .route(
            "/bank.css",
            get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)),
        )
        .route(
            "/bank.svg",
            get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], ICON)),
        )
}

/// The address to which the payer returns, read again before each use.
pub(crate) fn way_back(payment: &Payment) -> Option<Url> {
    payment.confirmation.return_url().and_then(web_address)
}

/// A whole page.
fn page(status: StatusCode, title: &str, body: &str, way_back: Option<&Url>) -> Response {
    let html = html::shell(title, body);
    let content = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    secured((status, content, html).into_response(), way_back)
}

/// Adds the headers that keep a page to itself.
pub(crate) fn secured(mut response: Response, way_back: Option<&Url>) -> Response {
    // Browsers apply form-action to the redirect that follows a form, so the shop has to be named.
    let shop = way_back
        .map(|url| format!(" {}", url.origin().ascii_serialization()))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{shop}; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    // Not `no-referrer`: with it browsers send `Origin: null` with the form.
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(header::CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("x-robots-tag"), "noindex");
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
