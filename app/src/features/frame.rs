//! What stands around each page of the cabinet: top bar with the card switcher, navigation, footer.

use crate::error::AppError;
use crate::i18n::{cabinet as t, common, lang};
use crate::ui::{call_link, help_corner, icon, icon_small, logo};
use crate::wire::{Answer, Json, PageData};
use domain::overview::{CardSummary, Frame};
use leptos::prelude::*;
use leptos_router::components::A;
use server_fn::codec::GetUrl;

/// The data around a page.
#[server(endpoint = "frame", input = GetUrl, output = PageData)]
pub async fn load_frame() -> Result<Answer<Frame>, AppError> {
    let request = crate::request::request()?;
    crate::wire::answer(services::home::frame(&request.services, &request.actor).await)
}

/// Chooses the card in view.
#[server(endpoint = "card/choose", output = Json)]
pub async fn choose_card(card: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    let card = card.parse().map_err(|_| AppError::NotFound)?;
    services::home::choose_card(&request.services, &request.actor, card)
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect(section(&request.back));
    Ok(())
}

/// The section one was in, which is there for every card: a single payment or message is not.
#[cfg(feature = "ssr")]
fn section(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let own = crate::cabinet::PATHS.contains(&path) || crate::account::PATHS.contains(&path);
    match parts.as_slice() {
        _ if own => path,
        ["payments", ..] => "/payments",
        ["messages", ..] => "/messages",
        ["profile", "access-cards", ..] => "/profile/access-cards",
        ["profile", ..] => "/profile",
        _ => "/home",
    }
}

/// Signs out on this device.
#[server(endpoint = "sign-out", output = Json)]
pub async fn sign_out() -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::access::sessions::sign_out(&request.services, &request.actor)
        .await
        .map_err(crate::error::fail)?;
    crate::features::auth::cookies::end_session();
    leptos_axum::redirect("/login");
    Ok(())
}

fn card_title(card: &CardSummary) -> String {
    card.name.clone().unwrap_or_else(|| card.number.grouped())
}

fn switcher(frame: &Frame) -> AnyView {
    let lang = lang();
    let Some(first) = frame.cards.first() else {
        return ().into_any();
    };
    // A contract in view may have no card in use: then the others are only a way to them.
    let current = frame.cards.iter().find(|card| card.current);
    let name = match current {
        Some(card) => {
            let last4 = card.number.last4().to_owned();
            view! { {card.name.clone()} " " <small>"•• " {last4}</small> }.into_any()
        }
        None => common::my_cards(lang).into_any(),
    };
    let summary = view! { {icon_small("i-tv")} <span>{name}</span> };
    if frame.cards.len() < 2 && current.is_some() {
        return view! { <div class="c-switcher"><p class="c-switcher__one">{summary}</p></div> }
            .into_any();
    }
    let several = frame
        .cards
        .iter()
        .any(|card| card.contract != first.contract);
    let rows: Vec<_> = frame
        .cards
        .iter()
        .map(|card| {
            let tone = if card.served { "success" } else { "danger" };
            let state =
                if card.served { common::works(lang) } else { common::suspended(lang) };
            let mut hint = format!("{} · {state}", card.number.grouped());
            if several {
                hint.push_str(" · ");
                hint.push_str(&t::of_contract(lang, &card.contract));
            }
            view! {
                <li>
                    <button class="c-row" name="card" value=card.id.to_string() aria-current=card.current.then_some("true")>
                        <span class="c-tile" data-tone=tone>{icon("i-tv")}</span>
                        <span class="c-row__text">
                            <b>{card_title(card)}</b>
                            <small>{hint}</small>
                        </span>
                        {card.current.then(|| icon("i-check"))}
                    </button>
                </li>
            }
        })
        .collect();
    view! {
        <details class="c-switcher">
            <summary>{summary} {icon_small("i-chev-d")}</summary>
            <form class="c-switcher__menu" method="post" action="/api/card/choose">
                <ul class="c-list" aria-label=common::my_cards(lang)>{rows}</ul>
            </form>
        </details>
    }
    .into_any()
}

/// The top bar.
pub fn topbar(frame: &Frame) -> AnyView {
    view! {
        <header class="c-topbar">
            {logo("/home")} {switcher(frame)}
            {help_corner()}
        </header>
    }
    .into_any()
}

/// The navigation: one list that is a bottom bar, a rail or a sidebar. `within_more`: the page is one
/// of those that narrow screens have under "more".
pub fn navigation(unread: i64, within_more: bool) -> AnyView {
    let lang = lang();
    let more = move || {
        let inside = view! { {icon("i-more")}<span>{common::nav_more(lang)}</span> };
        if within_more {
            view! { <a href="/menu" aria-current="true">{inside}</a> }.into_any()
        } else {
            view! { <A href="/menu">{inside}</A> }.into_any()
        }
    };
    let badge = (unread > 0).then(|| {
        view! {
            <b class="c-badge" aria-hidden="true">{unread}</b>
            <span class="u-vh">{t::unread_count(lang, unread)}</span>
        }
    });
    view! {
        <nav class="c-nav" aria-label=common::nav_label(lang) data-hide-on-type="">
            <ul>
                <li><A href="/home">{icon("i-home")}<span>{common::nav_home(lang)}</span></A></li>
                <li><A href="/payments">{icon("i-payments")}<span>{common::nav_payments(lang)}</span></A></li>
                <li><A href="/tariff">{icon("i-tariff")}<span>{common::nav_tariff(lang)}</span></A></li>
                <li data-at="wide"><A href="/expenses" attr:rel="external">{icon("i-chart")}<span>{common::nav_expenses(lang)}</span></A></li>
                <li><A href="/messages">{icon("i-messages")}<span>{common::nav_messages(lang)}</span>{badge}</A></li>
                <li data-at="wide"><A href="/profile" attr:rel="external">{icon("i-user")}<span>{common::nav_profile(lang)}</span></A></li>
                <li data-at="phone">{more()}</li>
                <li data-at="wide">{more()}</li>
            </ul>
        </nav>
    }
    .into_any()
}

/// The form whose text the switch of language takes along.
pub const TYPED: &str = "typed";

/// The footer: phone, documents, language. `typed`: the page has the form [`TYPED`].
pub fn footer(typed: bool) -> AnyView {
    let lang = lang();
    let language = |code: &'static str, name: &'static str| {
        view! {
            <button
                name="lang" value=code lang=code form=typed.then_some(TYPED)
                formaction="/language" formmethod="post" formnovalidate=true
                aria-pressed=if lang.code() == code { "true" } else { "false" }>
                {name}
            </button>
        }
    };
    view! {
        <footer class="c-footer">
            {call_link()}
            <a href="/legal/terms" rel="external">{common::offer(lang)}</a>
            <a href="/legal/personal-data" rel="external">{common::personal_data(lang)}</a>
            <form method="post" action="/language">
                {language("ru", "Русский")} {language("en", "English")}
            </form>
        </footer>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::section;

    #[test]
    fn the_switcher_keeps_the_section() {
        for (from, to) in [
            ("/expenses", "/expenses"),
            ("/payments/top-up?f=1", "/payments/top-up"),
            ("/payments/0199-aaaa", "/payments"),
            ("/messages/0199-aaaa", "/messages"),
            ("/profile/security", "/profile/security"),
            ("/profile/access-cards/0199-aaaa", "/profile/access-cards"),
            ("/profile/delete", "/profile"),
            ("", "/home"),
            ("//evil.example", "/home"),
        ] {
            assert_eq!(section(from), to, "{from}");
        }
    }
}
