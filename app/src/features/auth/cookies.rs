//! Setting the session's cookie on the answer of a server function.

use http::{HeaderName, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use services::access::sessions::NewSession;

/// The subscriber's session. The prefix makes browsers refuse it without TLS, from a subdomain or
/// for another path.
pub const SESSION: &str = "__Host-session";
/// The browser's own random value: binds kept forms and registrations to it.
pub const BROWSER: &str = "__Host-browser";
/// The language of the pages.
pub const LANG: &str = "lang";
/// The theme chosen by hand.
pub const THEME: &str = "theme";

fn append(name: &'static str, value: &str) {
    if let (Some(response), Ok(value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(value),
    ) {
        response.append_header(HeaderName::from_static(name), value);
    }
}

/// Begins the session in the browser; what another person's pages left in its cache goes.
pub fn begin_session(session: &NewSession) {
    let age = session
        .max_age
        .map(|age| format!("; Max-Age={age}"))
        .unwrap_or_default();
    let cookie = format!(
        "{SESSION}={}; Path=/; Secure; HttpOnly; SameSite=Lax{age}",
        session.token
    );
    append("set-cookie", &cookie);
}

/// Ends it and clears what pages left in the browser's cache.
pub fn end_session() {
    let cookie = format!("{SESSION}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    append("set-cookie", &cookie);
    append("clear-site-data", "\"cache\"");
}
