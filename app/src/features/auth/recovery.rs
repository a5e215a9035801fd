//! A forgotten password, and the way to people when nothing else helps.

use super::frame::{button_link, plain, sky_typed, to_partners};
use crate::features::frame::TYPED;
use crate::i18n::{auth as t, lang};
use crate::request::Request;
use crate::ui::{Input, call_button, error_of, field, icon_small, summary};
use domain::Lang;
use domain::support::{Office, Support, hours};
use leptos::prelude::*;

/// Asks for a link.
pub fn forgot(request: &Request) -> AnyView {
    let lang = lang();
    let input = Input {
        hint: t::login_hint(lang),
        autocomplete: "username",
        ..Input::text("login", t::login(lang))
    };
    let typed = request
        .draft
        .fields
        .get("login")
        .cloned()
        .unwrap_or_default();
    sky_typed(
        view! {
            {summary(&request.draft.errors)}
            <h1 tabindex="-1">{t::forgot_title(lang)}</h1>
            <p class="c-lead">{t::forgot_lead(lang)}</p>
            {to_partners(request)}
            <form id=TYPED class="l-stack" method="post" action="/api/auth/forgot" novalidate="">
                {field(input, typed, error_of(&request.draft.errors, "login"))}
                <div class="l-actions">
                    <button class="c-btn" data-wide="" data-once="">{t::get_link(lang)}</button>
                    {button_link("/access-help", t::cannot_sign_in(lang), "text")}
                </div>
            </form>
        }
        .into_any(),
    )
}

/// The way to people.
pub fn access_help(support: &Support) -> AnyView {
    let lang = lang();
    let offices = (!support.offices.is_empty()).then(|| offices(lang, &support.offices));
    plain(
        view! {
            <div class="l-steps">
                <div class="l-text l-stack">
                    <div class="l-stack" data-gap="s">
                        <h1 tabindex="-1">{t::access_title(lang)}</h1>
                        <p class="c-lead">{t::access_lead(lang)}</p>
                    </div>
                    <section class="c-card l-stack" data-gap="m">
                        {call(support)}
                        <p class="c-hint">{t::access_ask(lang)}</p>
                    </section>
                    <section class="c-card l-stack" data-gap="s">
                        <h2>{t::access_lost(lang)}</h2>
                        <p class="c-hint">{t::access_lost_body(lang)}</p>
                    </section>
                    {offices}
                    {button_link("/login", t::sign_in(lang), "soft")}
                </div>
            </div>
        }
        .into_any(),
    )
}

/// How to call: the number, when, and at what price.
pub fn call(support: &Support) -> AnyView {
    let lang = lang();
    let free = support
        .phone
        .is_free()
        .then(|| t::call_free(lang).to_owned());
    let when: Vec<_> = [free, hours(lang, &support.hours)]
        .into_iter()
        .flatten()
        .collect();
    let when = (!when.is_empty()).then(|| view! { <p class="c-hint">{when.join(", ")}</p> });
    view! {
        <h2>{t::access_call(lang)}</h2>
        {when}
        <p>{call_button()}</p>
    }
    .into_any()
}

/// The offices, town by town; many towns are folded.
fn offices(lang: Lang, all: &[Office]) -> AnyView {
    /// So many towns are shown open.
    const OPEN: usize = 3;
    let mut towns: Vec<(&str, Vec<&Office>)> = Vec::new();
    for office in all {
        match towns.iter_mut().find(|(city, _)| *city == office.city) {
            Some((_, offices)) => offices.push(office),
            None => towns.push((&office.city, vec![office])),
        }
    }
    let folded = towns.len() > OPEN;
    let town = |(city, offices): (&str, Vec<&Office>)| {
        let places: Vec<_> = offices
            .into_iter()
            .map(|office| {
                view! {
                    <li>
                        <p>{office.address.clone()}</p>
                        {hours(lang, &office.hours).map(|when| view! { <p class="c-hint">{when}</p> })}
                    </li>
                }
            })
            .collect();
        let places = view! { <ul class="l-stack" data-gap="s">{places}</ul> };
        let city = city.to_owned();
        if folded {
            view! { <details class="c-fold"><summary>{icon_small("i-chev-d")}{city}</summary>{places}</details> }
                .into_any()
        } else {
            view! { <div class="l-stack" data-gap="s"><h3>{city}</h3>{places}</div> }.into_any()
        }
    };
    let gap = if folded { "s" } else { "m" };
    let towns: Vec<_> = towns.into_iter().map(town).collect();
    view! {
        <section class="c-card l-stack" data-gap=gap>
            <h2>{t::access_offices(lang)}</h2>
            {towns}
        </section>
    }
    .into_any()
}
