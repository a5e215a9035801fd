//! Setting up the way in: password, app, recovery codes.

use super::app_code_field;
use crate::features::auth::frame::{message, steps};
use crate::features::auth::password::{choice, hidden_login};
use crate::i18n::{auth, lang, office as t};
use crate::request::Request;
use crate::shell::typing_script;
use crate::ui::square::square;
use crate::ui::{error_of, field, icon, summary};
use domain::office::Door;
use leptos::prelude::*;
use services::office::Setup;
use services::office::enrolment::Step;

/// The page behind a link.
pub fn page(request: &Request, door: Door, token: &str, step: &Step) -> AnyView {
    let lang = lang();
    let action = |step: &str| format!("/{}/invite/{token}/{step}", door.code());
    match step {
        Step::Password {
            offered,
            login,
            name,
        } => password(request, action("password"), offered, login, name),
        Step::SecondFactor { setup } => {
            second_factor(request, action("code"), action("back"), setup)
        }
        Step::Used => {
            let to_login = view! { <a class="c-btn" href=format!("/{}/login", door.code())>{auth::sign_in(lang)}</a> };
            message(
                t::link_used(lang),
                t::link_used_body(lang),
                to_login.into_any(),
            )
        }
        Step::Expired => message(
            t::link_expired(lang),
            t::link_expired_body(lang),
            ().into_any(),
        ),
        Step::Unknown => message(
            t::link_unknown(lang),
            t::link_unknown_body(lang),
            ().into_any(),
        ),
    }
}

fn password(request: &Request, action: String, offered: &str, login: &str, name: &str) -> AnyView {
    let lang = lang();
    view! {
        {steps(0, t::step_password(lang))}
        {summary(&request.draft.errors)}
        <h1 tabindex="-1">{t::invite_password(lang)}</h1>
        <p class="c-lead">{name.to_owned()} ", " <b>{login.to_owned()}</b></p>
        <form class="l-stack" method="post" action=action novalidate="">
            {hidden_login(login.to_owned())}
            {choice(request, offered.to_owned())}
            <button class="c-btn" data-wide="" data-once="">{t::go_on(lang)}</button>
        </form>
    }
    .into_any()
}

fn second_factor(request: &Request, action: String, back: String, setup: &Setup) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    view! {
        {typing_script()}
        {steps(1, t::step_app(lang))}
        {summary(&draft.errors)}
        <h1 tabindex="-1">{t::invite_app(lang)}</h1>
        <p>{t::app_lead(lang)}</p>
        {square(&setup.url, t::square(lang))}
        <p><a class="c-btn" data-kind="soft" data-wide="" href=setup.url.clone()>{t::app_link(lang)}</a></p>
        <div class="c-field">
            <p class="c-legend">{t::secret(lang)}</p>
            <p class="c-hint">{t::secret_hint(lang)}</p>
            <div class="c-input" data-readonly="">
                <code id="secret">{setup.secret.clone()}</code>
                <button class="c-input__btn" type="button" data-copy="secret" data-done=auth::copied(lang) hidden="">
                    {icon("i-copy")} <span>{auth::copy(lang)}</span>
                </button>
            </div>
        </div>
        <form class="l-stack" method="post" action=action novalidate="">
            {field(app_code_field(t::app_code(lang), ""), String::new(), error_of(&draft.errors, "code"))}
            <button class="c-btn" data-wide="" data-once="">{t::go_on(lang)}</button>
        </form>
        <form method="post" action=back>
            <button class="c-btn" data-kind="text" data-wide="" data-once="">{t::other_password(lang)}</button>
        </form>
    }
    .into_any()
}

/// Recovery codes, until they are kept.
pub fn codes(door: Door, codes: &[String]) -> AnyView {
    let lang = lang();
    let lines: Vec<_> = codes
        .iter()
        .map(|code| view! { <li><code>{code.clone()}</code></li> })
        .collect();
    let action = format!("/{}/security/codes", door.code());
    view! {
        {typing_script()}
        <div class="l-stack l-form">
            {steps(2, t::step_codes(lang))}
            <section class="c-card">
                <ol class="c-codes" id="codes">{lines}</ol>
                <div class="l-actions" data-row="">
                    <button class="c-btn" data-kind="soft" type="button" data-copy="codes" data-done=auth::copied(lang) hidden="">
                        {icon("i-copy")} <span>{t::codes_copy(lang)}</span>
                    </button>
                    <button class="c-btn" data-kind="soft" type="button" data-print="" hidden="">
                        {icon("i-receipt")} <span>{t::codes_print(lang)}</span>
                    </button>
                </div>
            </section>
            <form method="post" action=action>
                <button class="c-btn" data-wide="" data-once="">{t::codes_kept(lang)}</button>
            </form>
        </div>
    }
    .into_any()
}
