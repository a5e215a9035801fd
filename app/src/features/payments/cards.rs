//! Saved bank cards.

use super::autopay::said;
use crate::i18n::{autopay as t, lang};
use crate::ui::{empty, icon};
use domain::Lang;
use domain::saved_card::{CardsPage, Expiry, SavedCard};
use leptos::prelude::*;

/// The page.
pub fn page(page: &CardsPage, done: &str) -> AnyView {
    let lang = lang();
    let add = view! { <a class="c-btn" href="/payments/top-up?save=1">{t::add_card(lang)}</a> };
    let body = if page.cards.is_empty() {
        let title = view! { <h2>{t::no_cards(lang)}</h2> }.into_any();
        let text = t::no_cards_body(lang).to_owned();
        view! { <section class="c-card">{empty("art-cards", title, text, add.into_any())}</section> }
            .into_any()
    } else {
        let rows: Vec<_> = page
            .cards
            .iter()
            .map(|card| row(lang, page, card))
            .collect();
        view! {
            <section class="c-card" data-flush=""><ul class="c-list">{rows}</ul></section>
            <div class="l-actions" data-row="">{add}</div>
        }
        .into_any()
    };
    view! { <div class="l-stack">{said(lang, done, page.under_way)}{body}</div> }.into_any()
}

fn row(lang: Lang, page: &CardsPage, card: &SavedCard) -> AnyView {
    let valid = card
        .expires
        .map(|(month, year)| t::valid_until(lang, month, year))
        .unwrap_or_default();
    let (tone, state) = match card.expiry(page.today) {
        Expiry::Fine => ("", valid),
        Expiry::Soon => ("warning", format!("{}, {valid}", t::soon_over(lang))),
        Expiry::Over => ("danger", format!("{}, {valid}", t::over(lang))),
    };
    let name = card.name();
    let label = format!("{} {name}", t::remove(lang));
    view! {
        <li>
            <div class="c-row">
                <span class="c-tile" data-tone=tone>{icon("i-card")}</span>
                <span class="c-row__text">
                    <b>{name}</b>
                    <small>{state}</small>
                    {card.autopay.then(|| view! { <small>{t::used(lang)}</small> })}
                </span>
                <form method="post" action="/api/payments/card-remove">
                    <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
                    <button class="c-more" name="card" value=card.id.to_string() data-once="" aria-label=label>{t::remove(lang)}</button>
                </form>
            </div>
        </li>
    }
    .into_any()
}
