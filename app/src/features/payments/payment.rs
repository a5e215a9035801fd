//! One payment: what became of it. A page to come back to: reloading it never pays again.

use super::api::load_payment;
use crate::i18n::{auth::window_title, cabinet as t, common, lang};
use crate::page::{Page, page_with};
use crate::ui::{call_link, icon};
use domain::Lang;
use domain::format::{clock, date, deadline, money};
use domain::payment::{AccessProgress, PaymentState, PaymentView};
use domain::receipt::ReceiptState;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// After this many seconds the bank takes longer than usual.
const LONG_SECONDS: i64 = 120;

/// The page.
#[component]
pub fn PaymentPage() -> impl IntoView {
    let lang = lang();
    let (params, query) = (use_params_map(), use_query_map());
    let turn = RwSignal::new(0u32);
    let source = move || {
        let id = params.read().get("id").unwrap_or_default();
        let asked = query.read().get("check").is_some();
        (id, turn.get() + u32::from(asked))
    };
    let about = Page::hidden_title(t::payments(lang)).back("/payments", t::payments(lang));
    page_with(
        about,
        source,
        |(id, turn)| load_payment(id, turn > 0),
        move |found| {
            watch(&found, turn);
            view(&found)
        },
    )
}

/// While the payment is open, asks again: after 2, 5, then every 15 seconds.
fn watch(found: &PaymentView, turn: RwSignal<u32>) {
    if !found.state.is_open() {
        return;
    }
    let seconds = match turn.get_untracked() {
        0 => 2,
        1 => 5,
        _ => 15,
    };
    Effect::new(move |_| {
        set_timeout(
            move || turn.update(|n| *n += 1),
            std::time::Duration::from_secs(seconds),
        );
    });
}

fn view(found: &PaymentView) -> AnyView {
    let lang = lang();
    let at_bank = found.confirmation_url.is_some();
    let open = found.state.is_open();
    // Whoever has to read and to press something is not interrupted every few seconds.
    let pause = if found.by_square && at_bank { 30 } else { 5 };
    let title = t::payment_title(lang, found.state, at_bank);
    let (tone, mark) = match found.state {
        PaymentState::Succeeded => ("success", "i-check"),
        PaymentState::Canceled => ("danger", "i-cross"),
        _ => ("warning", "i-clock"),
    };
    view! {
        <Title text=window_title(lang, title, false)/>
        {open.then(|| look_again(pause))}
        <div class="l-split">
            <div class="l-stack">
                <section class="c-card l-stack" aria-live="polite">
                    <div class="c-result">
                        <span class="c-result__mark" data-tone=tone>{icon(mark)}</span>
                        <h1 tabindex="-1">{title}</h1>
                        <p class="c-big">{money(lang, found.amount)}</p>
                        {explanation(lang, found)}
                    </div>
                    {(found.state == PaymentState::Succeeded).then(|| tracker(lang, found))}
                    {square(lang, found)}
                </section>
                {actions(lang, found)}
            </div>
            {facts(lang, found)}
        </div>
    }
    .into_any()
}

fn explanation(lang: Lang, found: &PaymentView) -> AnyView {
    let lines: Vec<String> = match found.state {
        PaymentState::Succeeded => match found.paid_through.filter(|_| found.served) {
            // Rights that are still on their way are told by the steps below.
            Some(day) if found.access == AccessProgress::Queued => {
                vec![t::paid_until_day(lang, day, found.today)]
            }
            Some(day) => {
                vec![format!(
                    "{}. {}",
                    t::tv_works(lang),
                    t::paid_until_day(lang, day, found.today)
                )]
            }
            None => vec![t::on_balance(lang, found.balance)],
        },
        PaymentState::Canceled => {
            let mut lines = vec![t::not_charged(lang).to_owned()];
            lines.extend(
                found
                    .reason
                    .map(|reason| t::refusal(lang, reason).to_owned()),
            );
            lines
        }
        PaymentState::Abandoned => vec![t::abandoned_body(lang).to_owned()],
        _ if found.by_square && found.confirmation_url.is_some() => {
            vec![t::square_body(lang).to_owned()]
        }
        _ if found.confirmation_url.is_some() => vec![t::waiting_body(lang).to_owned()],
        _ if found.waiting_seconds > LONG_SECONDS => {
            vec![
                t::takes_longer(lang).to_owned(),
                t::may_close(lang).to_owned(),
            ]
        }
        _ => vec![
            t::comes_in_minutes(lang).to_owned(),
            t::may_close(lang).to_owned(),
        ],
    };
    lines
        .into_iter()
        .map(|line| view! { <p class="c-hint">{line}</p> })
        .collect::<Vec<_>>()
        .into_any()
}

/// Without scripts the browser asks for the page again, after so many seconds.
pub fn look_again(seconds: u8) -> AnyView {
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">");
    view! { <noscript inner_html=refresh></noscript> }.into_any()
}

/// By a square: the square for another device's camera, and the way into a bank's app on this one.
fn square(lang: Lang, found: &PaymentView) -> AnyView {
    let Some(url) = found.confirmation_url.clone().filter(|_| found.by_square) else {
        return ().into_any();
    };
    let picture = format!("/payments/{}/square.svg", found.id);
    view! {
        <div class="c-scan">
            <a class="c-btn" data-wide="" href=url rel="external">{t::to_bank_app(lang)}</a>
            <img src=picture alt=t::square(lang) width="240" height="240"/>
            <a class="c-more" href="/payments/top-up">{t::other_way(lang)}</a>
        </div>
    }
    .into_any()
}

fn tracker(lang: Lang, found: &PaymentView) -> AnyView {
    let paid = found.card_last4.as_ref().map_or_else(
        || clock(found.created_at),
        |last4| format!("{}, •• {last4}", clock(found.created_at)),
    );
    let credited = found.credited_at.map(clock).unwrap_or_default();
    let (state, name, access, hint) = match found.access {
        AccessProgress::NotNeeded => ("", "i-check", t::step_access_kept(lang), String::new()),
        AccessProgress::Queued => (
            "now",
            "i-clock",
            t::step_access_queued(lang),
            t::channels_back_title(lang).to_owned(),
        ),
    };
    let hint = if hint.is_empty() {
        None
    } else {
        Some(lang.pick("каналы включатся за 10 минут", "channels within 10 minutes"))
    };
    view! {
        <ol class="c-track" data-row="">
            <li>{icon("i-check")}<b>{t::step_paid(lang)}</b><small>{paid}</small></li>
            <li>{icon("i-check")}<b>{t::step_credited(lang)}</b><small>{credited}</small></li>
            <li data-state=state>{icon(name)}<b>{access}</b><small>{hint}</small></li>
        </ol>
    }
    .into_any()
}

fn actions(lang: Lang, found: &PaymentView) -> AnyView {
    let check = format!("/payments/{}?check=1", found.id);
    match found.state {
        PaymentState::Canceled => view! {
            <div class="l-actions" data-row="">
                <a class="c-btn" href="/payments/top-up">{t::try_again(lang)}</a>
                <a class="c-btn" data-kind="soft" href="/home">{common::go_home(lang)}</a>
            </div>
        }
        .into_any(),
        PaymentState::Succeeded => view! {
            <div class="l-actions" data-row="">
                <a class="c-btn" href="/home">{common::go_home(lang)}</a>
            </div>
        }
        .into_any(),
        _ => view! {
            <div class="l-actions" data-row="">
                {match found.confirmation_url.clone().filter(|_| !found.by_square) {
                    Some(url) => view! { <a class="c-btn" href=url rel="external">{t::to_bank(lang)}</a> }.into_any(),
                    None => view! {
                        <a class="c-btn" data-kind=found.by_square.then_some("soft") href=check rel="external">{t::check_again(lang)}</a>
                    }.into_any(),
                }}
                <a class="c-btn" data-kind=if found.by_square { "text" } else { "soft" } href="/home">{common::go_home(lang)}</a>
            </div>
            <p class="c-hint">
                {common::need_help(lang)} " "
                {call_link()}
            </p>
        }
        .into_any(),
    }
}

fn facts(lang: Lang, found: &PaymentView) -> AnyView {
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let receipt = found.receipt.map(|(id, state)| {
        let text = match state {
            ReceiptState::Registered => t::receipt_ready(lang),
            ReceiptState::Needed | ReceiptState::Pending | ReceiptState::Manual => {
                t::receipt_soon(lang)
            }
        };
        let href = format!("/receipts/{id}");
        view! {
            <div>
                <dt>{t::receipt(lang)}</dt>
                <dd><a href=href rel="external">{text}</a></dd>
            </div>
        }
    });
    view! {
        <section class="c-card l-stack" data-gap="s">
            <h2>{t::details(lang)}</h2>
            <dl class="c-dl">
                {row(t::sum(lang), money(lang, found.amount))}
                {row(t::balance_now(lang), money(lang, found.balance))}
                {found.paid_through.map(|day| row(t::paid_until(lang), date(lang, day, found.today)))}
                {row(t::account_number(lang), found.contract.grouped())}
                {row(t::payment_number(lang), found.reference.clone())}
                {row(t::time(lang), deadline(lang, found.created_at, found.today))}
                {receipt}
            </dl>
        </section>
    }
    .into_any()
}
