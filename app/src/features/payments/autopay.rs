//! Autopay: how it stands, switching it on and off, and the page behind the link of a notice.

use crate::features::auth::frame::{button_link, plain};
use crate::i18n::{auth, autopay as t, cabinet, lang};
use crate::request::Request;
use crate::ui::{Input, checkbox, error_of, error_text, field, icon};
use domain::autopay::page::{AutopayPage, On, Past, SetupPage, Standing, mandate};
use domain::autopay::{DayOfMonth, RunState};
use domain::format::{moment, money};
use domain::ids::MethodId;
use domain::saved_card::SavedCard;
use domain::{Date, Lang, Money};
use leptos::prelude::*;
use services::autopay::Link;

/// One line that stands out.
fn line(tone: &'static str, name: &'static str, text: String) -> AnyView {
    view! { <p class="c-notice" data-tone=tone role="status">{icon(name)}<span>{text}</span></p> }
        .into_any()
}

/// What was just done, and a payment that was begun before; said on the page of cards too.
pub(super) fn said(lang: Lang, done: &str, under_way: Option<Money>) -> AnyView {
    let said = match done {
        "on" => Some(t::turned_on(lang)),
        "off" => Some(t::turned_off(lang)),
        "removed" => Some(t::removed(lang)),
        "autopay" => Some(t::removed_autopay(lang)),
        _ => None,
    };
    let said = said.map(|text| line("success", "i-check", text.to_owned()));
    let begun = under_way.map(|sum| line("warning", "i-clock", t::under_way(lang, sum)));
    view! { {said}{begun} }.into_any()
}

/// The page.
pub fn page(page: &AutopayPage, done: &str) -> AnyView {
    let (lang, today) = (lang(), page.today);
    // An old address must not say what does not hold.
    let told = match (done, &page.standing) {
        ("on", Standing::On(_)) | ("off", Standing::Off { .. }) => done,
        _ => "",
    };
    let body = match &page.standing {
        Standing::On(found) => on(lang, found, page),
        Standing::Paused { card, reason, day } => view! {
            <section class="c-card l-stack" data-gap="m">
                <p class="c-chip" data-tone="danger">{t::paused(lang)}</p>
                <p>{t::stopped(lang, *reason)}</p>
                {rules(lang, *day, card)}
                <div class="l-actions" data-row="">
                    <a class="c-btn" href="/payments/top-up">{cabinet::top_up(lang)}</a>
                    <a class="c-btn" data-kind="soft" href="/payments/autopay/setup">{t::setup(lang)}</a>
                    {off_button(lang, page, "text")}
                </div>
            </section>
        }
        .into_any(),
        Standing::Off { cards } => off(lang, *cards, page),
    };
    view! {
        <div class="l-stack">
            {said(lang, told, page.under_way)}
            {body}
            {history(lang, &page.history, today)}
        </div>
    }
    .into_any()
}

fn off_button(lang: Lang, page: &AutopayPage, kind: &'static str) -> AnyView {
    view! {
        <form method="post" action="/api/payments/autopay-off">
            <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
            <button class="c-btn" data-kind=kind data-wide="" data-once="">{t::off(lang)}</button>
        </form>
    }
    .into_any()
}

fn on(lang: Lang, on: &On, page: &AutopayPage) -> AnyView {
    let today = page.today;
    let state = match (on.run, on.retry) {
        (_, Some(at)) => line("warning", "i-clock", t::tried_again(lang, at, today)),
        (Some(RunState::Charging), _) => line("info", "i-info", t::charging(lang).to_owned()),
        _ => ().into_any(),
    };
    let about = match (on.announced, on.sum.is_positive()) {
        (true, _) => None,
        (false, true) => Some(t::about_now(lang)),
        (false, false) => Some(t::nothing_now(lang)),
    };
    view! {
        <section class="c-card l-stack" data-gap="m">
            <div class="l-between">
                <p class="c-chip" data-tone="success">{t::on(lang)}</p>
                <p class="c-hint">{t::since(lang, on.since, today)}</p>
            </div>
            <div>
                <p class="c-kicker">{t::next_charge(lang)}</p>
                {on.sum.is_positive().then(|| view! { <p class="c-big">{money(lang, on.sum)}</p> })}
                <p>{t::when_and_card(lang, on.next, &on.card.name(), today)}</p>
                {about.map(|text| view! { <p class="c-hint">{text}</p> })}
            </div>
            {state}
            <p class="c-inline">{icon("i-bell")}<span>{t::notices(lang, page.first_notice_days, page.last_notice_hours)}</span></p>
            <div class="l-actions" data-row="">
                {off_button(lang, page, "soft")}
                <a class="c-btn" data-kind="text" href="/payments/autopay/setup">{t::change(lang)}</a>
            </div>
        </section>
        <section class="c-card l-stack" data-gap="s">
            <h2>{t::rules(lang)}</h2>
            {rules(lang, on.day, &on.card)}
            <p class="c-hint">{t::rule_hint(lang)}</p>
        </section>
        <p class="c-inline">{icon("i-info")}<span class="c-hint">{t::unbind_hint(lang)}</span></p>
    }
    .into_any()
}

fn rules(lang: Lang, day: DayOfMonth, card: &SavedCard) -> AnyView {
    let valid = card
        .expires
        .map(|(month, year)| format!(", {}", t::valid_until(lang, month, year)))
        .unwrap_or_default();
    view! {
        <dl class="c-dl">
            <div><dt>{t::day(lang)}</dt><dd>{t::every_month(lang, day)}</dd></div>
            <div><dt>{t::card(lang)}</dt><dd>{card.name()}{valid}</dd></div>
            <div><dt>{t::sum(lang)}</dt><dd>{t::sum_rule(lang)}</dd></div>
        </dl>
    }
    .into_any()
}

fn off(lang: Lang, cards: bool, page: &AutopayPage) -> AnyView {
    let step = |text: String| view! { <li>{text}</li> };
    let way = if cards {
        view! { <a class="c-btn" href="/payments/autopay/setup">{t::setup(lang)}</a> }.into_any()
    } else {
        view! {
            <p class="c-hint">{t::no_card(lang)}</p>
            <a class="c-btn" href="/payments/top-up?save=1">{t::add_card(lang)}</a>
        }
        .into_any()
    };
    let undo = page.undo.map(|(day, card)| {
        let href = chosen(day, Some(card));
        view! { <a class="c-btn" data-kind="text" href=href>{t::undo(lang)}</a> }
    });
    view! {
        <section class="c-card l-stack" data-gap="m">
            <p class="c-chip">{t::off_state(lang)}</p>
            <h2>{t::how_title(lang)}</h2>
            <ol class="c-prose">
                {step(t::how_1(lang).to_owned())}
                {step(t::how_2(lang).to_owned())}
                {step(t::how_3(lang).to_owned())}
            </ol>
            <p class="c-inline">{icon("i-bell")}<span>{t::notices(lang, page.first_notice_days, page.last_notice_hours)}</span></p>
            <div class="l-actions" data-row="">{way}{undo}</div>
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
            let (tone, what) = match one.state {
                RunState::Succeeded => ("success", t::taken(lang)),
                RunState::Failed => ("danger", t::failed(lang)),
                _ => ("", t::skipped(lang)),
            };
            let paid = one.payment.filter(|_| one.state == RunState::Succeeded);
            let sum = paid.map(|_| view! { <span class="c-sumv">{money(lang, one.sum)}</span> });
            let inside = view! {
                <span class="c-tile" data-tone=tone>{icon("i-loop")}</span>
                <span class="c-row__text">
                    <b>{what}</b>
                    <small>{moment(lang, one.at, today)}</small>
                </span>
                {sum}
            };
            match paid {
                Some(id) => {
                    view! { <li><a class="c-row" href=format!("/payments/{id}")>{inside}</a></li> }
                        .into_any()
                }
                None => view! { <li><div class="c-row">{inside}</div></li> }.into_any(),
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

/// The form that switches it on.
pub fn setup(request: &Request, page: &SetupPage) -> AnyView {
    let lang = lang();
    if page.cards.is_empty() {
        return view! {
            <section class="c-card l-stack" data-gap="m">
                <p>{t::no_card(lang)}</p>
                <div class="l-actions" data-row="">
                    <a class="c-btn" href="/payments/top-up?save=1">{t::add_card(lang)}</a>
                </div>
            </section>
        }
        .into_any();
    }
    let draft = &request.draft;
    let kept = |name: &str| draft.fields.get(name).cloned();
    let wrong = |name: &str| error_of(&draft.errors, name);
    let text = mandate(
        lang,
        page.day,
        page.first_notice_days,
        page.last_notice_hours,
    );
    let email = Input {
        kind: "email",
        inputmode: "email",
        autocomplete: "email",
        hint: cabinet::receipt_email_hint(lang),
        ..Input::text("receipt_email", cabinet::receipt_email(lang))
    };
    let agreed_wrong = wrong("agreed");
    view! {
        <form class="l-stack l-form" method="post" action="/api/payments/autopay" novalidate="">
            <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
            {cards(lang, page, wrong("card"))}
            {days(lang, page, wrong("day"))}
            {page.receipt_email.is_none().then(|| field(email, kept("receipt_email").unwrap_or_default(), wrong("receipt_email")))}
            <section class="c-card l-stack" data-tone="quiet" data-gap="s">
                <p class="c-inline">{icon("i-clock")}<span>{t::first_charge(lang, page.first, page.price, page.today)}</span></p>
                <p class="c-inline">{icon("i-bell")}<span>{t::notices(lang, page.first_notice_days, page.last_notice_hours)}</span></p>
                <p class="c-inline">{icon("i-info")}<span>{t::unbind_hint(lang)}</span></p>
            </section>
            <fieldset>
                <legend class="c-legend">{t::agree(lang)}</legend>
                {error_text("agreed", agreed_wrong.clone())}
                <input type="hidden" name="shown" value=services::autopay::digest(&text)/>
                // Never ticked for anybody: the card or the language may have changed since.
                {checkbox("agreed", text, false, agreed_wrong.is_some())}
            </fieldset>
            <button class="c-btn" data-wide="" data-once="">{t::switch_on(lang, page.first.date, page.today)}</button>
        </form>
    }
    .into_any()
}

/// The address of the form with a day and a card.
fn chosen(day: DayOfMonth, card: Option<MethodId>) -> String {
    let card = card.map(|id| format!("&card={id}")).unwrap_or_default();
    format!("/payments/autopay/setup?day={}{card}", day.get())
}

/// The cards as links, like the days.
fn cards(lang: Lang, page: &SetupPage, error: Option<String>) -> AnyView {
    let wrong = error.is_some();
    let rows: Vec<_> = page
        .cards
        .iter()
        .map(|card| {
            let here = Some(card.id) == page.card;
            let inside = view! {
                <span class="c-tile" data-tone=here.then_some("primary")>{icon("i-card")}</span>
                <span class="c-row__text"><b>{card.name()}</b></span>
                {here.then(|| icon("i-check"))}
            };
            if page.cards.len() == 1 {
                return view! { <li><div class="c-row">{inside}</div></li> }.into_any();
            }
            let href = format!("{}#card", chosen(page.day, Some(card.id)));
            view! { <li><a class="c-row" href=href aria-current=here.then_some("true")>{inside}</a></li> }
                .into_any()
        })
        .collect();
    view! {
        <fieldset class="c-field" id="card" tabindex="-1" data-state=wrong.then_some("error") aria-describedby=wrong.then_some("card-e")>
            <legend class="c-legend">{t::choose_card(lang)}</legend>
            {error_text("card", error)}
            <input type="hidden" name="card" value=page.card.map(|id| id.to_string()).unwrap_or_default()/>
            <section class="c-card" data-flush=""><ul class="c-list">{rows}</ul></section>
        </fieldset>
    }
    .into_any()
}

/// The days as links: each shows the form with what it leads to, so the words always fit the day.
fn days(lang: Lang, page: &SetupPage, error: Option<String>) -> AnyView {
    let days: Vec<_> = DayOfMonth::all()
        .map(|day| {
            let here = (day == page.day).then_some("true");
            let href = format!("{}#day", chosen(day, page.card));
            view! { <li><a class="c-monthday" href=href aria-current=here>{day.get()}</a></li> }
        })
        .collect();
    let wrong = error.is_some();
    view! {
        <fieldset class="c-field" id="day" tabindex="-1" data-state=wrong.then_some("error") aria-describedby=wrong.then_some("day-e")>
            <legend class="c-legend">{t::day(lang)}": "{t::every_month(lang, page.day)}</legend>
            <p class="c-hint">{t::choose_day_hint(lang)}</p>
            {error_text("day", error)}
            <input type="hidden" name="day" value=page.day.get().to_string()/>
            <ul class="c-monthdays">{days}</ul>
        </fieldset>
    }
    .into_any()
}

/// The page behind the link of a notice.
pub fn link(token: &str, found: Link) -> AnyView {
    let lang = lang();
    let (title, lead) = match found {
        Link::On => (t::link_title(lang), t::link_lead(lang)),
        Link::Off { .. } => (t::link_off_title(lang), t::link_off_lead(lang)),
        Link::Other => (t::link_other_title(lang), t::link_other_lead(lang)),
        Link::Unknown => (t::link_unknown_title(lang), t::link_unknown_lead(lang)),
    };
    let begun = match found {
        Link::Off { under_way } => under_way,
        Link::On | Link::Other | Link::Unknown => None,
    };
    let begun = begun.map(|sum| line("warning", "i-clock", t::under_way(lang, sum)));
    let act = matches!(found, Link::On).then(|| {
        view! {
            <form method="post" action="/api/payments/autopay-link">
                <input type="hidden" name="token" value=token.to_owned()/>
                <button class="c-btn" data-once="">{t::off(lang)}</button>
            </form>
        }
    });
    plain(view! {
        <div class="l-steps">
            <div class="l-text l-stack">
                <div class="l-stack" data-gap="s">
                    <h1 tabindex="-1">{title}</h1>
                    <p class="c-lead">{lead}</p>
                </div>
                {begun}
                <div class="l-actions" data-row="">
                    {act}
                    {button_link("/payments/autopay", t::to_cabinet(lang), "soft")}
                    {matches!(found, Link::Other | Link::Unknown).then(|| button_link("/access-help", auth::cannot_sign_in(lang), "text"))}
                </div>
            </div>
        </div>
    }
    .into_any())
}

/// The title of that page.
pub fn link_title(lang: Lang, found: Link) -> &'static str {
    match found {
        Link::On => t::link_title(lang),
        Link::Off { .. } => t::link_off_title(lang),
        Link::Other => t::link_other_title(lang),
        Link::Unknown => t::link_unknown_title(lang),
    }
}
