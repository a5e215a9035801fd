//! Home: does television work, until when is it paid, how much to pay.

use crate::error::AppError;
use crate::i18n::{cabinet as t, common, lang};
use crate::page::{Page, page};
use crate::ui::{Tone, empty, icon, notice, operation_row};
use crate::wire::{Answer, PageData};
use domain::format::{deadline, money, money_spoken};
use domain::notice::Topic;
use domain::overview::{Home, HomeState};
use domain::{Date, Lang, Money};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

/// The home page's data.
#[server(endpoint = "home", input = GetUrl, output = PageData)]
pub async fn load_home(#[server(default)] lang: Lang) -> Result<Answer<Home>, AppError> {
    let request = crate::request::request()?;
    crate::wire::answer(services::home::load(&request.services, &request.actor, lang).await)
}

/// The page.
#[component]
pub fn HomePage() -> impl IntoView {
    let lang = lang();
    page(
        Page::hidden_title(crate::i18n::common::nav_home(lang)),
        move || load_home(lang),
        |home| view(&home),
    )
}

fn view(home: &Home) -> AnyView {
    let lang = lang();
    let alert = match &home.state {
        HomeState::Suspended { missing, .. } => {
            let (title, body) = t::suspended_alert(lang, *missing);
            Some((Tone::Danger, title, body.to_owned()))
        }
        HomeState::Pending { .. } if home.card.as_ref().is_some_and(|card| !card.served) => {
            let (title, body) = t::suspended_pending(lang);
            Some((Tone::Danger, title.to_owned(), body.to_owned()))
        }
        HomeState::Soon {
            pay, paid_through, ..
        } => Some((
            Tone::Warning,
            t::paid_until_day(lang, *paid_through, home.today),
            t::top_up_by(lang, *pay),
        )),
        _ => None,
    };
    view! {
        <div class="l-home">
            {alert
                .map(|(tone, title, body)| {
                    view! { <div class="l-wide l-full">{notice(tone, title, body)}</div> }
                })}
            {balance_card(&home.state, home.balance, home.today)}
            {tariff_card(home)}
            {account_card(home)}
            {operations_card(home)}
            {message_card(home)}
            {late_card(&home.state)}
        </div>
    }
    .into_any()
}

/// The parts of the balance card that differ from state to state.
struct Face {
    state: &'static str,
    chip: String,
    label: String,
    sum: Money,
    note: AnyView,
    percent: Option<u8>,
    star: bool,
    button: (String, String),
    link: Option<(String, &'static str)>,
}

/// The balance card in one of its states.
pub fn balance_card(state: &HomeState, balance: Money, today: Date) -> AnyView {
    let lang = lang();
    let face = face(lang, state, balance, today);
    let spoken = money_spoken(lang, face.sum);
    let progress = face.percent.map(|percent| {
        let width = format!("{percent}%");
        view! {
            <svg class="c-orbit" aria-hidden="true">
                <rect y="7" width="100%" height="2" rx="1"></rect>
                <rect class="on" y="7" width=width.clone() height="2" rx="1"></rect>
                {face
                    .star
                    .then(|| {
                        view! {
                            <circle class="halo" cx=width.clone() cy="8" r="8"></circle>
                            <circle cx=width cy="8" r="4"></circle>
                        }
                    })}
            </svg>
        }
    });
    view! {
        <section class="c-balance sky l-wide" data-state=face.state aria-label=t::balance(lang)>
            <svg class="c-balance__art" viewBox="0 0 416 340" preserveAspectRatio="xMaxYMin slice" aria-hidden="true" fill="currentColor">
                <use href="#art-balance"></use>
            </svg>
            <p class="c-chip" data-away=common::no_connection(lang)>{face.chip}</p>
            <p class="c-balance__label">{face.label}</p>
            <p class="c-balance__sum">
                <data value=face.sum.to_gateway() aria-hidden="true">{money(lang, face.sum)}</data>
                <span class="u-vh">{spoken}</span>
            </p>
            <p class="c-balance__note">{face.note}</p>
            {progress}
            <div class="c-balance__do">
                <a class="c-btn" data-kind="money" href=face.button.1>{face.button.0}</a>
                {face.link.map(|(text, href)| {
                    // Another page is a plain one.
                    let rel = (!href.starts_with('#')).then_some("external");
                    view! { <a class="c-btn" data-kind="text" href=href rel=rel>{text}</a> }
                })}
            </div>
        </section>
    }
    .into_any()
}

fn face(lang: Lang, state: &HomeState, balance: Money, today: Date) -> Face {
    let top_up = "/payments/top-up".to_owned();
    match state {
        HomeState::Active {
            paid_through,
            days_left,
            left_percent,
        } => Face {
            state: "active",
            chip: t::works(lang).into(),
            label: t::balance(lang).into(),
            sum: balance,
            note: paid_note(lang, *paid_through, *days_left, today),
            percent: Some(*left_percent),
            star: true,
            button: (t::top_up(lang).into(), top_up),
            link: None,
        },
        HomeState::Soon {
            paid_through,
            days_left,
            left_percent,
            pay,
        } => Face {
            state: "soon",
            chip: t::ends_soon(lang).into(),
            label: t::days_left(lang, *days_left),
            sum: balance,
            note: paid_note(lang, *paid_through, *days_left, today),
            percent: Some(*left_percent),
            star: true,
            button: (t::top_up_by(lang, *pay), top_up),
            link: Some((t::promised(lang).into(), "/payments/promised")),
        },
        HomeState::Promise {
            owed,
            due,
            seconds_left,
            left_percent,
        } => Face {
            state: "promise",
            chip: t::promised(lang).into(),
            label: t::repay_by(lang, &deadline(lang, *due, today)),
            sum: *owed,
            note: if *seconds_left > 0 {
                view! {
                    {t::tv_works(lang)} ", "
                    <span>{t::time_left(lang, *seconds_left)}</span>
                }
                .into_any()
            } else {
                t::overdue(lang).into_any()
            },
            percent: Some(*left_percent),
            star: false,
            button: (t::repay(lang, *owed), top_up),
            link: Some((t::what_if_late(lang).into(), "#late")),
        },
        HomeState::Pending { amount, payment } => Face {
            state: "pending",
            chip: t::pending(lang).into(),
            label: t::balance(lang).into(),
            sum: balance,
            note: t::arrives_soon(lang, *amount).into_any(),
            percent: None,
            star: false,
            button: (
                t::check_again(lang).into(),
                format!("/payments/{payment}?check=1"),
            ),
            link: None,
        },
        HomeState::Suspended {
            missing,
            price,
            held_percent,
        } => Face {
            state: "suspended",
            chip: t::suspended(lang).into(),
            label: t::missing(lang).into(),
            sum: *missing,
            note: view! {
                {t::on_balance(lang, balance)} ", "
                <span>{t::tariff_costs(lang, *price)}</span>
            }
            .into_any(),
            percent: Some(*held_percent),
            star: false,
            button: (t::top_up_by(lang, *missing), top_up),
            link: Some((t::promised(lang).into(), "/payments/promised")),
        },
        HomeState::Stopped { hold } => Face {
            state: "suspended",
            chip: t::stopped(lang).into(),
            label: t::balance(lang).into(),
            sum: balance,
            note: t::hold(lang, *hold).into_any(),
            percent: None,
            star: false,
            button: (t::top_up(lang).into(), top_up),
            link: None,
        },
        HomeState::NoTariff => Face {
            state: "suspended",
            chip: t::no_tariff(lang).into(),
            label: t::balance(lang).into(),
            sum: balance,
            note: ().into_any(),
            percent: None,
            star: false,
            button: (t::top_up(lang).into(), top_up),
            link: None,
        },
    }
}

fn paid_note(lang: Lang, paid_through: Date, days_left: i32, today: Date) -> AnyView {
    view! {
        {t::paid_until_day(lang, paid_through, today)} " — "
        <span>{t::days_more(lang, days_left)}</span>
    }
    .into_any()
}

fn tariff_card(home: &Home) -> AnyView {
    let lang = lang();
    let Some(tariff) = &home.tariff else {
        return ().into_any();
    };
    let next = tariff.next_charge.map_or_else(
        || t::charge_after_top_up(lang).to_owned(),
        |day| t::will_charge(lang, day, home.today, tariff.price.amount),
    );
    view! {
        <section class="c-card l-stack" data-gap="m">
            <div class="c-card__head">
                <h2>{t::tariff(lang)}</h2>
                <a class="c-more" href="/tariff">{t::details(lang)}</a>
            </div>
            <div>
                <p class="c-name">{tariff.name.clone()}</p>
                <p class="c-hint">
                    {t::price_per(lang, tariff.price)} " · " {t::channel_count(lang, tariff.channels)}
                </p>
            </div>
            <p class="c-inline">{icon("i-calendar")}<span>{next}</span></p>
        </section>
    }
    .into_any()
}

fn account_card(home: &Home) -> AnyView {
    let lang = lang();
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <section class="c-card l-stack" data-gap="s">
            <div class="c-card__head">
                <h2>{t::contract(lang)}</h2>
                <a class="c-more" href="/payments">{t::payments(lang)}</a>
            </div>
            <dl class="c-dl">
                {row(t::account_number(lang), home.contract.grouped())}
                {home.card.as_ref().map(|card| row(t::access_card(lang), card.number.grouped()))}
            </dl>
        </section>
    }
    .into_any()
}

fn late_card(state: &HomeState) -> AnyView {
    let lang = lang();
    let (title, body) = match state {
        HomeState::Promise { .. } => (t::what_if_late(lang), t::what_if_late_body(lang)),
        HomeState::Suspended { .. } | HomeState::Pending { .. } => {
            (t::channels_back_title(lang), t::channels_back_body(lang))
        }
        _ => return ().into_any(),
    };
    view! {
        <section class="c-card l-stack" data-gap="s" id="late">
            <h2>{title}</h2>
            <p class="c-hint">{body}</p>
        </section>
    }
    .into_any()
}

fn operations_card(home: &Home) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = home
        .operations
        .iter()
        .map(|row| operation_row(row, home.today, false))
        .collect();
    let body = if rows.is_empty() {
        let title = view! { <p>{t::no_operations(lang)}</p> }.into_any();
        empty("art-receipts", title, String::new(), ().into_any())
    } else {
        view! { <ul class="c-list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="c-card" data-flush="">
            <div class="c-card__head">
                <h2>{t::operations(lang)}</h2>
                <a class="c-more" href="/expenses" rel="external">{t::all_operations(lang)}</a>
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn message_card(home: &Home) -> AnyView {
    let lang = lang();
    let body = if let Some(message) = &home.message {
        let tone = match message.topic {
            Topic::Warning => "warning",
            _ => "primary",
        };
        view! {
            <ul class="c-list">
                <li>
                    <a class="c-row c-msg" data-state=if message.read { "read" } else { "unread" } href=format!("/messages/{}", message.id)>
                        <span class="c-tile" data-tone=tone>{icon(super::messages::topic_icon(message.topic))}</span>
                        <span class="c-row__text">
                            <b>{message.title.clone()}</b>
                            <small>{domain::format::moment(lang, message.at, home.today)}</small>
                        </span>
                    </a>
                </li>
            </ul>
            <p class="c-pad c-hint">{message.body.clone()}</p>
        }
        .into_any()
    } else {
        let title = view! { <p>{t::no_messages(lang)}</p> }.into_any();
        empty("art-messages", title, String::new(), ().into_any())
    };
    view! {
        <section class="c-card" data-flush="">
            <div class="c-card__head">
                <h2>{t::messages(lang)}</h2>
                <a class="c-more" href="/messages">{t::all(lang)}</a>
            </div>
            {body}
        </section>
    }
    .into_any()
}
