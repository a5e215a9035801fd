//! One operation: what it was, why, and what it left.

use crate::i18n::{cabinet as t, expenses as e, lang, receipt as r};
use crate::ui::icon_small;
use domain::Lang;
use domain::format::{full_date, money, money_signed, stamp};
use domain::operation::{Operation, OperationKind, OperationView};
use leptos::prelude::*;

/// The page.
pub fn page(shown: &OperationView) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = shown
        .rows
        .iter()
        .map(|row| change(lang, row, shown))
        .collect();
    let receipts: Vec<_> = shown
        .receipts
        .iter()
        .map(|(id, kind, state)| {
            let text = match r::state(lang, *state) {
                Some(state) => format!("{}, {state}", r::kind(lang, *kind)),
                None => r::kind(lang, *kind).to_owned(),
            };
            view! { <a class="c-btn" data-kind="soft" href=format!("/receipts/{id}")>{e::receipt(lang)} ": " {text}</a> }
        })
        .collect();
    let payment = shown.rows.iter().find_map(|row| row.payment).map(|payment| {
        view! { <a class="c-btn" data-kind="soft" href=format!("/payments/{payment}")>{r::payment(lang)}</a> }
    });
    view! {
        <div class="l-stack">
            {rows}
            <div class="l-actions" data-row="">
                {receipts} {payment}
                <a class="c-btn" data-kind="text" href="/help">{e::not_clear(lang)}{icon_small("i-chev-r")}</a>
            </div>
        </div>
    }
    .into_any()
}

/// One change of the wallet: most operations make one, a top-up that repays makes two.
fn change(lang: Lang, row: &Operation, shown: &OperationView) -> AnyView {
    let line =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let before = domain::Money::from_kopecks(row.balance.kopecks() - row.amount.kopecks());
    let period = shown.period.filter(|_| row.kind == OperationKind::Charge);
    let days = period.map(|period| {
        e::days(
            lang,
            &full_date(lang, period.from),
            &full_date(lang, period.to.plus_days(-1)),
        )
    });
    let detail = row.detail.clone().filter(|detail| !detail.is_empty());
    view! {
        <section class="c-card l-stack" data-gap="m">
            <div class="c-result">
                <h2>{t::operation(lang, row.kind)}</h2>
                <p class="c-big">{money_signed(lang, row.amount)}</p>
                <p class="c-hint">{e::why(lang, row.kind)}</p>
            </div>
            <dl class="c-dl">
                {line(e::when(lang), stamp(lang, row.at))}
                {detail.map(|detail| line(detail_name(lang, row.kind), detail))}
                {days.map(|days| line(e::for_days(lang), days))}
                {line(e::was(lang), money(lang, before))}
                {line(e::became(lang), money(lang, row.balance))}
                {line(t::account_number(lang), shown.contract.grouped())}
            </dl>
        </section>
    }
    .into_any()
}

/// What the detail of an operation is.
fn detail_name(lang: Lang, kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::TopUp | OperationKind::Voucher => e::by_card(lang),
        OperationKind::Charge => e::tariff(lang),
        _ => e::detail(lang),
    }
}
