//! Ways to pay and the last payments.

use super::api::load_payments;
use crate::i18n::{cabinet as t, lang};
use crate::page::{Page, page};
use crate::ui::{empty, icon, payment_row};
use domain::payment::PaymentView;
use leptos::prelude::*;

/// The page.
#[component]
pub fn PaymentsPage() -> impl IntoView {
    let lang = lang();
    page(
        Page::titled(t::payments(lang)).lead(t::payments_lead(lang)),
        load_payments,
        |list| view(&list),
    )
}

fn view(list: &[PaymentView]) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = list.iter().map(payment_row).collect();
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
    view! {
        <div class="l-stack">
            <section class="c-card" data-flush="" aria-label=t::top_up(lang)>
                <ul class="c-list">
                    <li>
                        <a class="c-row" href="/payments/top-up">
                            <span class="c-tile" data-tone="primary">{icon("i-card")}</span>
                            <span class="c-row__text">
                                <b>{t::by_card(lang)}</b>
                                <small>{t::by_card_hint(lang)}</small>
                            </span>
                            {icon("i-chev-r")}
                        </a>
                    </li>
                </ul>
            </section>
            <section class="c-card" data-flush="">
                <div class="c-card__head"><h2>{t::last_payments(lang)}</h2></div>
                {last}
            </section>
        </div>
    }
    .into_any()
}
