//! The tariff in short, and the list of all sections on a phone.

use super::home::load_home;
use crate::i18n::{cabinet as t, common, lang};
use crate::page::{Page, page};
use crate::ui::{call_button, call_link, empty, icon};
use domain::format::{date, money};
use domain::overview::Home;
use leptos::prelude::*;

/// The tariff of the card in view.
#[component]
pub fn TariffPage() -> impl IntoView {
    let lang = lang();
    let load = move || load_home(lang);
    page(Page::titled(t::my_tariff(lang)), load, |home| tariff(&home))
}

fn tariff(home: &Home) -> AnyView {
    let lang = lang();
    let Some(tariff) = &home.tariff else {
        let title = view! { <h2>{t::no_tariff(lang)}</h2> }.into_any();
        let call = call_button();
        return view! { <section class="c-card">{empty("art-cards", title, String::new(), call)}</section> }
            .into_any();
    };
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let next = tariff.next_charge.map_or_else(
        || t::charge_after_top_up(lang).to_owned(),
        |day| {
            format!(
                "{}, {}",
                date(lang, day, home.today),
                money(lang, tariff.price.amount)
            )
        },
    );
    view! {
        <section class="c-card l-stack l-text">
            <p class="c-name">{tariff.name.clone()}</p>
            <dl class="c-dl">
                {row(t::price(lang), t::price_per(lang, tariff.price))}
                {row(t::channels(lang), tariff.channels.to_string())}
                {row(t::next_charge(lang), next)}
                {home.card.as_ref().map(|card| row(t::access_card(lang), card.number.grouped()))}
            </dl>
            <p class="c-hint">
                {t::tariff_change_call(lang)} ": "
                {call_link()}
            </p>
        </section>
    }
    .into_any()
}

/// All sections.
#[component]
pub fn MenuPage() -> impl IntoView {
    page(
        Page::titled(t::more_title(lang())),
        super::frame::load_frame,
        |frame| {
            let lang = lang();
            let row = |href: &'static str, name: &'static str, title: &'static str| {
                let plain = ["/expenses", "/profile", "/help"].contains(&href);
                view! {
                    <li>
                        <a class="c-row" href=href rel=plain.then_some("external")>
                            <span class="c-tile">{icon(name)}</span>
                            <span class="c-row__text"><b>{title}</b></span>
                            {icon("i-chev-r")}
                        </a>
                    </li>
                }
            };
            view! {
                <div class="l-stack l-text">
                    <p class="c-hint">{t::account_number(lang)} " " {frame.contract.grouped()}</p>
                    <section class="c-card" data-flush="">
                        <ul class="c-list">
                            {row("/payments/top-up", "i-payments", common::nav_top_up(lang))}
                            {row("/expenses", "i-chart", common::nav_expenses(lang))}
                            {row("/tariff", "i-tariff", t::my_tariff(lang))}
                            {row("/messages", "i-messages", common::nav_messages(lang))}
                            {row("/profile", "i-user", common::nav_profile(lang))}
                            {row("/help", "i-help", common::help(lang))}
                        </ul>
                    </section>
                    <form method="post" action="/api/sign-out">
                        <button class="c-btn" data-kind="soft">{common::sign_out(lang)}</button>
                    </form>
                </div>
            }
            .into_any()
        },
    )
}
