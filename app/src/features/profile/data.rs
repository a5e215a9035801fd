//! Personal data: consents, taking the data along, deleting the cabinet.

use super::{done, row};
use crate::features::auth::frame::{message, sky};
use crate::features::info::document_title;
use crate::i18n::{lang, profile as t};
use crate::request::Request;
use crate::ui::{Input, Tone, error_of, field, icon, notice};
use domain::Date;
use domain::consent::Document;
use domain::format::{date, money};
use leptos::prelude::*;
use services::privacy::{Consent, Consequences, Data};

/// The page.
pub fn page(data: &Data, just: Option<&str>) -> AnyView {
    let lang = lang();
    let consents: Vec<_> = data
        .consents
        .iter()
        .map(|one| consent(one, data.today))
        .collect();
    view! {
        <div class="l-stack">
            {match just {
                Some("consent") => done(t::consent_saved(lang)),
                _ => ().into_any(),
            }}
            <section class="c-card" data-flush="">
                <div class="c-card__head"><h2>{t::consents(lang)}</h2></div>
                <ul class="c-list">{consents}</ul>
                <p class="c-pad c-hint">{t::consents_needed(lang)}</p>
            </section>
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    <li>
                        <form method="post" action="/profile/data/download">
                            <button class="c-row">
                                <span class="c-tile">{icon("i-download")}</span>
                                <span class="c-row__text">
                                    <b>{t::download(lang)}</b>
                                    <small>{t::download_hint(lang)}</small>
                                </span>
                            </button>
                        </form>
                    </li>
                    {row("/profile/delete", "i-trash", t::delete(lang), t::delete_hint(lang).to_owned())}
                </ul>
            </section>
        </div>
    }
    .into_any()
}

fn consent(consent: &Consent, today: Date) -> AnyView {
    let lang = lang();
    let given = consent.state.is_some_and(|(given, _)| given);
    let state = match consent.state {
        Some((true, at)) => t::given_on(lang, &date(lang, at.date, today)),
        Some((false, at)) => t::withdrawn_on(lang, &date(lang, at.date, today)),
        None => t::not_consented(lang).to_owned(),
    };
    let button = (consent.document == Document::Advertising).then(|| {
        let (value, words) = if given {
            ("false", t::withdraw(lang))
        } else {
            ("true", t::give(lang))
        };
        view! {
            <form method="post" action="/api/profile/advertising">
                <input type="hidden" name="given" value=value/>
                <button class="c-btn" data-kind="text" data-once="">{words}</button>
            </form>
        }
    });
    view! {
        <li>
            <div class="c-row">
                <span class="c-tile" data-tone=if given { "success" } else { "" }>
                    {icon(if given { "i-check" } else { "i-cross" })}
                </span>
                <span class="c-row__text">
                    <b>
                        <a href=format!("/legal/{}", consent.document.code())>
                            {document_title(lang, consent.document)}
                        </a>
                    </b>
                    <small>{state}</small>
                </span>
                {button}
            </div>
        </li>
    }
    .into_any()
}

/// What a deletion means, and the form.
pub fn delete(request: &Request, means: &Consequences) -> AnyView {
    let lang = lang();
    let until = date(lang, means.until, means.today);
    let input = Input {
        hint: t::delete_word_hint(lang),
        ..Input::text("word", t::delete_word(lang))
    };
    let typed = request
        .draft
        .fields
        .get("word")
        .cloned()
        .unwrap_or_default();
    view! {
        <div class="l-stack">
            {means.balance.is_positive().then(|| notice(
                Tone::Warning,
                t::money_left(lang, &money(lang, means.balance)),
                t::money_left_body(lang),
            ))}
            {means.balance.is_positive().then(|| view! {
                <div class="l-actions" data-row="">
                    <a class="c-btn" data-kind="soft" href=crate::features::refunds::ASK>{crate::i18n::refund::title(lang)}</a>
                </div>
            })}
            <section class="c-card l-stack" data-gap="s">
                <h2>{t::delete_means(lang)}</h2>
                <ul class="c-rules">
                    <li>{t::delete_signs_out(lang)}</li>
                    <li>{t::delete_until(lang, &until)}</li>
                    <li>{t::delete_then(lang)}</li>
                    <li>{t::delete_contract_stays(lang)}</li>
                </ul>
            </section>
            <form class="l-stack l-form" method="post" action="/api/profile/delete" novalidate="">
                {field(input, typed, error_of(&request.draft.errors, "word"))}
                <button class="c-btn" data-kind="danger" data-wide="" data-once="">{t::delete(lang)}</button>
                <a class="c-btn" data-kind="text" href="/profile">{t::keep(lang)}</a>
            </form>
        </div>
    }
    .into_any()
}

/// The only page of a cabinet that is being deleted.
pub fn closing(until: Date, today: Date) -> AnyView {
    let lang = lang();
    let actions = view! {
        <form class="l-actions" method="post" action="/api/profile/restore">
            <button class="c-btn" data-wide="" data-once="">{icon("i-key")}{t::restore(lang)}</button>
        </form>
        <form class="l-actions" method="post" action="/api/sign-out">
            <button class="c-btn" data-kind="text">{crate::i18n::common::sign_out(lang)}</button>
        </form>
        <p class="c-hint">{t::closing_until(lang, &date(lang, until, today))}</p>
    }
    .into_any();
    sky(message(t::closing(lang), t::closing_body(lang), actions))
}

/// After the deletion was asked for: the person is signed out and told how to come back.
pub fn asked() -> AnyView {
    let lang = lang();
    let actions = crate::features::auth::frame::button_link(
        "/login",
        crate::i18n::auth::sign_in(lang),
        "soft",
    );
    sky(message(
        t::deletion_asked(lang),
        t::deletion_asked_body(lang),
        actions,
    ))
}
