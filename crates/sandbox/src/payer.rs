//! What the payer does: opens the page, types a card, answers the bank's question, leaves.
//! It may not keep, log or show again a card's code, nor send the payer anywhere but to the address
//! that was stored with the payment.

use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::card::{self, Attempt, CardView, ExpiryFault, NumberFault, TestCard};
use crate::life::Outcome;
use crate::model::{MethodKind, Payment, Reason};
use crate::pages::pay::{self, Errors, Filled};
use crate::{Sandbox, pages};

/// The code that the bank of the 3-D Secure card has sent.
const RIGHT_CODE: &str = "1234";

/// What is typed on the card page. No `Debug` on purpose: it must not reach a log.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CardForm {
    number: String,
    expiry: String,
    code: String,
    /// The choice on the page of a payment without a card.
    outcome: String,
}

/// What is typed on the bank's page.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Prefill {
    card: String,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/pay/{id}", get(show).post(submit))
        .route("/pay/{id}/3ds", get(show_challenge).post(answer_challenge))
        .route("/pay/{id}/refuse", post(refuse_challenge))
        .route("/pay/{id}/cancel", post(leave))
}

async fn show(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    prefill: Result<Query<Prefill>, QueryRejection>,
) -> Response {
    let wanted = prefill
        .map(|Query(prefill)| prefill.card)
        .unwrap_or_default();
    with_payment(&sandbox, &id, |payment, now| {
        if !payment.waits_for_payer() {
            return pay::over(payment);
        }
        // Only test cards come from the address: a real number does not belong in a history.
        let filled = card::find(&wanted)
            .ok()
            .map(|card| Filled::test_card(card, now))
            .unwrap_or_default();
        pay::page(
            StatusCode::OK,
            payment,
            &sandbox.core.config.shop_id,
            &filled,
            Errors::default(),
        )
    })
}

async fn submit(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    form: Result<Form<CardForm>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    with_payment(&sandbox, &id, |payment, now| {
        if !payment.waits_for_payer() {
            return pay::over(payment);
        }
        let kind = payment
            .method
            .as_ref()
            .map_or(MethodKind::BankCard, |method| method.kind);
        if kind != MethodKind::BankCard {
            return carry_out(&sandbox, &id, None, chosen_outcome(&form.outcome));
        }
        match read_card(&form, now) {
            Ok((card, expiry)) => carry_out(&sandbox, &id, Some(card.view(expiry)), card.attempt),
            Err(errors) => {
                let filled = Filled {
                    number: form.number,
                    expiry: form.expiry,
                    code: "",
                };
                let shop_id = &sandbox.core.config.shop_id;
                pay::page(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    payment,
                    shop_id,
                    &filled,
                    errors,
                )
            }
        }
    })
}

fn carry_out(sandbox: &Sandbox, id: &str, card: Option<CardView>, attempt: Attempt) -> Response {
    match sandbox
        .core
        .with(|store, now| store.attempt(id, card, attempt, now))
    {
        Some(Outcome::Challenge) => Redirect::to(&format!("/pay/{id}/3ds")).into_response(),
        Some(Outcome::Over) => go_back(sandbox, id),
        // Somebody else was faster, for example a second tab.
        None => with_payment(sandbox, id, |payment, _| pay::over(payment)),
    }
}

async fn show_challenge(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    with_payment(&sandbox, &id, |payment, _| match &payment.challenge {
        _ if !payment.waits_for_payer() => pay::over(payment),
        Some(card) => pay::challenge(StatusCode::OK, payment, card, None),
        None => Redirect::to(&format!("/pay/{}", payment.id)).into_response(),
    })
}

async fn answer_challenge(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let code = form.code.trim();
    if code.is_empty() {
        return with_payment(&sandbox, &id, |payment, _| match &payment.challenge {
            Some(card) if payment.waits_for_payer() => pay::challenge(
                StatusCode::UNPROCESSABLE_ENTITY,
                payment,
                card,
                Some("Введите код из сообщения банка"),
            ),
            _ => pay::over(payment),
        });
    }
    finish_challenge(&sandbox, &id, code == RIGHT_CODE)
}

async fn refuse_challenge(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    finish_challenge(&sandbox, &id, false)
}

fn finish_challenge(sandbox: &Sandbox, id: &str, passed: bool) -> Response {
    match sandbox
        .core
        .with(|store, now| store.answer_challenge(id, passed, now))
    {
        Some(()) => go_back(sandbox, id),
        None => with_payment(sandbox, id, |payment, _| {
            if payment.waits_for_payer() {
                Redirect::to(&format!("/pay/{}", payment.id)).into_response()
            } else {
                pay::over(payment)
            }
        }),
    }
}

async fn leave(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let left = sandbox.core.with(|store, now| {
        store
            .payment(&id)
            .filter(|payment| payment.waits_for_payer())?;
        store.refuse(&id, None, Reason::ExpiredOnConfirmation, now);
        Some(())
    });
    match left {
        Some(()) => go_back(&sandbox, &id),
        None => with_payment(&sandbox, &id, |payment, _| pay::over(payment)),
    }
}

/// Sends the payer to the stored address; without one the page itself says how it went.
fn go_back(sandbox: &Sandbox, id: &str) -> Response {
    with_payment(sandbox, id, |payment, _| match pages::way_back(payment) {
        Some(url) => pages::secured(Redirect::to(url.as_str()).into_response(), Some(&url)),
        None => pay::over(payment),
    })
}

/// Builds a page about a payment, outside the lock: a slow page must not stop the API.
fn with_payment(
    sandbox: &Sandbox,
    id: &str,
    show: impl FnOnce(&Payment, DateTime<Utc>) -> Response,
) -> Response {
    let found = sandbox
        .core
        .with(|store, now| store.payment(id).cloned().map(|payment| (payment, now)));
    match found {
        Some((payment, now)) => show(&payment, now),
        None => pay::unknown(),
    }
}

fn read_card(
    form: &CardForm,
    now: DateTime<Utc>,
) -> Result<(&'static TestCard, (u32, i32)), Errors> {
    let mut errors = Errors::default();
    let card = card::find(&form.number)
        .inspect_err(|fault| {
            errors.number = Some(match fault {
                NumberFault::Empty => "Введите номер карты",
                NumberFault::Malformed => "Проверьте номер карты: в нём ошибка",
                NumberFault::Unknown => {
                    "Это не тестовая карта. Возьмите номер из списка внизу страницы"
                }
            });
        })
        .ok();
    let expiry = card::expiry(&form.expiry, now)
        .inspect_err(|fault| {
            errors.expiry = Some(match fault {
                ExpiryFault::Malformed => "Укажите месяц и год, например 09/29",
                ExpiryFault::Past => "Срок этой карты прошёл",
            });
        })
        .ok();
    if !card::code_is_plausible(&form.code) {
        errors.code = Some("Три цифры с оборота карты");
    }
    match (card, expiry, errors.code) {
        (Some(card), Some(expiry), None) => Ok((card, expiry)),
        _ => Err(errors),
    }
}

fn chosen_outcome(text: &str) -> Attempt {
    match text {
        "delay" => Attempt::Delay,
        _ => Reason::parse(text).map_or(Attempt::Approve, Attempt::Decline),
    }
}
