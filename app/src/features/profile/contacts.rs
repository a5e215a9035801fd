//! E-mail and phone: what is bound, and changing it.

use super::{done, row};
use crate::features::auth::frame::{button_link, message, sky};
use crate::i18n::{lang, profile as t};
use crate::request::Request;
use crate::shell::typing_script;
use crate::ui::{Input, error_of, field, icon, seen_email};
use domain::Lang;
use domain::format::deadline;
use leptos::prelude::*;
use services::access::contacts::{Contacts, Link};

/// The bound contacts.
pub fn page(contacts: &Contacts, just: Option<&str>) -> AnyView {
    let lang = lang();
    let state = |text: String, proven: bool| {
        if proven {
            text
        } else {
            format!("{text} · {}", t::not_confirmed(lang))
        }
    };
    let none = || t::not_given(lang).to_owned();
    let email = contacts
        .email
        .as_ref()
        .map_or_else(none, |(email, proven)| {
            state(email.as_str().to_owned(), *proven)
        });
    let phone = contacts
        .phone
        .as_ref()
        .map_or_else(none, |(phone, proven)| state(phone.grouped(), *proven));
    view! {
        <div class="l-stack">
            {(just == Some("phone")).then(|| done(t::phone_changed(lang)))}
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    {row("/profile/contacts/email", "i-mail", t::email(lang), email)}
                    {contacts.sms.then(|| row("/profile/contacts/phone", "i-phone", t::phone(lang), phone))}
                </ul>
            </section>
            {contacts.waiting.as_ref().map(|(email, until)| {
                let until = deadline(lang, *until, contacts.today);
                view! {
                    <div class="c-notice" role="status">
                        {icon("i-mail")}
                        <span>
                            {t::letter_sent(lang)} " " <b>{email.as_str().to_owned()}</b> ". "
                            {t::letter_works(lang)} " " {until} "."
                        </span>
                    </div>
                }
            })}
            <p class="c-hint">{t::contacts_told(lang)}</p>
        </div>
    }
    .into_any()
}

/// Another e-mail.
pub fn new_email(request: &Request) -> AnyView {
    let lang = lang();
    let input = Input {
        kind: "email",
        inputmode: "email",
        autocomplete: "email",
        ..Input::text("email", t::email(lang))
    };
    form(request, "/api/profile/email", input, t::send_link(lang))
}

/// Another phone.
pub fn new_phone(request: &Request) -> AnyView {
    let lang = lang();
    let input = Input {
        kind: "tel",
        inputmode: "tel",
        autocomplete: "tel",
        numeric: true,
        ..Input::text("phone", t::phone(lang))
    };
    form(request, "/api/profile/phone", input, t::send_code(lang))
}

fn form(request: &Request, action: &'static str, input: Input, button: &'static str) -> AnyView {
    let draft = &request.draft;
    let typed = draft.fields.get(input.name).cloned().unwrap_or_default();
    view! {
        <form class="l-stack l-form" method="post" action=action novalidate="">
            {typing_script()}
            {seen_email(&draft.errors)}
            {field(input, typed, error_of(&draft.errors, input.name))}
            <button class="c-btn" data-wide="" data-once="">{button}</button>
        </form>
    }
    .into_any()
}

/// What the page behind the link is called in the window's title.
pub const fn link_title(lang: Lang, link: &Link) -> &'static str {
    match link {
        Link::Ready(_) => t::confirm_email(lang),
        Link::Used => t::email_bound(lang),
        Link::Expired => t::link_late(lang),
    }
}

/// Behind the link in the letter to a new e-mail: a public page, since letters are read anywhere.
pub fn link(request: &Request, token: &str, link: &Link) -> AnyView {
    let lang = lang();
    let onwards = || button_link("/profile/contacts", t::to_contacts(lang), "soft");
    match link {
        Link::Ready(email) => sky(view! {
            {crate::ui::summary(&request.draft.errors)}
            <h1 tabindex="-1">{t::confirm_email(lang)}</h1>
            <p class="c-lead">{t::confirm_email_lead(lang)} " " <b class="c-nowrap">{email.as_str().to_owned()}</b></p>
            <form class="l-actions" method="post" action="/api/profile/email-confirm">
                <input type="hidden" name="token" value=token.to_owned()/>
                <button class="c-btn" data-wide="" data-once="">{t::bind(lang)}</button>
                <p class="c-hint">{t::not_mine(lang)}</p>
            </form>
        }
        .into_any()),
        Link::Used => sky(message(t::email_bound(lang), t::email_bound_body(lang), onwards())),
        Link::Expired => sky(message(t::link_late(lang), t::link_late_body(lang), onwards())),
    }
}
