//! Ways to pay and the last payments.

use super::api::load_payments;
use crate::i18n::{autopay, cabinet as t, lang, promise, voucher};
use crate::page::{Page, page};
use crate::ui::{empty, icon, payment_row};
use domain::payment::{AutopayHint, PaymentsPage};
use domain::promise::Standing;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Payments() -> impl IntoView {
    let lang = lang();
    page(
        Page::titled(t::payments(lang)).lead(t::payments_lead(lang)),
        load_payments,
        |data| view(&data),
    )
}

fn view(data: &PaymentsPage) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = data.last.iter().map(payment_row).collect();
    let lent = match data.promise {
        Standing::Open(_) => "warning",
        Standing::Offered(_) => "primary",
        Standing::Refused(_) => "",
    };
    let last = if rows.is_empty() {
        let title = view! { <h3>{t::no_payments(lang)}</h3> }.into_any();
        empty(
            "art-receipts",
            title,
            t::no_payments_body(lang).to_owned(),
            ().into_any(),
        )
    } else {
        view! { <ul class="c-list">{rows}</ul> }.into_any()
    };
    let way = |href: &'static str,
               name: &'static str,
               tone: &'static str,
               title: &'static str,
               hint: String| {
        view! {
            <li>
                <a class="c-row" href=href rel=(href != "/payments/top-up").then_some("external")>
                    <span class="c-tile" data-tone=tone>{icon(name)}</span>
                    <span class="c-row__text">
                        <b>{title}</b>
                        {(!hint.is_empty()).then(|| view! { <small>{hint}</small> })}
                    </span>
                    {icon("i-chev-r")}
                </a>
            </li>
        }
        .into_any()
    };
    let by_itself = data.autopay.map(|standing| {
        let tone = match standing {
            AutopayHint::On { .. } => "success",
            AutopayHint::Paused => "danger",
            AutopayHint::Off => "",
        };
        let hint = autopay::hint(lang, &standing, data.today);
        (
            way(
                "/payments/autopay",
                "i-loop",
                tone,
                autopay::title(lang),
                hint,
            ),
            way(
                "/payments/cards",
                "i-card",
                "",
                autopay::cards(lang),
                String::new(),
            ),
        )
    });
    view! {
        <div class="l-stack">
            <section class="c-card" data-flush="" aria-label=t::top_up(lang)>
                <ul class="c-list">
                    {way("/payments/top-up", "i-payments", "primary", t::by_card(lang), t::by_card_hint(lang).to_owned())}
                    {data.vouchers.then(|| way("/payments/voucher", "i-voucher", "primary", voucher::title(lang), voucher::hint(lang).to_owned()))}
                    {way("/payments/promised", "i-clock", lent, t::promised(lang), promise::hint(lang, &data.promise, data.today))}
                    {by_itself}
                </ul>
            </section>
            <section class="c-card" data-flush="">
                <div class="c-card__head">
                    <h2>{t::last_payments(lang)}</h2>
                    <a class="c-more" href="/receipts" rel="external">{t::receipts(lang)}</a>
                </div>
                {last}
            </section>
        </div>
    }
    .into_any()
}
