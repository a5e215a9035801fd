//! The top-up form. It is a plain form that leads to the acquirer's page; the browser's module only
//! adds the live line and the sum on the button, computed by the same rules as the charge.

use super::api::{TopUpPage, load_top_up};
use crate::i18n::{auth::window_title, autopay as m, cabinet as t, lang};
use crate::page::{Page, page};
use crate::ui::{Input, checkbox, error_of, field, icon, radios, summary};
use domain::form::parse_amount;
use domain::format::money;
use domain::payment::Means;
use domain::top_up::{Meaning, TopUpForm};
use domain::{Lang, Money};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn TopUp() -> impl IntoView {
    let lang = lang();
    let about = Page::titled(t::top_up_title(lang)).back("/payments", t::payments(lang));
    page(about, load_top_up, |data| view(&data))
}

/// The chosen sum: a value of a chip, or `other`.
fn first_choice(data: &TopUpPage) -> String {
    if !data.sum.is_empty() {
        return data.sum.clone();
    }
    data.form
        .suggestions
        .first()
        .map_or_else(|| "other".to_owned(), |s| value_of(s.amount))
}

/// A sum as the form sends it.
fn value_of(sum: Money) -> String {
    sum.to_gateway()
}

fn view(data: &TopUpPage) -> AnyView {
    let lang = lang();
    let form = data.form.clone();
    let choice = RwSignal::new(first_choice(data));
    let typed = RwSignal::new(data.amount.clone());
    // Nothing that depends on the choice is promised before the module runs: without it the words
    // would not follow the person's choice.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let limits = form.limits;
    let amount = Memo::new(move |_| {
        let chosen = choice.get();
        let text = if chosen == "other" {
            typed.get()
        } else {
            chosen
        };
        parse_amount(&text, limits).ok()
    });
    let button = move || match amount.get().filter(|_| live.get()) {
        Some(sum) => t::pay_sum(lang, sum),
        None => t::pay(lang).to_owned(),
    };
    let outlook = {
        let form = form.clone();
        move || {
            amount
                .get()
                .filter(|_| live.get())
                .map(|sum| outcome(lang, &form, sum))
        }
    };
    let on_balance = t::on_balance(lang, form.available);
    let wrong = (!data.errors.is_empty())
        .then(|| view! { <Title text=window_title(lang, t::top_up_title(lang), true)/> });
    view! {
        {wrong}
        {summary(&data.errors)}
        <form class="l-split" method="post" action="/api/payments/start" novalidate="">
            <input type="hidden" name="key" value=form.key.clone()/>
            <div class="l-stack" data-gap="l">
                <fieldset>
                    <legend class="c-legend">{t::sum(lang)}</legend>
                    <div class="c-sums">
                        {chips(lang, &form, choice)}
                        <label class="c-sum" data-other="">
                            <input type="radio" name="sum" value="other" checked=choice.get_untracked() == "other" on:change=move |_| choice.set("other".into())/>
                            <b>{t::other(lang)}</b>
                            <small>{t::other_sum(lang)}</small>
                            {icon("i-check")}
                            <span class="c-sum__ring"></span>
                        </label>
                    </div>
                    {other_field(lang, data, typed)}
                </fieldset>
                {means(lang, data)}
                {email_field(lang, data)}
                <p class="c-inline">{icon("i-key")}<span class="c-hint">{t::secure(lang)}</span></p>
            </div>
            <div class="l-sticky">
                <section class="c-card l-stack c-pay" data-gap="m" aria-labelledby="pay-h">
                    <div class="c-card__head"><h2 id="pay-h">{t::to_pay(lang)}</h2></div>
                    <dl class="c-dl">
                        <div><dt>{t::account_number(lang)}</dt><dd>{form.contract.grouped()}</dd></div>
                        <div><dt>{t::balance_now(lang)}</dt><dd>{money(lang, form.available)}</dd></div>
                        {form.receipt_email.clone().map(|email| view! { <div><dt>{t::receipt_to(lang)}</dt><dd>{email}</dd></div> })}
                    </dl>
                    <p class="c-inline" data-tone="success" aria-live="polite">
                        {icon("i-tv")}
                        <span>{move || outlook().unwrap_or_else(|| on_balance.clone())}</span>
                    </p>
                    <button class="c-btn" data-wide="" data-once="">{button}</button>
                </section>
            </div>
        </form>
    }
    .into_any()
}

fn chips(lang: Lang, form: &TopUpForm, choice: RwSignal<String>) -> AnyView {
    let chosen = choice.get_untracked();
    form.suggestions
        .iter()
        .map(|suggestion| {
            let value = value_of(suggestion.amount);
            let ahead = form.preview(suggestion.amount);
            let meaning = match suggestion.meaning {
                Meaning::Months(count) => t::months(lang, count),
                Meaning::Year => lang.pick("1\u{a0}год", "1\u{a0}year").to_owned(),
                Meaning::Missing | Meaning::Round => ahead
                    .covered_until
                    .map(|day| t::until(lang, day, form.today))
                    .unwrap_or_default(),
            };
            let checked = chosen == value;
            let picked = value.clone();
            view! {
                <label class="c-sum">
                    <input type="radio" name="sum" value=value checked=checked on:change=move |_| choice.set(picked.clone())/>
                    <b>{money(lang, suggestion.amount)}</b>
                    <small>{meaning}</small>
                    {icon("i-check")}
                    <span class="c-sum__ring"></span>
                </label>
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}

fn other_field(lang: Lang, data: &TopUpPage, typed: RwSignal<String>) -> AnyView {
    let error = error_of(&data.errors, "amount");
    let wrong = error.is_some();
    let limits = data.form.limits;
    view! {
        <div class="c-field l-gap" data-state=wrong.then_some("error")>
            <label for="amount">{t::pay_other(lang)}</label>
            <p class="c-hint" id="amount-h">{t::sum_limits(lang, limits.min, limits.max)}</p>
            {crate::ui::error_text("amount", error)}
            <div class="c-input" data-num="">
                <input
                    id="amount"
                    name="amount"
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    value=data.amount.clone()
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=if wrong { "amount-h amount-e" } else { "amount-h" }
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <span class="c-input__unit" aria-hidden="true">"₽"</span>
            </div>
        </div>
    }
    .into_any()
}

/// By what means: saved cards first, since they need no bank page.
fn means(lang: Lang, data: &TopUpPage) -> AnyView {
    let form = &data.form;
    let card = if form.cards.is_empty() {
        m::bank_card(lang)
    } else {
        m::new_card(lang)
    };
    let mut choices: Vec<_> = form
        .cards
        .iter()
        .map(|card| (card.id.to_string(), card.name.clone()))
        .collect();
    let named = |means: Means, words: &str| (means.code().to_owned(), words.to_owned());
    choices.push(named(Means::BankCard, card));
    choices.push(named(Means::Sbp, m::sbp(lang)));
    choices.push(named(Means::YooMoney, m::wallet(lang)));
    let usual = if data.save {
        Means::BankCard.code()
    } else {
        choices[0].0.as_str()
    };
    let chosen = if data.means.is_empty() {
        usual
    } else {
        &data.means
    };
    let error = error_of(&data.errors, "means");
    let keep = form.saves_cards.then(|| {
        view! { <div class="c-keep">{checkbox("save", m::keep_card(lang), data.save, false)}</div> }
    });
    view! { <div>{radios("means", m::means(lang), &choices, chosen, error)}{keep}</div> }.into_any()
}

fn email_field(lang: Lang, data: &TopUpPage) -> AnyView {
    if data.form.receipt_email.is_some() {
        return ().into_any();
    }
    let input = Input {
        hint: t::receipt_email_hint(lang),
        kind: "email",
        inputmode: "email",
        autocomplete: "email",
        ..Input::text("receipt_email", t::receipt_email(lang))
    };
    field(
        input,
        data.receipt_email.clone(),
        error_of(&data.errors, "receipt_email"),
    )
}

/// What paying a sum leads to, in one sentence.
fn outcome(lang: Lang, form: &TopUpForm, sum: Money) -> String {
    let before = form.preview(Money::ZERO);
    let after = form.preview(sum);
    if !after.served {
        return t::not_enough(lang).to_owned();
    }
    if after.promised_debt.is_positive() {
        // It is on for as long as the promised payment lasts, whatever the period says.
        return t::still_owed(lang, after.promised_debt);
    }
    let until = after
        .covered_until
        .map(|day| t::carries_until(lang, day, form.today))
        .unwrap_or_default();
    let start = if before.served {
        t::tv_works(lang)
    } else {
        t::tv_at_once(lang)
    };
    format!("{start}, {until}")
}
