//! The subscriber's door.

use super::frame::{door_row, has_partners_number, sky_typed};
use crate::features::frame::TYPED;
use crate::i18n::{auth as t, guest, lang, office};
use crate::request::Request;
use crate::shell::passkey_script;
use crate::ui::{Input, checkbox, error_of, field, icon, summary};
use domain::form::Problem;
use leptos::prelude::*;

/// The page. `ended`: a session ended while somebody was at work.
pub fn page(request: &Request, next: String, ended: bool) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let login = Input {
        hint: t::login_hint(lang),
        autocomplete: "username webauthn",
        ..Input::text("login", t::login(lang))
    };
    let password = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", t::password(lang))
    };
    let again = next.clone();
    let typed = draft.fields.get("login").cloned().unwrap_or_default();
    let remember = draft.fields.contains_key("remember");
    let partners = has_partners_number(request);
    let mismatch = draft
        .errors
        .iter()
        .any(|error| matches!(error.problem, Problem::SignInMismatch { .. }));
    sky_typed(view! {
        {ended.then(|| view! {
            <p class="c-notice" data-tone="info" role="status">{icon("i-clock")}<span>{t::ended(lang)}</span></p>
        })}
        {summary(&draft.errors)}
        <h1 tabindex="-1">{t::sign_in_title(lang)}</h1>
        {mismatch.then(|| view! {
            <p class="c-hint">{t::not_opened_yet(lang)} " " <a href="/forgot-password">{t::not_opened_again(lang)}</a></p>
        })}
        <form id=TYPED class="l-stack" method="post" action="/api/auth/sign-in" novalidate="">
            {(!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> })}
            <input type="hidden" name="passkeys" data-able=""/>
            {field(login, typed, error_of(&draft.errors, "login"))}
            {field(password, String::new(), error_of(&draft.errors, "password"))}
            {checkbox("remember", t::remember(lang), remember, false)}
            <div class="l-actions">
                <button class="c-btn" data-wide="" data-once="">{t::sign_in(lang)}</button>
                <a class="c-btn" data-kind="text" href="/forgot-password">{t::forgot(lang)}</a>
            </div>
        </form>
        {request.services.has_passkeys().then(|| by_passkey(request, again))}
        <section class="c-card" data-flush="" aria-label=t::without_sign_in(lang)>
            <ul class="c-list">
                {door_row("/register", "i-user", t::create(lang), t::create_hint(lang))}
                {door_row("/pay", "i-payments", guest::title(lang), guest::door_hint(lang))}
                {door_row("/access-help", "i-help", t::cannot_sign_in(lang), t::cannot_sign_in_hint(lang))}
                {partners.then(|| door_row("/partner/login", "i-key", office::to_partners(lang), office::to_partners_hint(lang)))}
            </ul>
        </section>
        {(request.services.has_office() && !partners).then(|| view! {
            <p class="c-hint"><a href="/partner/login">{office::to_partners(lang)}</a></p>
        })}
    }
    .into_any())
}

/// Shown by the script when the browser can.
fn by_passkey(request: &Request, next: String) -> AnyView {
    let lang = lang();
    view! {
        <form method="post" action="/api/passkeys/sign-in" data-passkey="sign-in" hidden="">
            {(!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> })}
            <input type="hidden" name="ceremony"/>
            <input type="hidden" name="answer"/>
            <input type="hidden" name="remember"/>
            <button class="c-btn" data-kind="soft" data-wide="">{icon("i-key")}{t::by_passkey(lang)}</button>
        </form>
        {passkey_script(request)}
    }
    .into_any()
}
