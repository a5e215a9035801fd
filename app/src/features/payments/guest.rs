//! Paying for a card without signing in: its number, then the sum. No name, no contract.

use super::payment::look_again;
use crate::features::auth::frame::{button_link, plain, plain_typed, to_partners};
use crate::features::frame::TYPED;
use crate::i18n::{auth, autopay, cabinet as t, common, guest as g, lang};
use crate::request::Request;
use crate::shell::typing_script;
use crate::ui::square::square;
use crate::ui::{Input, error_of, field, icon, radios, summary};
use domain::Lang;
use domain::format::money;
use domain::payment::{Means, PaymentState};
use domain::top_up::{GuestForm, Meaning, Suggestion};
use leptos::prelude::*;
use services::payments::PublicView;

/// Which card.
pub fn card(request: &Request) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let input = Input {
        hint: auth::card_hint(lang),
        inputmode: "numeric",
        numeric: true,
        maxlength: 24,
        ..Input::text("card", auth::card_number(lang))
    };
    let typed = draft.fields.get("card").cloned().unwrap_or_default();
    plain_typed(view! {
        <div class="l-steps">
            <div class="l-form l-stack">
                {summary(&draft.errors)}
                <div class="l-stack" data-gap="s">
                    <h1 tabindex="-1">{g::title(lang)}</h1>
                    <p class="c-lead">{g::lead(lang)}</p>
                </div>
                {to_partners(request)}
                {typing_script()}
                <form id=TYPED class="l-stack" method="post" action="/api/pay/check" novalidate="">
                    {field(input, typed, error_of(&draft.errors, "card"))}
                    <div class="l-actions" data-row="">
                        <button class="c-btn" data-once="">{auth::go_on(lang)}</button>
                        {button_link("/login", auth::sign_in(lang), "text")}
                    </div>
                </form>
            </div>
        </div>
    }
    .into_any())
}

/// How much, and by what means.
pub fn details(request: &Request, number: &str, form: &GuestForm) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let kept = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let wrong = |name: &str| error_of(&draft.errors, name);
    let (tone, state) = if form.served {
        ("success", g::works(lang, form.paid_through, form.today))
    } else {
        ("danger", g::paused(lang).to_owned())
    };
    let usual = form
        .suggestions
        .first()
        .map_or_else(|| "other".to_owned(), |first| first.amount.to_gateway());
    let chosen = Some(kept("sum"))
        .filter(|sum| !sum.is_empty())
        .unwrap_or(usual);
    let amount = Input {
        inputmode: "decimal",
        numeric: true,
        unit: "₽",
        ..Input::text("amount", t::pay_other(lang))
    };
    let email = Input {
        hint: t::receipt_email_hint(lang),
        kind: "email",
        inputmode: "email",
        autocomplete: "email",
        ..Input::text("receipt_email", t::receipt_email(lang))
    };
    let named = |means: Means, words: &str| (means.code().to_owned(), words.to_owned());
    let ways = [
        named(Means::BankCard, autopay::bank_card(lang)),
        named(Means::Sbp, autopay::sbp(lang)),
        named(Means::YooMoney, autopay::wallet(lang)),
    ];
    let way = Some(kept("means"))
        .filter(|means| !means.is_empty())
        .unwrap_or_else(|| Means::BankCard.code().to_owned());
    plain_typed(view! {
        <div class="l-steps">
            <div class="l-form l-stack">
                {summary(&draft.errors)}
                <div class="l-stack" data-gap="s">
                    <h1 tabindex="-1">{g::title(lang)}</h1>
                    <p class="c-lead">{auth::for_card(lang)} " " <span class="c-nowrap">{form.card.clone()}</span></p>
                    <p class="c-inline" data-tone=tone>{icon("i-info")}<span>{state}</span></p>
                </div>
                <form id=TYPED class="l-stack" method="post" action="/api/pay/start" novalidate="">
                    <input type="hidden" name="card" value=number.to_owned()/>
                    <input type="hidden" name="key" value=form.key.clone()/>
                    <fieldset>
                        <legend class="c-legend">{t::sum(lang)}</legend>
                        <div class="c-sums">
                            {form.suggestions.iter().map(|one| chip(lang, one, &chosen)).collect::<Vec<_>>()}
                            {choice("other".to_owned(), t::other(lang).to_owned(), t::other_sum(lang).to_owned(), &chosen, true)}
                        </div>
                        {field(Input { hint: "", ..amount }, kept("amount"), wrong("amount"))}
                    </fieldset>
                    {radios("means", autopay::means(lang), &ways, &way, wrong("means"))}
                    {field(email, kept("receipt_email"), wrong("receipt_email"))}
                    <p class="c-inline">{icon("i-key")}<span class="c-hint">{t::secure(lang)}</span></p>
                    <div class="l-actions" data-row="">
                        <button class="c-btn" data-once="">{t::pay(lang)}</button>
                        {button_link("/pay", common::back(lang), "text")}
                    </div>
                </form>
            </div>
        </div>
    }
    .into_any())
}

fn chip(lang: Lang, one: &Suggestion, chosen: &str) -> AnyView {
    let meaning = match one.meaning {
        Meaning::Missing => g::missing(lang).to_owned(),
        Meaning::Months(count) => t::months(lang, count),
        Meaning::Year => lang.pick("1\u{a0}год", "1\u{a0}year").to_owned(),
        Meaning::Round => String::new(),
    };
    choice(
        one.amount.to_gateway(),
        money(lang, one.amount),
        meaning,
        chosen,
        false,
    )
}

fn choice(value: String, title: String, hint: String, chosen: &str, other: bool) -> AnyView {
    let checked = value == chosen;
    view! {
        <label class="c-sum" data-other=other.then_some("")>
            <input type="radio" name="sum" value=value checked=checked/>
            <b>{title}</b>
            <small>{hint}</small>
            {icon("i-check")}
            <span class="c-sum__ring"></span>
        </label>
    }
    .into_any()
}

/// A payment's result for somebody who is not signed in: nothing but how it stands.
pub fn result(found: &PublicView) -> AnyView {
    let (lang, state) = (lang(), found.state);
    let scan = found.square.as_ref().map(|text| {
        view! {
            <div class="c-scan">
                <p class="c-hint">{t::square_body(lang)}</p>
                <a class="c-btn" data-wide="" href=text.clone()>{t::to_bank_app(lang)}</a>
                {square(text, t::square(lang))}
                <a class="c-more" href="/pay">{t::other_way(lang)}</a>
            </div>
        }
    });
    let (tone, mark, text) = match state {
        PaymentState::Succeeded => ("success", "i-check", auth::pay_result_done(lang)),
        PaymentState::Canceled => ("danger", "i-alert", auth::pay_result_failed(lang)),
        _ if scan.is_some() => ("warning", "i-clock", t::payment_title(lang, state, true)),
        _ => ("warning", "i-clock", auth::pay_result_open(lang)),
    };
    let waits = scan.is_some();
    let again = match state {
        PaymentState::Succeeded | PaymentState::Abandoned => None,
        PaymentState::Canceled => Some(button_link("/pay", g::try_again(lang), "")),
        // The script of every page looks again by itself; without scripts the browser does.
        _ => Some(
            view! {
                {look_again(if waits { 30 } else { 10 })}
                <a class="c-btn" data-kind=scan.as_ref().map(|_| "soft") data-waits="" href="">{t::check_again(lang)}</a>
            }
            .into_any(),
        ),
    };
    plain(
        view! {
            <div class="l-steps">
                <div class="l-text l-stack">
                    <div class="c-result">
                        <span class="c-result__mark" data-tone=tone>{icon(mark)}</span>
                        <h1 tabindex="-1">{text}</h1>
                        {(!waits).then(|| view! { <p class="c-lead">{auth::pay_result_sign_in(lang)}</p> })}
                    </div>
                    {scan}
                    <div class="l-actions" data-row="">
                        {again}
                        {button_link("/login", auth::sign_in(lang), "soft")}
                    </div>
                </div>
            </div>
        }
        .into_any(),
    )
}
