//! Fiscal receipts: the list, and one as it is printed. What stands on a receipt is Russian.

use crate::i18n::{expenses as e, lang, receipt as t};
use crate::shell::typing_script;
use crate::ui::square::square;
use crate::ui::{Tone, empty, icon, notice};
use domain::Lang;
use domain::format::{moment, money_full, stamp};
use domain::ids::ReceiptId;
use domain::receipt::{
    Fiscal, Line, ReceiptKind, ReceiptRow, ReceiptState, ReceiptView, ReceiptsPage,
};
use leptos::prelude::*;

/// On what it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A sheet.
    A4,
    /// A roll of 80 mm, as tills have it.
    Tape,
}

impl Paper {
    /// As the address says it.
    pub fn from_query(text: Option<&str>) -> Self {
        match text {
            Some("80mm") => Self::Tape,
            _ => Self::A4,
        }
    }
}

/// The list.
pub fn page(page: &ReceiptsPage) -> AnyView {
    let lang = lang();
    let Some(last) = page.rows.last() else {
        let title = view! { <h2>{t::none(lang)}</h2> }.into_any();
        let body = t::none_body(lang).to_owned();
        return view! {
            <section class="c-card">{empty("art-receipts", title, body, ().into_any())}</section>
        }
        .into_any();
    };
    let older = page.more.then(|| format!("/receipts?before={}", last.id));
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|found| row(lang, found, page))
        .collect();
    view! {
        <div class="l-stack">
            <section class="c-card" data-flush=""><ul class="c-list">{rows}</ul></section>
            <div class="l-actions" data-row="">
                {older.map(|href| view! { <a class="c-btn" data-kind="soft" href=href>{t::older(lang)}</a> })}
                {page.paged.then(|| view! { <a class="c-btn" data-kind="text" href="/receipts">{t::newest(lang)}</a> })}
            </div>
        </div>
    }
    .into_any()
}

fn row(lang: Lang, found: &ReceiptRow, page: &ReceiptsPage) -> AnyView {
    let (tone, name) = match found.state {
        ReceiptState::Registered => ("success", "i-receipt"),
        ReceiptState::Needed | ReceiptState::Pending => ("", "i-clock"),
        ReceiptState::Manual => ("warning", "i-clock"),
    };
    let mut when = moment(lang, found.at, page.today);
    if let Some(state) = t::state(lang, found.state) {
        when.push_str(" · ");
        when.push_str(state);
    }
    view! {
        <li class="c-op">
            <a class="c-row" href=format!("/receipts/{}", found.id)>
                <span class="c-tile" data-tone=tone>{icon(name)}</span>
                <span class="c-row__text">
                    <b>{t::kind(lang, found.kind)}</b>
                    <small>{when}</small>
                </span>
                <span class="c-sumv">
                    <data value=found.total.to_gateway()>{money_full(lang, found.total)}</data>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// One receipt.
pub fn one(shown: &ReceiptView, paper: Paper, done: Option<&str>) -> AnyView {
    let lang = lang();
    let id = shown.id;
    // A service is reported by some payment; what it is for is its own operation.
    let to_payment = match shown.payment.filter(|_| shown.kind.comes_along()) {
        Some(payment) => view! { <a class="c-btn" data-kind="text" href=format!("/payments/{payment}")>{t::payment(lang)}</a> }.into_any(),
        None => view! { <a class="c-btn" data-kind="text" href=format!("/expenses/{}", shown.op)>{e::to_charge(lang)}</a> }.into_any(),
    };
    let Some(fiscal) = &shown.fiscal else {
        let (title, body) = match shown.state {
            ReceiptState::Manual => (t::late(lang), t::late_body(lang)),
            _ => (t::soon(lang), t::soon_body(lang)),
        };
        return view! {
            <section class="c-card l-stack">
                <div class="c-result">
                    <span class="c-result__mark" data-tone="warning">{icon("i-clock")}</span>
                    <h2>{title}</h2>
                    <p class="c-big">{money_full(lang, shown.total)}</p>
                    <p class="c-hint">{body}</p>
                    {(shown.kind == ReceiptKind::Advance).then(|| view! {
                        <p class="c-hint">{t::money_is_there(lang)}</p>
                    })}
                </div>
                <div class="l-actions" data-row="">
                    {shown.state.is_open().then(|| view! {
                        <a class="c-btn" data-kind="soft" href=format!("/receipts/{id}")>{t::check_again(lang)}</a>
                    })}
                    {to_payment}
                </div>
            </section>
        }
        .into_any();
    };
    let pdf = match paper {
        Paper::A4 => format!("/receipts/{id}/pdf"),
        Paper::Tape => format!("/receipts/{id}/pdf?paper=80mm"),
    };
    let sent = (done == Some("sent")).then(|| {
        let body = t::sent_body(lang);
        let title = shown
            .send_to
            .as_ref()
            .map_or_else(|| t::sent(lang).to_owned(), |to| t::sent_to(lang, to));
        view! {
            <div tabindex="-1" autofocus="">{notice(Tone::Success, title, body)}</div>
        }
    });
    view! {
        <div class="l-stack">
            {sent}
            {(lang == Lang::En).then(|| view! { <p class="c-hint">{t::in_russian(lang)}</p> })}
            {document(shown, fiscal, paper)}
            <nav class="c-papers" aria-label=t::paper(lang)>
                {paper_link(id, "", t::a4(lang), paper == Paper::A4)}
                {paper_link(id, "?paper=80mm", t::tape(lang), paper == Paper::Tape)}
            </nav>
            <div class="l-actions" data-row="">
                <a class="c-btn" href=pdf download="">{icon("i-download")}{t::download(lang)}</a>
                <button class="c-btn" data-kind="soft" type="button" data-print="" hidden="">{t::print(lang)}</button>
                {send_form(lang, shown, paper)}
                {to_payment}
            </div>
            {typing_script()}
        </div>
    }
    .into_any()
}

/// Sending it once more; who has no address is told where to give one.
fn send_form(lang: Lang, shown: &ReceiptView, paper: Paper) -> AnyView {
    if shown.send_to.is_none() {
        return view! { <a class="c-btn" data-kind="soft" href="/profile/contacts/email">{t::add_email(lang)}</a> }
            .into_any();
    }
    let paper = if paper == Paper::Tape { "80mm" } else { "" };
    view! {
        <form method="post" action="/api/receipts/send">
            <input type="hidden" name="receipt" value=shown.id.to_string()/>
            <input type="hidden" name="paper" value=paper/>
            <button class="c-btn" data-kind="soft" data-wide="" data-once="">{t::send(lang)}</button>
        </form>
    }
    .into_any()
}

fn paper_link(id: ReceiptId, query: &'static str, text: &'static str, now: bool) -> AnyView {
    view! {
        <a href=format!("/receipts/{id}{query}") aria-current=now.then_some("true")>{text}</a>
    }
    .into_any()
}

/// The receipt as the law wants it printed.
fn document(shown: &ReceiptView, fiscal: &Fiscal, paper: Paper) -> AnyView {
    let ru = Lang::Ru;
    let row = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let seller = &shown.seller;
    let by = (!seller.name.is_empty()).then(|| {
        view! {
            <p><b>{seller.name.clone()}</b><br/>{format!("ИНН {}", seller.inn)}</p>
        }
    });
    let lines: Vec<_> = shown.lines.iter().map(line).collect();
    let facts: Vec<_> = t::facts(shown).into_iter().map(row).collect();
    let numbers: Vec<_> = t::fiscal(fiscal).into_iter().map(row).collect();
    view! {
        <section class="c-receipt" lang="ru" data-paper=(paper == Paper::Tape).then_some("80mm")>
            <header>
                {by}
                <h2>{t::DOCUMENT}</h2>
                <p>{t::sign(shown.kind)} <br/> {stamp(ru, fiscal.at)}</p>
            </header>
            {lines}
            <dl class="c-dl" data-total="">{row((t::TOTAL, money_full(ru, shown.total)))}</dl>
            <dl class="c-dl">{facts}</dl>
            <div class="c-receipt__end">
                <dl class="c-dl">{numbers}</dl>
                {square(&fiscal.square(shown.kind, shown.total), t::square(lang()))}
            </div>
        </section>
    }
    .into_any()
}

fn line(line: &Line) -> AnyView {
    let sum = money_full(Lang::Ru, line.sum);
    view! {
        <div class="c-receipt__line">
            <b>{line.name.clone()}</b>
            <span>{format!("1 шт × {sum} = {sum}")}</span>
            <small>{t::line_kind(line)}</small>
            <small>{line.tax()}</small>
        </div>
    }
    .into_any()
}
