//! Activating a prepaid card.

use crate::i18n::{cabinet, lang, voucher as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon};
use domain::Lang;
use domain::format::money;
use domain::voucher::{Redeemed, VoucherPage};
use leptos::prelude::*;

/// The page.
pub fn page(request: &Request, page: &VoucherPage) -> AnyView {
    let lang = lang();
    match &page.done {
        Some(done) => redeemed(lang, page, done),
        None => form(lang, request, page),
    }
}

fn form(lang: Lang, request: &Request, page: &VoucherPage) -> AnyView {
    let draft = &request.draft;
    let input = Input {
        hint: t::hint(lang),
        inputmode: "numeric",
        numeric: true,
        maxlength: 32,
        ..Input::text("pin", t::label(lang))
    };
    let typed = draft.fields.get("pin").cloned().unwrap_or_default();
    view! {
        <div class="l-stack">
            <form class="l-stack l-form" method="post" action="/api/payments/voucher" novalidate="">
                <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
                <dl class="c-dl">{account(lang, page)}</dl>
                {field(input, typed, error_of(&draft.errors, "pin"))}
                <button class="c-btn" data-wide="" data-once="">{t::activate(lang)}</button>
            </form>
            <section class="c-card l-stack" data-tone="quiet" data-gap="m">
                <svg class="c-art" viewBox="0 0 96 96" aria-hidden="true"><use href="#art-voucher"></use></svg>
                <p class="c-hint">{t::where_is(lang)}</p>
            </section>
        </div>
    }
    .into_any()
}

/// Which contract the money comes to.
fn account(lang: Lang, page: &VoucherPage) -> AnyView {
    let contract = page.contract.grouped();
    view! { <div><dt>{cabinet::account_number(lang)}</dt><dd>{contract}</dd></div> }.into_any()
}

fn redeemed(lang: Lang, page: &VoucherPage, done: &Redeemed) -> AnyView {
    view! {
        <section class="c-card l-stack">
            <div class="c-result">
                <span class="c-result__mark" data-tone="success">{icon("i-check")}</span>
                <h2>{t::done(lang)}</h2>
                <p class="c-big">{t::credited(lang, done.face)}</p>
            </div>
            <dl class="c-dl">
                {account(lang, page)}
                <div><dt>{cabinet::balance(lang)}</dt><dd>{money(lang, page.balance)}</dd></div>
            </dl>
            {done.served.then(|| view! {
                <p class="c-inline" data-tone="success">
                    {icon("i-tv")}
                    <span>{t::works_until(lang, done.paid_through, page.today)}</span>
                </p>
            })}
            <div class="l-actions" data-row="">
                <a class="c-btn" href="/home">{t::home(lang)}</a>
                <a class="c-btn" data-kind="text" href="/payments/voucher">{t::another(lang)}</a>
            </div>
        </section>
    }
    .into_any()
}
