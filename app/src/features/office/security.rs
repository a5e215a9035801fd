//! One's own way in.

use super::code_field;
use crate::features::auth::password::hidden_login;
use crate::features::profile::done;
use crate::i18n::{lang, office as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon};
use domain::office::Door;
use leptos::prelude::*;
use services::office::Member;
use services::office::security::Security;

/// The page.
pub fn page(
    request: &Request,
    door: Door,
    member: &Member,
    security: Security,
    just: Option<&str>,
) -> AnyView {
    let lang = lang();
    let errors = &request.draft.errors;
    let current = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", t::current_password(lang))
    };
    let base = format!("/{}/security", door.code());
    view! {
        <div class="l-stack l-form">
            {(just == Some("others")).then(|| done(t::others_ended(lang)))}
            <section class="c-card">
                <h2>{t::recovery_codes(lang)}</h2>
                <p>{t::codes_left(lang, security.codes_left)}</p>
                {match security.codes_left {
                    0 => view! { <p class="c-notice" data-tone="warning">{icon("i-clock")}<span>{t::codes_none(lang)}</span></p> }.into_any(),
                    1 | 2 => view! { <p class="c-hint">{t::codes_few(lang)}</p> }.into_any(),
                    _ => ().into_any(),
                }}
            </section>
            <section class="c-card l-stack" data-gap="m">
                {if security.others > 0 {
                    view! {
                        <p>{t::others(lang, security.others)}</p>
                        <form method="post" action=format!("{base}/others")>
                            <button class="c-btn" data-kind="soft" data-once="">{t::end_others(lang)}</button>
                        </form>
                    }.into_any()
                } else {
                    view! { <p>{t::no_others(lang)}</p> }.into_any()
                }}
            </section>
            <section class="c-card l-stack" data-gap="m" aria-labelledby="again">
                <h2 id="again">{t::again(lang)}</h2>
                <p class="c-hint">{t::again_lead(lang)}</p>
                <form class="l-stack" data-gap="m" method="post" action=format!("{base}/again") novalidate="">
                    {hidden_login(member.login.clone())}
                    {field(current, String::new(), error_of(errors, "password"))}
                    {field(code_field(t::code(lang), t::code_again_hint(lang)), String::new(), error_of(errors, "code"))}
                    <button class="c-btn" data-kind="soft" data-once="">{t::go_on(lang)}</button>
                </form>
            </section>
        </div>
    }
    .into_any()
}
