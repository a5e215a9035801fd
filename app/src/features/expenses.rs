//! Operations of the wallet, newest first, page by page; the page is in the address.

use crate::error::AppError;
use crate::i18n::{cabinet as t, common, lang};
use crate::page::{Page, page_with};
use crate::ui::{empty, operation_row};
use crate::wire::{Answer, PageData};
use domain::format::date;
use domain::operation::OperationsPage;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::codec::GetUrl;

/// A page of operations older than `before`.
#[server(endpoint = "expenses", input = GetUrl, output = PageData)]
pub async fn load_expenses(before: Option<i64>) -> Result<Answer<OperationsPage>, AppError> {
    let request = crate::request::request()?;
    crate::wire::answer(services::expenses::page(&request.services, &request.actor, before).await)
}

/// The page.
#[component]
pub fn ExpensesPage() -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let before = move || query.read().get("before").unwrap_or_default();
    page_with(
        Page::titled(t::expenses(lang)).lead(t::expenses_lead(lang)),
        move || (before(), 0),
        |(before, _)| load_expenses(before.parse().ok()),
        move |list| view(&list, !before().is_empty()),
    )
}

fn view(list: &OperationsPage, paged: bool) -> AnyView {
    let lang = lang();
    if list.rows.is_empty() {
        let title = view! { <h2>{t::no_operations(lang)}</h2> }.into_any();
        let action =
            view! { <a class="c-btn" href="/payments/top-up">{t::top_up(lang)}</a> }.into_any();
        return view! { <section class="c-card">{empty("art-receipts", title, String::new(), action)}</section> }
            .into_any();
    }
    let mut days = Vec::new();
    let mut rows = list.rows.iter().peekable();
    while let Some(first) = rows.next() {
        let day = first.at.date;
        let mut of_day = vec![operation_row(first, list.today, true)];
        while let Some(next) = rows.next_if(|row| row.at.date == day) {
            of_day.push(operation_row(next, list.today, true));
        }
        let title = match list.today.days_since(day) {
            0 => common::today_word(lang).to_owned(),
            _ => date(lang, day, list.today),
        };
        days.push(view! { <h2 class="c-day">{title}</h2><ul class="c-list">{of_day}</ul> });
    }
    view! {
        <div class="l-stack" data-gap="m">
            <p><a class="c-more" href="/expenses/statement" rel="external">{t::statement(lang)}</a></p>
            <section class="c-card" data-flush="">{days}</section>
        </div>
        <nav class="l-actions l-gap" data-row="" aria-label=t::operations(lang)>
            {list.older.map(|version| view! { <a class="c-btn" data-kind="soft" href=format!("/expenses?before={version}")>{t::older(lang)}</a> })}
            {paged.then(|| view! { <a class="c-btn" data-kind="text" href="/expenses">{t::newest(lang)}</a> })}
        </nav>
    }
    .into_any()
}
