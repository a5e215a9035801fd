//! The password anew, before something that matters.

use crate::features::auth::password::hidden_login;
use crate::i18n::{auth, lang, profile as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field};
use leptos::prelude::*;

/// The page.
pub fn page(request: &Request, next: &str, login: &str) -> AnyView {
    let lang = lang();
    let password = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", auth::password(lang))
    };
    view! {
        <form class="l-stack l-form" method="post" action="/api/profile/confirm" novalidate="">
            <input type="hidden" name="next" value=next.to_owned()/>
            {hidden_login(login.to_owned())}
            {field(password, String::new(), error_of(&request.draft.errors, "password"))}
            <div class="l-actions">
                <button class="c-btn" data-wide="" data-once="">{t::go_on(lang)}</button>
                <a class="c-btn" data-kind="text" href="/forgot-password">{auth::forgot(lang)}</a>
            </div>
        </form>
    }
    .into_any()
}
