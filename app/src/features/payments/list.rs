//! Ways to pay and the last payments.

use super::api::load_payments;
use crate::i18n::{cabinet as t, lang, promise, voucher};
use crate::page::{Page, page};
use crate::ui::{empty, icon, payment_row};
use domain::payment::PaymentsPage;
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
                    {data.vouchers.then(|| view! {
                        <li>
                            <a class="c-row" href="/payments/voucher" rel="external">
                                <span class="c-tile" data-tone="primary">{icon("i-voucher")}</span>
                                <span class="c-row__text">
                                    <b>{voucher::title(lang)}</b>
                                    <small>{voucher::hint(lang)}</small>
                                </span>
                                {icon("i-chev-r")}
                            </a>
                        </li>
                    })}
                    <li>
                        <a class="c-row" href="/payments/promised" rel="external">
                            <span class="c-tile" data-tone=lent>{icon("i-clock")}</span>
                            <span class="c-row__text">
                                <b>{t::promised(lang)}</b>
                                <small>{promise::hint(lang, &data.promise, data.today)}</small>
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
