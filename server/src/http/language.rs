//! The switch of language, under each page. Forms that are marked for it come along, and what was
//! typed into them is there again in the other language.

use super::State;
use super::api::{fields, form_of, referer_path, with_draft, without_draft};
use super::request::Incoming;
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Lang;
use domain::secret::is_secret;
use services::drafts::{self, Draft};
use std::collections::BTreeMap;

/// The field with the chosen language.
const LANG: &str = "lang";

/// Fields that come with a form by themselves.
const NOT_TYPED: [&str; 2] = ["next", "passkeys"];

/// Chooses the language and goes back.
pub async fn choose(Extract(state): Extract<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut typed = match form_of(&parts, body).await {
        Ok(form) => fields(&form),
        Err(refused) => return refused.into_response(),
    };
    let chosen = typed
        .remove(LANG)
        .map(|code| Lang::from_code(&code))
        .unwrap_or_default();
    let mut new_browser = None;
    let mut back = referer_path(&parts).unwrap_or_else(|| "/".to_owned());
    if let Ok(incoming) = Incoming::read(&state, &parts).await {
        let (services, actor) = (&incoming.request.services, &incoming.request.actor);
        if let Err(error) = services::access::sessions::set_lang(services, actor, chosen).await {
            tracing::warn!(%error, "language.not_remembered");
        }
        let filled = |(name, value): (&String, &String)| {
            !value.is_empty() && !is_secret(name) && !NOT_TYPED.contains(&name.as_str())
        };
        back = if typed.iter().any(filled) {
            kept(&incoming, back, typed).await
        } else if typed.is_empty() {
            back
        } else {
            // A form that was emptied does not come back filled.
            without_draft(&back)
        };
        new_browser = Some(incoming);
    }
    let mut response = Redirect::to(&back).into_response();
    if let Some(incoming) = new_browser {
        response = incoming.finish(response);
    }
    let cookie = format!(
        "{LANG}={}; Path=/; Max-Age=31536000; SameSite=Lax",
        chosen.code()
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Where what was typed is shown again, with what was wrong with it before. A form that cannot be kept
/// must not keep anybody from their language.
async fn kept(incoming: &Incoming, back: String, fields: BTreeMap<String, String>) -> String {
    let (services, actor) = (&incoming.request.services, &incoming.request.actor);
    let owner = actor.viewer.as_ref().map(|viewer| viewer.account.0);
    let query = back.split_once('?').map_or("", |(_, query)| query);
    let before = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "f");
    let mut errors = Vec::new();
    if let Some((_, id)) = before
        && let Ok(Some(found)) = drafts::find(services, actor, &back, owner, &id).await
    {
        errors = found.errors;
    }
    match drafts::keep(services, actor, &back, owner, Draft { fields, errors }).await {
        Ok(id) => with_draft(&back, &id.to_string()),
        Err(error) => {
            tracing::warn!(%error, "language.form_not_kept");
            back
        }
    }
}
