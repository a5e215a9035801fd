//! Expenses: the months as a chart and as a table, and the operations. What is chosen is in the address.

use crate::i18n::{cabinet as t, common, expenses as e, lang, refund};
use crate::ui::{empty, icon_small, operation_row};
use domain::Lang;
use domain::format::{date, money, money_spoken};
use domain::spending::{Asked, Direction, ExpensesPage, Month, MonthSum};
use domain::{Date, Money};
use leptos::prelude::*;

/// The page.
pub fn page(page: &ExpensesPage) -> AnyView {
    let lang = lang();
    let filtered = page.asked.month.is_some() || page.asked.direction != Direction::Both;
    if page.rows.is_empty() && !filtered && page.asked.before.is_none() {
        let title = view! { <h2>{t::no_operations(lang)}</h2> }.into_any();
        let action =
            view! { <a class="c-btn" href="/payments/top-up">{t::top_up(lang)}</a> }.into_any();
        return view! { <section class="c-card">{empty("art-receipts", title, String::new(), action)}</section> }
            .into_any();
    }
    view! {
        <div class="l-stack">
            {chart(lang, page)}
            <div class="l-between">
                {filters(lang, page)}
                <span class="l-cluster">
                    <a class="c-more" href="/expenses/statement">{t::statement(lang)}</a>
                    <a class="c-more" href="/receipts">{t::receipts(lang)}</a>
                    <a class="c-more" href=super::refunds::ASK>{refund::title(lang)}</a>
                </span>
            </div>
            <section class="l-stack" data-gap="s" id="list" tabindex="-1" aria-labelledby="list-h">
                <h2 class="u-vh" id="list-h">{heading(lang, page)}</h2>
                {operations(lang, page)}
            </section>
            {pages(lang, page)}
        </div>
    }
    .into_any()
}

/// The ways to older and newer parts of the list, where there are any.
fn pages(lang: Lang, page: &ExpensesPage) -> AnyView {
    let older = page.older.map(|version| Asked {
        before: Some(version),
        ..page.asked
    });
    let newest = page.asked.before.map(|_| Asked {
        before: None,
        ..page.asked
    });
    if older.is_none() && newest.is_none() {
        return ().into_any();
    }
    view! {
        <nav class="l-actions" data-row="" aria-label=e::pages(lang)>
            {older.map(|asked| view! { <a class="c-btn" data-kind="soft" href=address(asked)>{t::older(lang)}</a> })}
            {newest.map(|asked| view! { <a class="c-btn" data-kind="text" href=address(asked)>{t::newest(lang)}</a> })}
        </nav>
    }
    .into_any()
}

/// The address of what is asked for: at the list, which is what it changes.
fn list(asked: Asked) -> String {
    format!("{}#list", address(asked))
}

/// The address of what is asked for.
fn address(asked: Asked) -> String {
    let month = asked.month.map(month_value);
    let direction = asked.direction.code();
    let parts: Vec<_> = [
        ("month", month),
        (
            "show",
            Some(direction.to_owned()).filter(|code| !code.is_empty()),
        ),
        ("before", asked.before.map(|version| version.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| format!("{name}={value}")))
    .collect();
    if parts.is_empty() {
        "/expenses".to_owned()
    } else {
        format!("/expenses?{}", parts.join("&"))
    }
}

/// `2026-10`.
fn month_value(month: Month) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

/// What the list shows, in words.
fn heading(lang: Lang, page: &ExpensesPage) -> String {
    let whole = page.older.is_none() && page.asked.before.is_none();
    e::shown(lang, &page.asked, page.rows.len(), whole)
}

fn operations(lang: Lang, page: &ExpensesPage) -> AnyView {
    if page.rows.is_empty() {
        let title = view! { <h3>{e::none_found(lang)}</h3> }.into_any();
        let body = e::none_found_body(lang).to_owned();
        let all = view! { <a class="c-btn" data-kind="soft" href="/expenses">{e::all(lang)}</a> }
            .into_any();
        return view! { <section class="c-card">{empty("art-receipts", title, body, all)}</section> }
            .into_any();
    }
    let mut days = Vec::new();
    let mut rows = page.rows.iter().peekable();
    while let Some(first) = rows.next() {
        let day = first.at.date;
        let mut of_day = vec![operation_row(first, page.today, true)];
        while let Some(next) = rows.next_if(|row| row.at.date == day) {
            of_day.push(operation_row(next, page.today, true));
        }
        let title = day_title(lang, day, page.today);
        days.push(view! { <h3 class="c-day">{title}</h3><ul class="c-list">{of_day}</ul> });
    }
    view! { <section class="c-card" data-flush="">{days}</section> }.into_any()
}

fn day_title(lang: Lang, day: Date, today: Date) -> String {
    match today.days_since(day) {
        0 => common::today_word(lang).to_owned(),
        _ => date(lang, day, today),
    }
}

/// The directions, and the way out of a month.
fn filters(lang: Lang, page: &ExpensesPage) -> AnyView {
    let choices: Vec<_> = [Direction::Both, Direction::In, Direction::Out]
        .into_iter()
        .map(|direction| {
            let asked = Asked {
                direction,
                before: None,
                ..page.asked
            };
            let now = (direction == page.asked.direction).then_some("true");
            view! { <a href=list(asked) aria-current=now>{e::direction(lang, direction)}</a> }
        })
        .collect();
    let month = page.asked.month.map(|month| {
        let all = Asked {
            month: None,
            ..page.asked
        };
        let name = e::capital(&e::month_name(lang, month));
        view! {
            <a href=list(all) aria-label=format!("{name}: {}", e::whole(lang))>
                {name.clone()} {icon_small("i-cross")}
            </a>
        }
    });
    view! { <nav class="c-papers" aria-label=e::filter(lang)>{choices}{month}</nav> }.into_any()
}

/// Room above the bars for their sums and below for the names of months, in per cent of the height.
const TOP: f64 = 12.0;
const BASE: f64 = 86.0;

fn chart(lang: Lang, page: &ExpensesPage) -> AnyView {
    let spending = &page.spending;
    let largest = spending.largest();
    if !largest.is_positive() {
        return ().into_any();
    }
    let has_other = spending.months.iter().any(|sum| sum.other.is_positive());
    let bars: Vec<_> = (0_u8..)
        .zip(&spending.months)
        .map(|(place, sum)| bar(lang, page, (place, sum), largest))
        .collect();
    view! {
        <figure class="c-card c-chart">
            <figcaption>{e::conclusion(lang, spending)}</figcaption>
            <svg role="group" aria-label=e::chart(lang)>
                <defs>
                    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <rect class="hb" width="6" height="6"></rect>
                        <path class="hl" d="M1.5 0v6"></path>
                    </pattern>
                </defs>
                <line class="base" x1="0" x2="100%" y1=percent(BASE) y2=percent(BASE)></line>
                {bars}
            </svg>
            {has_other.then(|| view! {
                <ul class="c-legend2">
                    <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="b1" x="1" y="1" width="12" height="12" rx="3"></rect></svg>{e::tariff(lang)}</li>
                    <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="b2" x="1" y="1" width="12" height="12" rx="3" fill="url(#hatch)"></rect></svg>{e::other(lang)}</li>
                </ul>
            })}
            {table(lang, page, has_other)}
        </figure>
    }
    .into_any()
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

/// The height of a sum in a chart, in per cent of its height.
fn height(sum: Money, largest: Money) -> f64 {
    let kopecks = |sum: Money| i32::try_from(sum.kopecks().max(0)).map_or(f64::MAX, f64::from);
    (BASE - TOP) * kopecks(sum) / kopecks(largest).max(1.0)
}

/// One month: a link to its operations, its sum above its bar and its name below.
fn bar(lang: Lang, page: &ExpensesPage, (place, sum): (u8, &MonthSum), largest: Money) -> AnyView {
    const WIDTH: f64 = 100.0 / 12.0;
    let left = WIDTH * f64::from(place);
    let (tariff, other) = (height(sum.tariff, largest), height(sum.other, largest));
    let top = BASE - tariff - other;
    let middle = percent(left + WIDTH / 2.0);
    let (x, width) = (percent(left + WIDTH * 0.19), percent(WIDTH * 0.62));
    let total = sum.total();
    let asked = of_month(page, sum);
    let name = format!(
        "{}, {}",
        e::month_name(lang, sum.month),
        money_spoken(lang, total)
    );
    let now = (page.asked.month == Some(sum.month)).then_some("true");
    let looked_at = (page.spending.chosen == sum.month).then_some("");
    // The same sum month after month is told once: narrow screens have no room for twelve.
    let usual = (total != largest).then_some(());
    let value = if total.is_positive() {
        money(lang, total).replace(['₽', '\u{a0}'], "")
    } else {
        String::new()
    };
    let value_class = if usual.is_some() { "v" } else { "v u" };
    view! {
        <a href=list(asked) aria-label=name aria-current=now data-now=looked_at>
            <rect class="hit" x=percent(left) y="0" width=percent(WIDTH) height="100%" rx="8"></rect>
            {(other > 0.0).then(|| view! {
                <rect class="b2" x=x.clone() y=percent(top) width=width.clone() height=percent(other) rx="4" fill="url(#hatch)"></rect>
            })}
            {(tariff > 0.0).then(|| view! {
                <rect class="b1" x=x.clone() y=percent(BASE - tariff) width=width.clone() height=percent(tariff) rx="4"></rect>
            })}
            <text class=value_class x=middle.clone() y=percent(top) dy="-7">{value}</text>
            <text class="m" x=middle y=percent(BASE) dy="22">{e::month_short(lang, sum.month)}</text>
        </a>
    }
    .into_any()
}

/// The operations behind a bar: those that spend, since that is what it shows.
fn of_month(page: &ExpensesPage, sum: &MonthSum) -> Asked {
    Asked {
        month: Some(sum.month),
        direction: match page.asked.direction {
            Direction::In => Direction::Both,
            other => other,
        },
        before: None,
    }
}

/// The same as a table, the newest month first; its months are links too, larger ones.
fn table(lang: Lang, page: &ExpensesPage, has_other: bool) -> AnyView {
    let spending = &page.spending;
    let cell = |sum: Money| {
        if sum == Money::ZERO {
            "—".to_owned()
        } else {
            money(lang, sum)
        }
    };
    let rows: Vec<_> = spending
        .months
        .iter()
        .rev()
        .map(|sum| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=list(of_month(page, sum))>{e::capital(&e::month_name(lang, sum.month))}</a>
                    </th>
                    {has_other.then(|| view! {
                        <td data-n="">{cell(sum.tariff)}</td>
                        <td data-n="">{cell(sum.other)}</td>
                    })}
                    <td data-n=""><b>{cell(sum.total())}</b></td>
                </tr>
            }
        })
        .collect();
    view! {
        <details class="c-fold">
            <summary>{icon_small("i-chev-d")}{e::as_table(lang)}</summary>
            <table class="c-table">
                <caption class="u-vh">{e::table(lang)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{e::month(lang)}</th>
                        {has_other.then(|| view! {
                            <th scope="col" data-n="">{e::tariff(lang)}</th>
                            <th scope="col" data-n="">{e::other(lang)}</th>
                        })}
                        <th scope="col" data-n="">{e::total(lang)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}
