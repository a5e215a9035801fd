//! A forgotten password, and the way to people when nothing else helps.

use super::frame::{button_link, plain, sky};
use crate::i18n::{auth as t, common, lang};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon, summary};
use leptos::prelude::*;

/// Asks for a link.
pub fn forgot(request: &Request) -> AnyView {
    let lang = lang();
    let input = Input {
        hint: t::login_hint(lang),
        autocomplete: "username",
        ..Input::text("login", t::login(lang))
    };
    let typed = request
        .draft
        .fields
        .get("login")
        .cloned()
        .unwrap_or_default();
    sky(view! {
        {summary(&request.draft.errors)}
        <h1 tabindex="-1">{t::forgot_title(lang)}</h1>
        <p class="c-lead">{t::forgot_lead(lang)}</p>
        <form class="l-stack" method="post" action="/api/auth/forgot" novalidate="">
            {field(input, typed, error_of(&request.draft.errors, "login"))}
            <div class="l-actions">
                <button class="c-btn" data-wide="" data-once="">{t::get_link(lang)}</button>
                {button_link("/access-help", t::cannot_sign_in(lang), "text")}
            </div>
        </form>
    }
    .into_any())
}

/// The way to people.
pub fn access_help() -> AnyView {
    let lang = lang();
    plain(view! {
        <div class="l-steps">
            <div class="l-text l-stack">
                <div class="l-stack" data-gap="s">
                    <h1 tabindex="-1">{t::access_title(lang)}</h1>
                    <p class="c-lead">{t::access_lead(lang)}</p>
                </div>
                <section class="c-card l-stack" data-gap="m">
                    <h2>{t::access_call(lang)}</h2>
                    <p><a class="c-btn c-tel" href=common::PHONE_HREF>{icon("i-phone")}{common::PHONE}</a></p>
                    <p class="c-hint">{t::access_ask(lang)}</p>
                </section>
                <section class="c-card l-stack" data-gap="s">
                    <h2>{t::access_lost(lang)}</h2>
                    <p class="c-hint">{t::access_lost_body(lang)}</p>
                </section>
                {button_link("/login", t::sign_in(lang), "soft")}
            </div>
        </div>
    }
    .into_any())
}
