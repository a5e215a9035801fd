//! The password block: take the offered one or one's own. Used after registration and recovery.

use super::frame::{button_link, message, sky};
use crate::i18n::{auth as t, lang};
use crate::request::Request;
use crate::shell::typing_script;
use crate::ui::{Input, checkbox, error_of, field, icon, icon_small, summary};
use domain::Lang;
use leptos::prelude::*;
use services::access::activation::{Link, Purpose};

/// The page behind a one-time link.
pub fn page(request: &Request, purpose: Purpose, token: &str, link: Link, sent: bool) -> AnyView {
    let lang = lang();
    let activation = purpose == Purpose::Activation;
    let login = || button_link("/login", t::sign_in(lang), "");
    match link {
        Link::Ready { offered, contact } => form(request, activation, token, offered, contact),
        Link::Used => {
            let body = if activation {
                t::link_used_activate(lang)
            } else {
                t::link_used_reset(lang)
            };
            sky(message(t::link_used_title(lang), body, login()))
        }
        Link::Expired { again: Some(email) } => expired(request, token, email, sent),
        Link::Expired { again: None } => {
            let (body, action) = if activation {
                (
                    t::link_expired_activate(lang),
                    button_link("/register", t::create(lang), ""),
                )
            } else {
                (
                    t::link_expired_reset(lang),
                    button_link("/forgot-password", t::get_link(lang), ""),
                )
            };
            sky(message(t::link_expired_title(lang), body, action))
        }
        Link::Unknown => sky(message(
            t::link_unknown_title(lang),
            t::link_unknown_body(lang),
            login(),
        )),
    }
}

/// What the page is called in the window's title.
pub const fn title(lang: Lang, purpose: Purpose, link: &Link) -> &'static str {
    match (link, purpose) {
        (Link::Ready { .. }, Purpose::Activation) => t::activate_title(lang),
        (Link::Ready { .. }, _) => t::reset_title(lang),
        (Link::Used, _) => t::link_used_title(lang),
        (Link::Expired { .. }, _) => t::link_expired_title(lang),
        (Link::Unknown, _) => t::link_unknown_title(lang),
    }
}

/// A link whose time has passed before it was used: another one can be sent to the same address.
fn expired(request: &Request, token: &str, email: String, sent: bool) -> AnyView {
    let lang = lang();
    let body = if sent {
        view! { <p class="c-lead" role="status">{t::link_again_sent(lang)} " " <b class="c-nowrap">{email}</b></p> }
            .into_any()
    } else {
        view! {
            <p class="c-lead">{t::link_expired_again(lang)} " " <b class="c-nowrap">{email}</b></p>
            <form class="l-actions" method="post" action="/api/auth/activate-again">
                <input type="hidden" name="token" value=token.to_owned()/>
                <button class="c-btn" data-wide="" data-once="">{t::link_again(lang)}</button>
                {button_link("/register", t::create(lang), "text")}
            </form>
        }
        .into_any()
    };
    sky(view! {
        {summary(&request.draft.errors)}
        <h1 tabindex="-1">{t::link_expired_title(lang)}</h1>
        {body}
        {request.site.demo.then(|| button_link("/dev/mailbox", t::open_mailbox(lang), "soft"))}
    }
    .into_any())
}

fn form(
    request: &Request,
    activation: bool,
    token: &str,
    offered: String,
    contact: String,
) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let (title, action, button) = if activation {
        (
            t::activate_title(lang),
            "/api/auth/activate",
            t::enter_cabinet(lang),
        )
    } else {
        (t::reset_title(lang), "/api/auth/reset", t::save(lang))
    };
    let remember = draft.fields.contains_key("remember");
    sky(view! {
        {summary(&draft.errors)}
        <h1 tabindex="-1">{title}</h1>
        <form class="l-stack" method="post" action=action novalidate="">
            <input type="hidden" name="token" value=token.to_owned()/>
            {hidden_login(contact)}
            {choice(request, offered)}
            {checkbox("remember", t::remember(lang), remember, false)}
            <button class="c-btn" data-wide="" data-once="">{button}</button>
        </form>
    }
    .into_any())
}

/// Whoever has typed a password wants that one, even when the other choice is still marked.
pub fn takes_offered(choice: &str, typed: &str) -> bool {
    choice != "own" && typed.is_empty()
}

/// The login beside a password, for password managers; nobody sees it.
pub fn hidden_login(login: String) -> AnyView {
    view! {
        <input class="u-vh" type="text" name="username" value=login autocomplete="username" tabindex="-1" aria-hidden="true" readonly=""/>
    }
    .into_any()
}

/// The choice between the offered password and one's own.
pub fn choice(request: &Request, offered: String) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let own = draft
        .fields
        .get("choice")
        .is_some_and(|choice| choice == "own");
    let input = Input {
        kind: "password",
        autocomplete: "new-password",
        described: "rules",
        // For password managers that make one up; the same rules as `domain::password`.
        passwordrules: "minlength: 8; maxlength: 128; required: digit; required: special;",
        ..Input::text("password", t::own_label(lang))
    };
    // The small script ticks off what is met while one types; the last is judged by the server.
    let rules: Vec<_> = [
        ("length", t::rule_length(lang)),
        ("digit", t::rule_digit(lang)),
        ("special", t::rule_special(lang)),
        ("", t::rule_known(lang)),
    ]
    .into_iter()
    .map(|(rule, words)| {
        view! { <li data-rule=rule>{icon_small("i-check")}<span>{words}</span></li> }
    })
    .collect();
    view! {
        {typing_script()}
        <fieldset class="l-stack" data-gap="m">
            <legend class="c-legend">{t::password(lang)}</legend>
            <div class="c-card l-stack" data-gap="m">
                <label class="c-check">
                    <input type="radio" name="choice" value="offered" checked=!own/>
                    <span>{t::take_offered(lang)}</span>
                </label>
                <div class="c-field">
                    <label for="offered">{t::offered_label(lang)}</label>
                    <p class="c-hint" id="offered-h">{t::offered_hint(lang)}</p>
                    <div class="c-input" data-readonly="">
                        <input id="offered" name="offered" type="text" value=offered readonly="" autocomplete="new-password" spellcheck="false" aria-describedby="offered-h"/>
                        <button class="c-input__btn" type="button" data-copy="offered" data-done=t::copied(lang) hidden="">
                            {icon("i-copy")} <span>{t::copy(lang)}</span>
                        </button>
                    </div>
                </div>
            </div>
            <div class="c-card l-stack" data-gap="m">
                <label class="c-check">
                    <input type="radio" name="choice" value="own" checked=own/>
                    <span>{t::think_own(lang)}</span>
                </label>
                <ul class="c-rules" id="rules">{rules}</ul>
                {field(input, String::new(), error_of(&draft.errors, "password"))}
            </div>
        </fieldset>
    }
    .into_any()
}
