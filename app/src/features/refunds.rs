//! Giving back what was not spent: asking for it, and what becomes of it.

use crate::i18n::{cabinet, common, lang, refund as t};
use crate::request::Request;
use crate::ui::{Input, Tone, call_link, error_of, field, icon, notice};
use domain::format::{moment, money};
use domain::refund::{AskPage, Destination, Offer, PartState, RefundState, RefundView, Refusal};
use domain::{Date, Lang};
use leptos::prelude::*;

/// Where it is asked for.
pub const ASK: &str = "/refunds/new";

/// The form, or why there is none.
pub fn ask(request: &Request, page: &AskPage) -> AnyView {
    let lang = lang();
    match &page.offer {
        Ok((offer, to)) => form(lang, request, page, offer, to),
        Err(refusal) => refused(lang, *refusal),
    }
}

fn form(
    lang: Lang,
    request: &Request,
    page: &AskPage,
    offer: &Offer,
    to: &[Destination],
) -> AnyView {
    let draft = &request.draft;
    let hint = t::at_most(lang, offer.most);
    let input = Input {
        inputmode: "decimal",
        numeric: true,
        unit: "₽",
        maxlength: 16,
        described: "sum-most",
        ..Input::text("sum", t::sum(lang))
    };
    // All of it, unless something else was typed.
    let typed = draft.fields.get("sum").cloned();
    let typed = typed.unwrap_or_else(|| plain(lang, offer));
    let rows: Vec<_> = to
        .iter()
        .map(|part| destination(lang, part, None, page.today))
        .collect();
    view! {
        <form class="l-stack" method="post" action="/api/refunds/request" novalidate="">
            <input type="hidden" name="contract" value=page.contract.as_str().to_owned()/>
            <input type="hidden" name="key" value=page.key.clone()/>
            <div class="l-stack l-form">
                <dl class="c-dl">
                    <div><dt>{t::contract(lang)}</dt><dd>{page.contract.grouped()}</dd></div>
                    <div><dt>{t::on_account(lang)}</dt><dd>{money(lang, page.balance)}</dd></div>
                    <div><dt>{t::can_return(lang)}</dt><dd>{money(lang, offer.most)}</dd></div>
                </dl>
                <div class="l-stack" data-gap="xs">
                    {field(input, typed, error_of(&draft.errors, "sum"))}
                    <p class="c-hint" id="sum-most">{hint}</p>
                </div>
            </div>
            <section class="c-card" data-flush="">
                <div class="c-card__head">
                    <div>
                        <h2>{t::to_where(lang)}</h2>
                        {(to.len() > 1).then(|| view! { <p class="c-hint">{t::to_where_hint(lang)}</p> })}
                    </div>
                </div>
                <ul class="c-list">{rows}</ul>
            </section>
            {offer.elsewhere.is_positive().then(|| notice(
                Tone::Info,
                t::elsewhere(lang, offer.elsewhere),
                t::elsewhere_body(lang),
            ))}
            <section class="c-card l-stack" data-tone="quiet" data-gap="s">
                <h2>{t::what_next(lang)}</h2>
                <ul class="c-rules">
                    <li>{t::next_aside(lang)}</li>
                    <li>{t::next_check(lang)}</li>
                    <li>{t::next_bank(lang)}</li>
                </ul>
            </section>
            <div class="l-stack l-form">
                {warnings(lang, page)}
                <button class="c-btn" data-wide="" data-once="">{t::ask(lang)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The whole offer as people type it: `500` or `320,50`.
fn plain(lang: Lang, offer: &Offer) -> String {
    let text = offer.most.to_gateway();
    let text = text.strip_suffix(".00").unwrap_or(&text);
    match lang {
        Lang::Ru => text.replace('.', ","),
        Lang::En => text.to_owned(),
    }
}

/// What the money would have paid for.
fn warnings(lang: Lang, page: &AskPage) -> AnyView {
    let charge = page
        .next_charge
        .map(|(day, sum)| t::next_charge(lang, day, sum, page.today));
    view! {
        {charge.map(|text| view! {
            <p class="c-inline" data-tone="warning">{icon("i-clock")}<span>{text}</span></p>
        })}
        {page.autopay.then(|| view! {
            <p class="c-inline" data-tone="warning">
                {icon("i-loop")}
                <span>{t::autopay_on(lang)} " " <a href="/payments/autopay">{t::autopay_link(lang)}</a></span>
            </p>
        })}
    }
    .into_any()
}

fn refused(lang: Lang, refusal: Refusal) -> AnyView {
    let (title, body, href, action) = match refusal {
        Refusal::Promised => (
            t::promised(lang),
            t::promised_body(lang),
            "/payments/promised".to_owned(),
            cabinet::promised(lang),
        ),
        Refusal::Debt => (
            t::debt(lang),
            t::debt_body(lang),
            "/payments/top-up".to_owned(),
            cabinet::top_up(lang),
        ),
        Refusal::UnderWay(id) => (
            t::status(lang, RefundState::Requested, domain::Money::ZERO),
            t::next_check(lang),
            format!("/refunds/{id}"),
            t::one(lang),
        ),
        Refusal::Nothing => (
            t::nothing(lang),
            t::nothing_body(lang),
            "/help".to_owned(),
            common::help(lang),
        ),
    };
    view! {
        <div class="l-stack">
            {notice(Tone::Info, title.to_owned(), body)}
            <div class="l-actions" data-row=""><a class="c-btn" data-kind="soft" href=href>{action}</a></div>
        </div>
    }
    .into_any()
}

/// Where a part goes, and how it stands when that has to be told.
pub fn destination(lang: Lang, to: &Destination, state: Option<PartState>, today: Date) -> AnyView {
    let tone = match state {
        Some(PartState::Succeeded) => "success",
        Some(PartState::Canceled) => "warning",
        _ => "",
    };
    let mut about = t::paid_on(lang, to.paid.date, today);
    if let Some(words) = state.and_then(|state| t::part_state(lang, state)) {
        about = format!("{about} · {words}");
    }
    view! {
        <li>
            <div class="c-row">
                <span class="c-tile" data-tone=tone>{icon("i-card")}</span>
                <span class="c-row__text">
                    <b>{t::destination(lang, to)}</b>
                    <small>{about}</small>
                </span>
                <span class="c-sumv">{money(lang, to.amount)}</span>
            </div>
        </li>
    }
    .into_any()
}

/// One refund; its heading says how it stands.
pub fn one(shown: &RefundView) -> AnyView {
    let lang = lang();
    let (returned, kept) = (
        shown.sum_of(PartState::Succeeded),
        shown.sum_of(PartState::Canceled),
    );
    let (tone, mark) = match shown.state {
        RefundState::Finished if returned.is_positive() => ("success", "i-check"),
        RefundState::Requested | RefundState::Approved => ("warning", "i-clock"),
        RefundState::Withdrawn => ("info", "i-check"),
        RefundState::Finished | RefundState::Declined => ("danger", "i-cross"),
    };
    let sum = if returned.is_positive() {
        returned
    } else {
        shown.amount
    };
    let line = match shown.state {
        RefundState::Requested => t::until(lang, shown.requested.date, shown.today),
        RefundState::Approved => t::told(lang).to_owned(),
        RefundState::Finished if returned.is_positive() && kept.is_positive() => {
            t::partly(lang, shown.amount, kept)
        }
        RefundState::Finished if returned.is_positive() => t::next_bank(lang).to_owned(),
        RefundState::Finished => t::in_office(lang).to_owned(),
        RefundState::Declined | RefundState::Withdrawn => String::new(),
    };
    let withdraw = (shown.state == RefundState::Requested).then(|| {
        view! {
            <form method="post" action="/api/refunds/withdraw" class="l-stack" data-gap="xs">
                <input type="hidden" name="refund" value=shown.id.to_string()/>
                <p class="c-hint" id="withdraw-h">{t::withdraw_hint(lang)}</p>
                <button class="c-btn" data-kind="soft" data-once="" aria-describedby="withdraw-h">{t::withdraw(lang)}</button>
            </form>
        }
    });
    let over = !shown.state.is_open();
    view! {
        <div class="l-stack">
            <section class="c-card l-stack">
                <div class="c-result">
                    <span class="c-result__mark" data-tone=tone>{icon(mark)}</span>
                    <p class="c-big">{money(lang, sum)}</p>
                    {(!line.is_empty()).then(|| view! { <p class="c-hint">{line}</p> })}
                </div>
                {shown.reason.clone().map(|reason| view! {
                    <p><b>{t::reason(lang)} ": "</b>{reason}</p>
                })}
                {steps(lang, shown)}
                {withdraw}
            </section>
            {parts(lang, shown)}
            <div class="l-actions" data-row="">
                {over.then(|| view! { <a class="c-btn" data-kind="soft" href=ASK>{t::again(lang)}</a> })}
                <a class="c-btn" data-kind="text" href="/expenses">{t::to_account(lang)}</a>
            </div>
            {over.then(|| view! { <p class="c-hint">{common::need_help(lang)} " " {call_link()}</p> })}
        </div>
    }
    .into_any()
}

/// Where the parts go.
pub fn parts(lang: Lang, shown: &RefundView) -> AnyView {
    let rows: Vec<_> = shown
        .parts
        .iter()
        .map(|(to, state)| destination(lang, to, Some(*state), shown.today))
        .collect();
    view! {
        <section class="c-card" data-flush="">
            <div class="c-card__head"><h2>{t::to_where(lang)}</h2></div>
            <ul class="c-list">{rows}</ul>
        </section>
    }
    .into_any()
}

/// What was done and what comes, in order.
fn steps(lang: Lang, shown: &RefundView) -> AnyView {
    let when = |at| moment(lang, at, shown.today);
    let decided = shown.decided.map(when).unwrap_or_default();
    let asked = (true, t::step_asked(lang), when(shown.requested));
    let checked = (true, t::step_checked(lang), decided.clone());
    let all = match shown.state {
        RefundState::Requested => vec![
            asked,
            (false, t::step_check(lang), String::new()),
            (false, t::step_then(lang), String::new()),
        ],
        RefundState::Approved => {
            vec![asked, checked, (false, t::step_bank(lang), String::new())]
        }
        RefundState::Finished => {
            let end = if shown.sum_of(PartState::Succeeded).is_positive() {
                t::step_done(lang)
            } else {
                t::step_failed(lang)
            };
            vec![asked, checked, (true, end, String::new())]
        }
        RefundState::Declined => vec![asked, (true, t::step_declined(lang), decided)],
        RefundState::Withdrawn => vec![asked, (true, t::step_withdrawn(lang), String::new())],
    };
    let mut now = true;
    let rows: Vec<_> = all
        .into_iter()
        .map(|(done, title, when)| {
            let state = match done {
                true => "",
                // The first of those to come is the one that is under way.
                false if std::mem::take(&mut now) => "now",
                false => "next",
            };
            let name = if done { "i-check" } else { "i-clock" };
            view! {
                <li data-state=state aria-current=(state == "now").then_some("step")>
                    {icon(name)}
                    <b>{title}</b>
                    {(!when.is_empty()).then(|| view! { <small>{when}</small> })}
                </li>
            }
        })
        .collect();
    view! { <ol class="c-track">{rows}</ol> }.into_any()
}
