//! Refunds that wait for a decision of the staff.

use crate::features::profile::done;
use crate::features::refunds::parts;
use crate::i18n::{lang, refund as t};
use crate::request::Request;
use crate::ui::{Input, empty, error_of, field, icon};
use domain::format::{moment, money, stamp};
use domain::refund::{PartState, RefundState, RefundView};
use leptos::prelude::*;
use services::office::refunds::Queue;

/// Where they are.
pub const PATH: &str = "/staff/refunds";

/// Those that wait, the oldest first.
pub fn list(queue: &Queue, just: Option<&str>) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = queue
        .waiting
        .iter()
        .map(|one| {
            view! {
                <li>
                    <a class="c-row" href=format!("{PATH}/{}", one.id)>
                        <span class="c-tile" data-tone="warning">{icon("i-clock")}</span>
                        <span class="c-row__text">
                            <b>{one.contract.grouped()}</b>
                            <small>{moment(lang, one.requested, queue.today)}</small>
                        </span>
                        <span class="c-sumv">{money(lang, one.amount)}</span>
                        {icon("i-chev-r")}
                    </a>
                </li>
            }
        })
        .collect();
    let body = if rows.is_empty() {
        let title = view! { <h2>{t::desk_none(lang)}</h2> }.into_any();
        let body = t::desk_none_body(lang).to_owned();
        view! { <section class="c-card">{empty("art-receipts", title, body, ().into_any())}</section> }
            .into_any()
    } else {
        view! { <section class="c-card" data-flush="" aria-label=t::desk(lang)><ul class="c-list">{rows}</ul></section> }
            .into_any()
    };
    view! {
        <div class="l-stack">
            {match just {
                Some("approved") => done(t::was_approved(lang)),
                Some("declined") => done(t::was_declined(lang)),
                _ => ().into_any(),
            }}
            {body}
        </div>
    }
    .into_any()
}

/// One of them: what it is, and what can be decided.
pub fn one(request: &Request, shown: &RefundView) -> AnyView {
    let lang = lang();
    let line =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let returned = shown.sum_of(PartState::Succeeded);
    let decide = (shown.state == RefundState::Requested).then(|| decision(request, shown));
    view! {
        <div class="l-stack">
            <section class="c-card l-stack" data-gap="m">
                <h2>{t::status(lang, shown.state, returned)}</h2>
                <p class="c-big">{money(lang, shown.amount)}</p>
                <dl class="c-dl">
                    {line(t::contract(lang), shown.contract.grouped())}
                    {line(t::asked_at(lang), stamp(lang, shown.requested))}
                    {shown.reason.clone().map(|reason| line(t::reason(lang), reason))}
                </dl>
            </section>
            {parts(lang, shown)}
            {decide}
        </div>
    }
    .into_any()
}

fn decision(request: &Request, shown: &RefundView) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let base = format!("{PATH}/{}", shown.id);
    let input = Input {
        hint: t::decline_hint(lang),
        maxlength: 300,
        ..Input::text("reason", t::decline_reason(lang))
    };
    let typed = draft.fields.get("reason").cloned().unwrap_or_default();
    view! {
        <section class="l-stack" data-gap="s" aria-labelledby="approve-h">
            <h2 id="approve-h">{t::approve(lang)}</h2>
            <form class="l-form" method="post" action=format!("{base}/approve")>
                <button class="c-btn" data-wide="" data-once="">{t::approve(lang)} " " {money(lang, shown.amount)}</button>
            </form>
        </section>
        <section class="l-stack" data-gap="s" aria-labelledby="decline-h">
            <h2 id="decline-h">{t::decline(lang)}</h2>
            <form class="l-stack l-form" method="post" action=format!("{base}/decline") novalidate="">
                {field(input, typed, error_of(&draft.errors, "reason"))}
                <button class="c-btn" data-kind="soft" data-wide="" data-once="">{t::decline(lang)} " " {money(lang, shown.amount)}</button>
            </form>
        </section>
    }
    .into_any()
}
