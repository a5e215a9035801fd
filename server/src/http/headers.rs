//! Headers of every answer.

use super::State;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

/// Headers that hold for everything.
pub async fn secure(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        // Not `no-referrer`: a refused form finds its way back by it.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if state.secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    // Served files say nothing of their charset by themselves (ASVS 14.4.1).
    let text = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| match kind.as_bytes() {
            b"text/css" => Some("text/css; charset=utf-8"),
            b"text/javascript" => Some("text/javascript; charset=utf-8"),
            _ => None,
        });
    if let Some(kind) = text {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    // Opened as a page of its own an answer for scripts is a file, whatever stands in it (ASVS 14.4.2).
    let json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if json {
        headers
            .entry(header::CONTENT_DISPOSITION)
            .or_insert(HeaderValue::from_static(
                "attachment; filename=\"api.json\"",
            ));
    }
    headers
        .entry("content-security-policy")
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

/// Behind a proxy that ends TLS, what came to it unencrypted goes no further: pages are looked for at
/// the encrypted address, and nothing else is answered. Health checks come from inside.
pub async fn encrypted_only(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    if !(state.secure && state.behind_proxy) || path.starts_with("/health/") {
        return next.run(request).await;
    }
    let encrypted = request
        .headers()
        .get_all("x-forwarded-proto")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
    if encrypted {
        return next.run(request).await;
    }
    if request.method().is_safe() {
        let there = format!("{}{path}", state.services.settings.public_url);
        return Redirect::permanent(&there).into_response();
    }
    StatusCode::FORBIDDEN.into_response()
}

/// No text of ours holds a zero byte, and no column of the database takes one.
pub async fn without_zero_bytes(request: Request, next: Next) -> Response {
    let zero = |text: &str| text.contains("%00");
    if zero(request.uri().path()) || request.uri().query().is_some_and(zero) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    next.run(request).await
}

/// Pages are personal: kept by nobody on the way, checked again by the browser. Going back stays
/// instant, which `no-store` would forbid.
pub async fn no_store_by_default(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    response
}
