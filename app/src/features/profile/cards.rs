//! Contracts and cards of the cabinet: naming a card, adding a contract, taking one out.

use super::done;
use crate::i18n::{auth, lang, profile as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon, icon_small};
use leptos::prelude::*;
use services::access::contracts::{Card, Held};

/// The list.
pub fn page(held: &[Held], just: Option<&str>) -> AnyView {
    let lang = lang();
    let several = held.len() > 1;
    let contracts: Vec<_> = held.iter().map(|one| contract(one, several)).collect();
    view! {
        <div class="l-stack">
            {match just {
                Some("name") => done(t::name_saved(lang)),
                Some("contract") => done(t::contract_added(lang)),
                Some("removed") => done(t::contract_removed(lang)),
                _ => ().into_any(),
            }}
            {contracts}
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    <li>
                        <a class="c-row" href="/profile/access-cards/add">
                            <span class="c-tile" data-tone="primary">{icon("i-plus")}</span>
                            <span class="c-row__text"><b>{t::add_contract(lang)}</b><small>{t::add_contract_hint(lang)}</small></span>
                            {icon("i-chev-r")}
                        </a>
                    </li>
                </ul>
            </section>
        </div>
    }
    .into_any()
}

fn contract(held: &Held, several: bool) -> AnyView {
    let lang = lang();
    let cards: Vec<_> = held
        .cards
        .iter()
        .map(|card| {
            let name = card.name.clone().unwrap_or_else(|| t::unnamed(lang).to_owned());
            view! {
                <li>
                    <a class="c-row" href=format!("/profile/access-cards/{}", card.id)>
                        <span class="c-tile">{icon("i-tv")}</span>
                        <span class="c-row__text"><b>{name}</b><small>{card.number.grouped()}</small></span>
                        {icon("i-chev-r")}
                    </a>
                </li>
            }
        })
        .collect();
    let remove = t::remove_contract(lang, &held.contract.grouped());
    let id = held.id.to_string();
    view! {
        <section class="c-card" data-flush="">
            <div class="c-card__head">
                <h2>{held.name.clone()}</h2>
                <p class="c-hint">{t::contract(lang)} " " <span class="c-nowrap">{held.contract.grouped()}</span></p>
            </div>
            <ul class="c-list">{cards}</ul>
            {several.then(|| view! {
                <details class="c-fold c-pad">
                    <summary>{icon_small("i-trash")}{remove}</summary>
                    <form class="l-stack" data-gap="s" method="post" action="/api/profile/contract-remove">
                        <input type="hidden" name="contract" value=id/>
                        <p class="c-hint">{t::remove_contract_means(lang)}</p>
                        <button class="c-btn" data-kind="danger" data-once="">{t::remove_contract_yes(lang)}</button>
                    </form>
                </details>
            })}
        </section>
    }
    .into_any()
}

/// Naming a card.
pub fn name(request: &Request, card: &Card) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let typed = draft.fields.get("name").cloned();
    let input = Input {
        hint: t::card_name_hint(lang),
        maxlength: 60,
        ..Input::text("name", t::card_name(lang))
    };
    let value = typed.or_else(|| card.name.clone()).unwrap_or_default();
    view! {
        <form class="l-stack l-form" method="post" action="/api/profile/card-name" novalidate="">
            <p class="c-lead">{auth::for_card(lang)} " " <span class="c-nowrap">{card.number.grouped()}</span></p>
            <input type="hidden" name="card" value=card.id.to_string()/>
            {field(input, value, error_of(&draft.errors, "name"))}
            <button class="c-btn" data-wide="" data-once="">{auth::save(lang)}</button>
        </form>
    }
    .into_any()
}

/// Adding a contract.
pub fn add(request: &Request) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let kept = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let wrong = |name: &str| error_of(&draft.errors, name);
    let card = Input {
        hint: auth::card_hint(lang),
        inputmode: "numeric",
        numeric: true,
        maxlength: 24,
        ..Input::text("card", auth::card_number(lang))
    };
    view! {
        <form class="l-stack l-form" method="post" action="/api/profile/contract-add" novalidate="">
            {field(card, kept("card"), wrong("card"))}
            {crate::features::auth::registration::proof(&kept, &wrong)}
            <p class="c-hint">{t::contract_phone_told(lang)}</p>
            <button class="c-btn" data-wide="" data-once="">{t::add_contract(lang)}</button>
        </form>
    }
    .into_any()
}
