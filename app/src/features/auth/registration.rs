//! The three steps of registration.

use super::frame::{plain, plain_typed, steps, to_partners};
use crate::features::frame::TYPED;
use crate::i18n::{auth as t, common, lang};
use crate::request::Request;
use crate::shell::typing_script;
use crate::ui::{
    Input, call_link, checkbox, error_of, error_text, field, icon_small, seen_email, summary,
};
use domain::form::Problem;
use leptos::prelude::*;
use services::access::registration::Progress;

/// The second step's page.
pub const DETAILS: &str = "/register/details";

/// The second step of a registration, for whoever goes back to it from a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondStep {
    /// The registration.
    pub registration: String,
    /// The form as it was sent, if it was kept.
    pub kept: Option<String>,
}

impl SecondStep {
    /// Where it is.
    pub fn address(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("r", &self.registration);
        if let Some(kept) = &self.kept {
            query.append_pair("f", kept);
        }
        format!("{DETAILS}?{}", query.finish())
    }

    /// A page that leads back to it; `place` may have a query.
    pub fn behind(&self, place: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("r", &self.registration);
        if let Some(kept) = &self.kept {
            query.append_pair("d", kept);
        }
        let sign = if place.contains('?') { '&' } else { '?' };
        format!("{place}{sign}{}", query.finish())
    }

    /// The fields that take it along in a form of such a page.
    pub fn fields(&self) -> AnyView {
        let kept = self.kept.clone();
        view! {
            <input type="hidden" name="registration" value=self.registration.clone()/>
            {kept.map(|kept| view! { <input type="hidden" name="kept" value=kept/> })}
        }
        .into_any()
    }
}

/// Step 1: the number on the card; `before` is the one typed before.
pub fn card(request: &Request, before: &str) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let input = Input {
        hint: t::card_hint(lang),
        inputmode: "numeric",
        autocomplete: "username",
        numeric: true,
        maxlength: 24,
        ..Input::text("card", t::card_number(lang))
    };
    let kept = draft.fields.get("card").map(String::as_str);
    let typed = kept.unwrap_or(before).to_owned();
    plain_typed(view! {
        <div class="l-steps" data-cols="">
            <div class="l-stack">
                {summary(&draft.errors)}
                <div class="l-stack" data-gap="s">
                    {steps(0, t::step_card(lang))}
                    <h1 tabindex="-1">{t::enter_card(lang)}</h1>
                    <p class="c-lead">{t::enter_card_lead(lang)}</p>
                </div>
                {to_partners(request)}
                {typing_script()}
                <form id=TYPED class="l-stack" method="post" action="/api/auth/register" novalidate="">
                    {field(input, typed, error_of(&draft.errors, "card"))}
                    <div class="l-actions" data-row="">
                        <button class="c-btn" data-once="">{t::go_on(lang)}</button>
                        <a class="c-btn" data-kind="text" href="/login">{t::have_cabinet(lang)}</a>
                    </div>
                </form>
                <details class="c-fold">
                    <summary>{icon_small("i-chev-d")}{t::no_card_at_hand(lang)}</summary>
                    <p class="c-hint l-text">
                        {t::no_card_help(lang)} " "
                        {call_link()} "."
                    </p>
                </details>
            </div>
            <figure class="c-cardart">
                <svg viewBox="0 0 384 248" aria-hidden="true" font-family="inherit">
                    <use href="#art-card"></use>
                    <text x="68" y="46" font-size="17" font-weight="700" fill="#f9fafe">{t::card_art_title(lang)}</text>
                    <text x="152" y="232" font-size="15" font-weight="600" fill="#ffcd56" text-anchor="middle">{t::card_art_note(lang)}</text>
                </svg>
                <figcaption>{t::card_art_caption(lang)}</figcaption>
            </figure>
        </div>
    }
    .into_any())
}

/// Step 2: proof that the contract is one's own, contact, consents.
pub fn details(request: &Request, id: &str, progress: &Progress) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let kept = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let wrong = |name: &str| error_of(&draft.errors, name);
    let registered = draft
        .errors
        .iter()
        .any(|error| error.problem == Problem::AlreadyRegistered);
    let email = Input {
        kind: "email",
        inputmode: "email",
        autocomplete: "email",
        ..Input::text("email", t::email(lang))
    };
    let phone = Input {
        hint: t::phone_hint(lang),
        kind: "tel",
        inputmode: "tel",
        autocomplete: "tel",
        numeric: true,
        ..Input::text("phone", t::phone(lang))
    };
    let (terms_wrong, data_wrong) = (wrong("terms"), wrong("personal_data"));
    let terms_label =
        view! { {t::accept(lang)} " " <a href="/legal/terms" target="_blank">{t::terms(lang)}</a> };
    let data_label = view! { {t::agree_to(lang)} " " <a href="/legal/personal-data" target="_blank">{t::processing(lang)}</a> };
    plain_typed(view! {
        <div class="l-steps" data-cols="">
            <div class="l-form l-stack">
                {summary(&draft.errors)}
                {registered.then(|| view! {
                    <div class="l-actions" data-row="">
                        <a class="c-btn" data-kind="soft" href="/login">{t::sign_in(lang)}</a>
                        <a class="c-btn" data-kind="text" href="/forgot-password">{t::forgot(lang)}</a>
                    </div>
                })}
                <div class="l-stack" data-gap="s">
                    {steps(1, t::step_details(lang))}
                    <h1 tabindex="-1">{t::details_title(lang)}</h1>
                    <p class="c-lead">{t::for_card(lang)} " " <span class="c-nowrap">{progress.card.clone()}</span></p>
                </div>
                {typing_script()}
                <form id=TYPED class="l-stack" method="post" action="/api/auth/register-details" novalidate="">
                    <input type="hidden" name="registration" value=id.to_owned()/>
                    {proof(&kept, &wrong)}
                    <fieldset class="l-stack">
                        <legend class="c-legend2h">
                            {t::where_to_write(lang)} <small>{t::where_to_write_hint(lang)}</small>
                        </legend>
                        {field(email, kept("email"), wrong("email"))}
                        {seen_email(&draft.errors)}
                        {field(phone, kept("phone"), wrong("phone"))}
                    </fieldset>
                    <fieldset>
                        <legend class="c-legend">{t::consents(lang)}</legend>
                        {error_text("terms", terms_wrong.clone())}
                        {checkbox("terms", terms_label, !kept("terms").is_empty(), terms_wrong.is_some())}
                        {error_text("personal_data", data_wrong.clone())}
                        {checkbox("personal_data", data_label, !kept("personal_data").is_empty(), data_wrong.is_some())}
                        {checkbox("advertising", t::news(lang), !kept("advertising").is_empty(), false)}
                    </fieldset>
                    <div class="l-actions" data-row="">
                        <button class="c-btn" data-once="">{t::create(lang)}</button>
                        <a class="c-btn" data-kind="text" href=format!("/register?r={id}")>{common::back(lang)}</a>
                    </div>
                </form>
            </div>
            <section class="c-card l-stack l-sticky" data-tone="quiet" data-gap="s">
                <h2>{t::why_title(lang)}</h2>
                <p class="c-hint">{t::why_body(lang)}</p>
                <p class="c-hint">
                    {t::why_call(lang)} " "
                    {call_link()} ". "
                    {t::why_call_after(lang)}
                </p>
            </section>
        </div>
    }
    .into_any())
}

/// The fields that prove a contract: its number, or surname and a contact it knows.
pub fn proof(kept: &dyn Fn(&str) -> String, wrong: &dyn Fn(&str) -> Option<String>) -> AnyView {
    let lang = lang();
    let by_surname = !kept("surname").is_empty()
        || !kept("known_contact").is_empty()
        || wrong("surname").is_some()
        || wrong("known_contact").is_some();
    let contract = Input {
        hint: t::contract_hint(lang),
        inputmode: "numeric",
        numeric: true,
        maxlength: 24,
        ..Input::text("contract", t::contract(lang))
    };
    let surname = Input {
        autocomplete: "family-name",
        ..Input::text("surname", t::surname(lang))
    };
    let known = Input::text("known_contact", t::known_contact(lang));
    view! {
                    {field(contract, kept("contract"), wrong("contract"))}
                    <details class="c-fold" open=by_surname>
                        <summary>{icon_small("i-chev-d")}{t::no_contract(lang)}</summary>
                        <div class="l-stack" data-gap="m">
                            <p class="c-hint">{t::no_contract_help(lang)}</p>
                            {field(surname, kept("surname"), wrong("surname"))}
                            {field(known, kept("known_contact"), wrong("known_contact"))}
                        </div>
                    </details>
    }
    .into_any()
}

/// Step 3: the letter is on its way.
pub fn check(
    request: &Request,
    second: &SecondStep,
    progress: &Progress,
    sent_again: bool,
) -> AnyView {
    let lang = lang();
    let address = progress.sent_to.clone().unwrap_or_default();
    // The demo keeps all letters itself.
    let demo = request.site.demo.then(|| "/dev/mailbox".to_owned());
    let mailbox = demo.or_else(|| progress.webmail.clone());
    plain(view! {
        <div class="l-steps">
            <div class="l-form l-stack">
                {summary(&request.draft.errors)}
                <div class="l-stack" data-gap="s">
                    {steps(2, t::step_check(lang))}
                    <h1 tabindex="-1">{t::check_title(lang)}</h1>
                    <p class="c-lead">{t::check_sent(lang)} " " <b class="c-nowrap">{address}</b> ". " {t::check_lead(lang)}</p>
                </div>
                {sent_again.then(|| view! { <p class="c-hint" data-tone="success" role="status">{t::sent_again(lang)}</p> })}
                {mailbox.map(|place| view! { <a class="c-btn" href=place rel="noreferrer">{t::open_mailbox(lang)}</a> })}
                <p class="c-hint">{t::check_spam(lang)}</p>
                <form class="l-actions" data-row="" method="post" action="/api/auth/resend">
                    {second.fields()}
                    <button class="c-btn" data-kind="soft" data-once="">{t::resend(lang)}</button>
                    <a class="c-btn" data-kind="text" href=second.address()>{t::other_address(lang)}</a>
                </form>
            </div>
        </div>
    }
    .into_any())
}
