//! A subscriber who cannot come in, or has lost the card: finding, checking, helping.

use super::confirm_field;
use crate::features::profile::done;
use crate::i18n::problem::text;
use crate::i18n::{common, lang, office as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon, radios};
use domain::form::Problem;
use domain::office::{CheckWay, Right};
use leptos::prelude::*;
use services::office::Member;
use services::office::case::{Cabinet, Case, OwnCard, Owner};

/// Where it begins.
pub const PATH: &str = "/staff/subscribers";

/// Finding a subscriber.
pub fn find(request: &Request) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let number = Input {
        hint: t::find_hint(lang),
        inputmode: "numeric",
        numeric: true,
        ..Input::text("number", t::card_or_contract(lang))
    };
    let typed = draft.fields.get("number").cloned().unwrap_or_default();
    view! {
        <form class="l-stack l-form" method="post" action=PATH novalidate="">
            {field(number, typed, error_of(&draft.errors, "number"))}
            <button class="c-btn" data-wide="" data-once="">{t::open(lang)}</button>
        </form>
    }
    .into_any()
}

/// One subscriber.
pub fn case(request: &Request, member: &Member, case: &Case, just: Option<&str>) -> AnyView {
    let lang = lang();
    let base = format!("{PATH}/{}/access", case.id);
    let step = if let Some(owner) = &case.owner {
        view! {
            // Once is enough: the new card is not offered for replacement at once.
            {(member.role.may(Right::ReplaceCard) && just != Some("replaced"))
                .then(|| replace(request, &base, owner))}
            {restore(request, &base, owner)}
        }
        .into_any()
    } else if let Some(problem) = &case.refused {
        // A refusal that has just come is in the summary already.
        let told = request
            .draft
            .errors
            .iter()
            .any(|error| error.problem == *problem);
        (!told)
            .then(|| {
                let words = text(lang, problem);
                view! { <p class="c-notice" data-tone="danger">{icon("i-alert")}<span>{words}</span></p> }
            })
            .into_any()
    } else {
        check(request, &base, case.way)
    };
    view! {
        <div class="l-stack l-form">
            {match just {
                Some("checked") => done(t::was_checked(lang)),
                Some("sent") => done(t::was_sent(lang)),
                Some("replaced") => done(t::was_replaced(lang)),
                _ => ().into_any(),
            }}
            <section class="c-card">{whose(case)}</section>
            {step}
        </div>
    }
    .into_any()
}

/// Before the check only what the operator has typed.
fn whose(case: &Case) -> AnyView {
    let lang = lang();
    let Some(owner) = &case.owner else {
        return view! { <p>{t::found_by(lang)} " •• " {case.found_by.clone()}</p> }.into_any();
    };
    let cards: Vec<String> = owner.cards.iter().map(card_words).collect();
    view! {
        <dl class="c-dl">
            <div><dt>{t::owner(lang)}</dt><dd>{owner.name.clone()}</dd></div>
            <div><dt>{t::contract(lang)}</dt><dd>{owner.contract.grouped()}</dd></div>
            <div><dt>{common::my_cards(lang)}</dt><dd>{cards.join(", ")}</dd></div>
        </dl>
    }
    .into_any()
}

/// A card in words: `•• 6967 · Дача`.
fn card_words(card: &OwnCard) -> String {
    match &card.name {
        Some(name) => format!("•• {} · {name}", card.last4),
        None => format!("•• {}", card.last4),
    }
}

fn number(name: &'static str, label: &'static str) -> Input {
    Input {
        inputmode: "numeric",
        numeric: true,
        ..Input::text(name, label)
    }
}

fn check(request: &Request, base: &str, way: CheckWay) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let one = |input: Input| {
        let typed = draft.fields.get(input.name).cloned().unwrap_or_default();
        let error = error_of(&draft.errors, input.name);
        field(input, typed, error)
    };
    let (title, hint, reference, reference_hint) = match way {
        CheckWay::Call => (
            t::check(lang),
            t::check_hint(lang),
            t::call(lang),
            t::call_hint(lang),
        ),
        CheckWay::Papers => (
            t::papers(lang),
            t::papers_hint(lang),
            t::application(lang),
            t::application_hint(lang),
        ),
    };
    let reference = Input {
        hint: reference_hint,
        maxlength: 60,
        ..Input::text("reference", reference)
    };
    view! {
        <form class="c-card l-stack" data-gap="m" method="post" action=format!("{base}/check") novalidate="">
            <h2>{title}</h2>
            <p class="c-hint">{hint}</p>
            {one(Input::text("surname", t::surname(lang)))}
            {one(number("contract", t::contract_number(lang)))}
            {(way == CheckWay::Call).then(|| one(number("card", t::card_number(lang))))}
            {one(reference)}
            {(way == CheckWay::Papers).then(|| field(confirm_field(), String::new(), error_of(&draft.errors, "code")))}
            <button class="c-btn" data-wide="" data-once="">{t::do_check(lang)}</button>
        </form>
    }
    .into_any()
}

/// A new card in place of one that is lost or broken.
fn replace(request: &Request, base: &str, owner: &Owner) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let chosen = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let error = |name: &str| error_of(&draft.errors, name);
    let cards: Vec<_> = owner
        .cards
        .iter()
        .map(|card| (card.id.to_string(), card_words(card)))
        .collect();
    // A contract with one card leaves nothing to choose.
    let card = match cards.as_slice() {
        [(only, _)] if chosen("card").is_empty() => only.clone(),
        _ => chosen("card"),
    };
    let reasons = [
        ("lost".to_owned(), t::reason_lost(lang).to_owned()),
        ("broken".to_owned(), t::reason_broken(lang).to_owned()),
    ];
    let new = Input {
        hint: t::new_card_hint(lang),
        ..number("number", t::new_card(lang))
    };
    view! {
        <form class="c-card l-stack" data-gap="m" method="post" action=format!("{base}/replace") novalidate="">
            <h2>{t::replace(lang)}</h2>
            <p class="c-hint">{t::replace_hint(lang)}</p>
            {radios("card", t::old_card(lang), &cards, &card, error("card"))}
            {radios("reason", t::reason(lang), &reasons, &chosen("reason"), error("reason"))}
            {field(new, chosen("number"), error("number"))}
            {draft.errors.iter().any(|one| matches!(one.problem, Problem::ReplacementSure { .. })).then(|| {
                let words = error("sure").unwrap_or_default();
                view! {
                    <div class="c-notice" data-tone="warning">{icon("i-alert")}<span>{words}</span></div>
                    <label class="c-check">
                        <input type="checkbox" id="sure" name="sure" value=chosen("number")/>
                        <span>{t::sure(lang)}</span>
                    </label>
                }
            })}
            <button class="c-btn" data-wide="" data-once="">{t::do_replace(lang)}</button>
        </form>
    }
    .into_any()
}

/// The way to a new password, if there is a cabinet.
fn restore(request: &Request, base: &str, owner: &Owner) -> AnyView {
    let lang = lang();
    match &owner.cabinet {
        Cabinet::None => {
            view! { <p class="c-notice" data-tone="info">{icon("i-info")}<span>{t::no_cabinet(lang)}</span></p> }
                .into_any()
        }
        Cabinet::Open { email, phone } => contact(request, base, email.as_deref(), phone.as_deref()),
    }
}

fn contact(request: &Request, base: &str, email: Option<&str>, phone: Option<&str>) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let bound: Vec<_> = [email, phone].into_iter().flatten().collect();
    let bound = if bound.is_empty() {
        t::no_contacts(lang).to_owned()
    } else {
        format!("{} {}", t::bound_contacts(lang), bound.join(", "))
    };
    let input = Input {
        hint: t::send_hint(lang),
        inputmode: "email",
        ..Input::text("contact", t::send_to(lang))
    };
    let typed = draft.fields.get("contact").cloned().unwrap_or_default();
    view! {
        <form class="c-card l-stack" data-gap="m" method="post" action=format!("{base}/send") novalidate="">
            <h2>{t::restore(lang)}</h2>
            <p>{bound}</p>
            {field(input, typed, error_of(&draft.errors, "contact"))}
            <button class="c-btn" data-wide="" data-once="">{t::send_link(lang)}</button>
        </form>
    }
    .into_any()
}
