//! The form that waits for a code. After a forgotten password it is shown to everybody alike: a code
//! may have been sent, or a link, or nothing.

use super::frame::{button_link, message, sky};
use super::registration::SecondStep;
use crate::i18n::{auth, common, lang, profile as t};
use crate::public::Begun;
use crate::request::Request;
use crate::ui::{Input, error_of, field, summary};
use leptos::prelude::*;
use services::access::activation::Purpose;
use services::access::codes::Waiting;

/// The page. `second`: where a registration goes to name another contact.
pub fn page(
    request: &Request,
    id: &str,
    waiting: &Waiting,
    sent_again: bool,
    second: Option<&SecondStep>,
) -> AnyView {
    let lang = lang();
    let known = waiting.phone.is_some();
    let input = Input {
        hint: t::code_hint(lang),
        inputmode: "numeric",
        autocomplete: "one-time-code",
        numeric: true,
        ..Input::text("code", t::code(lang))
    };
    let lead = match &waiting.phone {
        Some(phone) => view! {
            <p class="c-lead">{t::code_sent(lang)} " " <b class="c-nowrap">{phone.clone()}</b></p>
        }
        .into_any(),
        None => view! {
            <p class="c-lead">{t::code_maybe(lang)}</p>
            <p class="c-hint">{auth::forgot_old_works(lang)}</p>
        }
        .into_any(),
    };
    let (href, words) = match waiting.purpose {
        Purpose::Activation => {
            let back = second.map_or_else(|| "/register".to_owned(), SecondStep::address);
            (back, t::other_way(lang))
        }
        Purpose::Recovery | Purpose::Restore => ("/forgot-password".to_owned(), t::other_way(lang)),
        Purpose::Contact => ("/profile/contacts".to_owned(), common::back(lang)),
    };
    // Nobody waits for ever for what a slip of the finger has kept away.
    let nothing_came = matches!(waiting.purpose, Purpose::Recovery | Purpose::Restore) && !known;
    let action = if known { "" } else { "soft" };
    sky(view! {
        {summary(&request.draft.errors)}
        <h1 tabindex="-1">{title(lang, waiting)}</h1>
        <div class="l-stack" data-gap="s">
            {lead}
            {sent_again.then(|| view! { <p class="c-hint" data-tone="success" role="status">{auth::sent_again(lang)}</p> })}
        </div>
        {request.site.demo.then(|| button_link("/dev/mailbox", auth::open_mailbox(lang), "soft"))}
        <form class="l-stack" method="post" action="/api/auth/code" novalidate="">
            <input type="hidden" name="challenge" value=id.to_owned()/>
            {field(input, String::new(), error_of(&request.draft.errors, "code"))}
            <button class="c-btn" data-kind=action data-wide="" data-once="">{t::check_code(lang)}</button>
        </form>
        <form class="l-actions" data-row="" method="post" action="/api/auth/code-again">
            <input type="hidden" name="challenge" value=id.to_owned()/>
            {second.map(SecondStep::fields)}
            <button class="c-btn" data-kind="text" data-once="">{t::code_again(lang)}</button>
            <a class="c-btn" data-kind="text" href=href>{words}</a>
            {nothing_came.then(|| button_link("/access-help", auth::nothing_came(lang), "text"))}
        </form>
        {(waiting.again_in > 0).then(|| view! { <p class="c-hint">{t::again_in(lang, waiting.again_in)}</p> })}
    }
    .into_any())
}

/// What was begun in another browser, or is over: it begins anew here.
pub fn elsewhere(begun: Begun) -> AnyView {
    let lang = lang();
    let (body, actions) = match begun {
        Begun::Registration => (
            auth::elsewhere_register(lang),
            view! {
                {button_link("/register", auth::create(lang), "")}
                {button_link("/login", auth::have_cabinet(lang), "text")}
            }
            .into_any(),
        ),
        Begun::Code => (
            auth::elsewhere_code(lang),
            view! {
                {button_link("/forgot-password", auth::get_link(lang), "")}
                {button_link("/login", auth::sign_in(lang), "text")}
            }
            .into_any(),
        ),
    };
    sky(message(auth::elsewhere_title(lang), body, actions))
}

/// The page's title.
pub fn title(lang: domain::Lang, waiting: &Waiting) -> &'static str {
    if waiting.phone.is_some() {
        t::code_title(lang)
    } else {
        t::code_maybe_title(lang)
    }
}
