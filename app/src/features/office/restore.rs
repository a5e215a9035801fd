//! A subscriber on the phone who cannot come in: finding, checking, sending the link.

use crate::features::profile::done;
use crate::i18n::{common, lang, office as t};
use crate::request::Request;
use crate::ui::{Input, error_of, field, icon};
use domain::form::Problem;
use leptos::prelude::*;
use services::office::restore::{Cabinet, Case};

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
pub fn case(request: &Request, case: &Case, just: Option<&str>) -> AnyView {
    let lang = lang();
    let base = format!("{PATH}/{}/access", case.id);
    let step = if let Some(owner) = &case.owner {
        match &owner.cabinet {
            Cabinet::None => {
                view! { <p class="c-notice" data-tone="info">{icon("i-info")}<span>{t::no_cabinet(lang)}</span></p> }
                    .into_any()
            }
            Cabinet::Open { email, phone } => {
                contact(request, &base, email.as_deref(), phone.as_deref())
            }
        }
    } else if case.refused {
        // A refusal that has just come is in the summary already.
        let told = request
            .draft
            .errors
            .iter()
            .any(|error| error.problem == Problem::IdentityRefused);
        (!told)
            .then(|| {
                view! { <p class="c-notice" data-tone="danger">{icon("i-alert")}<span>{t::refused(lang)}</span></p> }
            })
            .into_any()
    } else {
        check(request, &base)
    };
    view! {
        <div class="l-stack l-form">
            {match just {
                Some("checked") => done(t::was_checked(lang)),
                Some("sent") => done(t::was_sent(lang)),
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
    let cards: Vec<String> = owner
        .cards
        .iter()
        .map(|last| format!("•• {last}"))
        .collect();
    view! {
        <dl class="c-dl">
            <div><dt>{t::owner(lang)}</dt><dd>{owner.name.clone()}</dd></div>
            <div><dt>{t::contract(lang)}</dt><dd>{owner.contract.grouped()}</dd></div>
            <div><dt>{common::my_cards(lang)}</dt><dd>{cards.join(", ")}</dd></div>
        </dl>
    }
    .into_any()
}

fn check(request: &Request, base: &str) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let typed = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let error = |name: &str| error_of(&draft.errors, name);
    let number = |name, label| Input {
        inputmode: "numeric",
        numeric: true,
        ..Input::text(name, label)
    };
    view! {
        <form class="c-card l-stack" data-gap="m" method="post" action=format!("{base}/check") novalidate="">
            <h2>{t::check(lang)}</h2>
            <p class="c-hint">{t::check_hint(lang)}</p>
            {field(Input::text("surname", t::surname(lang)), typed("surname"), error("surname"))}
            {field(number("contract", t::contract_number(lang)), typed("contract"), error("contract"))}
            {field(number("card", t::card_number(lang)), typed("card"), error("card"))}
            {field(Input { hint: t::call_hint(lang), maxlength: 60, ..Input::text("call", t::call(lang)) }, typed("call"), error("call"))}
            <button class="c-btn" data-wide="" data-once="">{t::do_check(lang)}</button>
        </form>
    }
    .into_any()
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
