//! The log of what was done.

use crate::i18n::{lang, office as t};
use crate::ui::{Input, field};
use domain::format::moment;
use leptos::prelude::*;
use services::office::audit::{Entry, Log};

/// The page.
pub fn page(log: &Log) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = log.entries.iter().map(|one| entry(log, one)).collect();
    let empty = rows.is_empty();
    let about = Input {
        maxlength: 100,
        ..Input::text("q", t::about(lang))
    };
    let to = |page: i64| {
        let looked: String = form_urlencoded::byte_serialize(log.about.as_bytes()).collect();
        format!("/staff/audit?q={looked}&page={page}")
    };
    view! {
        <div class="l-stack">
            <form class="c-filters" method="get" action="/staff/audit" role="search">
                {field(about, log.about.clone(), None)}
                <button class="c-btn" data-kind="soft">{t::find(lang)}</button>
            </form>
            <section class="c-card" data-flush="">
                {empty.then(|| view! { <p class="c-pad">{t::nothing_found(lang)}</p> })}
                {(!empty).then(|| view! { <ul class="c-list">{rows}</ul> })}
            </section>
            {(log.page > 1 || log.more).then(|| view! {
                <nav class="c-pages" aria-label=t::audit(lang)>
                    {(log.page > 1).then(|| view! { <a href=to(log.page - 1)>{t::newer(lang)}</a> })}
                    {log.more.then(|| view! { <a href=to(log.page + 1)>{t::older(lang)}</a> })}
                </nav>
            })}
        </div>
    }
    .into_any()
}

fn entry(log: &Log, one: &Entry) -> AnyView {
    let lang = lang();
    let who = match &one.name {
        Some(name) => name.clone(),
        None if one.command_line => t::command_line(lang).to_owned(),
        None => t::unknown(lang).to_owned(),
    };
    let mut about = format!("{} · {who}", moment(lang, one.at, log.today));
    if !one.address.is_empty() {
        about.push_str(" · ");
        about.push_str(&one.address);
    }
    let mut what = one.event.title(lang).to_owned();
    if !one.subject.is_empty() {
        what.push_str(": ");
        what.push_str(&one.subject);
    }
    view! {
        <li><div class="c-row"><span class="c-row__text"><b>{what}</b><small>{about}</small></span></div></li>
    }
    .into_any()
}
