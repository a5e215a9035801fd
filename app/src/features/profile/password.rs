//! Another password inside the cabinet.

use crate::features::auth::password::{choice, hidden_login};
use crate::i18n::{auth, lang, profile as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field};
use leptos::prelude::*;

/// The page.
pub fn page(request: &Request, offered: &str, login: &str) -> AnyView {
    let lang = lang();
    let current = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("current", t::current_password(lang))
    };
    view! {
        <form class="l-stack l-form" method="post" action="/api/profile/password" novalidate="">
            {hidden_login(login.to_owned())}
            {field(current, String::new(), error_of(&request.draft.errors, "current"))}
            {choice(request, offered.to_owned())}
            <p class="c-hint">{t::others_sign_in_again(lang)}</p>
            <button class="c-btn" data-wide="" data-once="">{auth::save(lang)}</button>
        </form>
    }
    .into_any()
}
