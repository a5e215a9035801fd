//! The promised payment: its terms before taking it, what is owed after, and why there is none.

use crate::i18n::{cabinet, lang, promise as t};
use crate::ui::{Tone, icon, notice};
use domain::format::{date, deadline, money};
use domain::promise::{Offer, Open, Past, PromisePage, PromiseState, Reason, Standing};
use domain::{Date, Lang};
use leptos::prelude::*;

/// The page.
pub fn page(page: &PromisePage) -> AnyView {
    let (lang, today) = (lang(), page.today);
    let body = match &page.standing {
        Standing::Offered(offer) => offered(lang, offer, page),
        Standing::Open(found) => open(lang, found, page.all_owed, today),
        Standing::Refused(reason) => refused(lang, *reason, today),
    };
    view! {
        <div class="l-stack">
            {body}
            {history(lang, &page.history, today)}
        </div>
    }
    .into_any()
}

fn offered(lang: Lang, offer: &Offer, page: &PromisePage) -> AnyView {
    let (all_owed, today) = (page.all_owed, page.today);
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let cost = if offer.fee.is_positive() {
        money(lang, offer.fee)
    } else {
        t::free(lang).to_owned()
    };
    view! {
        <section class="c-card l-stack" data-gap="m">
            <p class="c-inline" data-tone="success">{icon("i-tv")}<span>{t::effect(lang, offer, today)}</span></p>
            <dl class="c-dl">
                {row(t::lend(lang), money(lang, offer.amount))}
                {row(t::cost(lang), cost)}
                {row(t::back_by(lang), deadline(lang, offer.due, today))}
                {row(cabinet::account_number(lang), page.contract.grouped())}
                {row(cabinet::tariff(lang), offer.tariff.clone())}
                {offer.card.as_ref().map(|card| row(cabinet::card(lang), card.grouped()))}
            </dl>
            <form method="post" action="/api/payments/promise" class="l-actions" data-row="">
                <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
                <input type="hidden" name="amount" value=offer.amount.to_gateway()/>
                <button class="c-btn" data-once="">{t::take(lang, offer.due, today)}</button>
                <a class="c-btn" data-kind="text" href="/payments/top-up">{t::top_up_instead(lang)}</a>
            </form>
            {offer.paid_through.map(|_| view! { <p class="c-hint">{t::later(lang)}</p> })}
        </section>
        {card(t::if_late(lang), late_body(lang, all_owed))}
        {card(t::how_back(lang), t::how_back_body(lang))}
    }
    .into_any()
}

fn open(lang: Lang, open: &Open, all_owed: bool, today: Date) -> AnyView {
    let tone = if open.overdue { "danger" } else { "warning" };
    let (title, body) = if open.overdue {
        let body = if all_owed {
            t::overdue_all(lang)
        } else {
            t::overdue_body(lang)
        };
        (t::overdue_title(lang), body)
    } else {
        (t::if_late(lang), late_body(lang, all_owed))
    };
    view! {
        <section class="c-card l-stack" data-gap="m">
            <h2>{t::owed(lang, open.owed)}</h2>
            <p class="c-inline" data-tone=tone>
                {icon("i-clock")}
                <span>{t::term(lang, open, today)}</span>
            </p>
            <a class="c-btn" href="/payments/top-up">{cabinet::repay(lang, open.owed)}</a>
            <p class="c-hint">{t::how_back_body(lang)}</p>
        </section>
        {card(title, body)}
    }
    .into_any()
}

fn refused(lang: Lang, reason: Reason, today: Date) -> AnyView {
    let (tone, title) = if matches!(reason, Reason::NotNeeded(_)) {
        (Tone::Success, t::not_needed(lang))
    } else {
        (Tone::Info, t::not_now(lang))
    };
    view! {
        {notice(tone, title.to_owned(), t::reason(lang, reason, today))}
        <div class="l-actions" data-row="">
            <a class="c-btn" href="/payments/top-up">{cabinet::top_up(lang)}</a>
        </div>
    }
    .into_any()
}

/// What happens when it is not back in time, by the operator's terms.
fn late_body(lang: Lang, all_owed: bool) -> &'static str {
    if all_owed {
        t::if_late_all(lang)
    } else {
        t::if_late_body(lang)
    }
}

fn card(title: &'static str, body: &'static str) -> AnyView {
    view! {
        <section class="c-card l-stack" data-tone="quiet" data-gap="s">
            <h2>{title}</h2>
            <p class="c-hint">{body}</p>
        </section>
    }
    .into_any()
}

fn history(lang: Lang, past: &[Past], today: Date) -> AnyView {
    if past.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = past
        .iter()
        .map(|one| {
            let ending = match (one.state, one.late) {
                (PromiseState::WrittenOff, _) => t::written_off(lang),
                (_, true) => t::repaid_late(lang),
                (_, false) => t::repaid(lang),
            };
            view! {
                <li>
                    <div class="c-row">
                        <span class="c-tile">{icon("i-clock")}</span>
                        <span class="c-row__text">
                            <b>{date(lang, one.granted.date, today)}</b>
                            <small>{ending}</small>
                        </span>
                        <span class="c-sumv">{money(lang, one.amount)}</span>
                    </div>
                </li>
            }
        })
        .collect();
    view! {
        <section class="c-card" data-flush="">
            <div class="c-card__head"><h2>{t::history(lang)}</h2></div>
            <ul class="c-list">{rows}</ul>
        </section>
    }
    .into_any()
}
