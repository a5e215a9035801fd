//! Saved cards and autopay: told beforehand, never more than told, never after a refusal, once a month,
//! whatever the worker, the bank and the clock do.

mod month;
mod refusal;
mod saved;

use crate::support::{Cabinet, browser, cabinet, problem, start};
use domain::autopay::page::{On, Standing, mandate};
use domain::autopay::{DayOfMonth, EndedBy, RunState};
use domain::form::Problem;
use domain::ids::{MethodId, PaymentId, SubscriberId};
use domain::payment::{CancelReason, PaymentState};
use domain::{Lang, Money, Timestamp};
use sandbox::{FaultRule, OutcomeRule, Reason};
use services::autopay::{self, Enable, Ended, Link};
use services::payments::{StartTopUp, view};
use services::{Actor, ServiceError, cards, privacy, upkeep};
use sqlx::PgPool;
use std::sync::Arc;

const PAYER: &str = "save a bank card";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn of(actor: &Actor) -> SubscriberId {
    actor.viewer.as_ref().unwrap().subscriber
}

async fn now(cabinet: &Cabinet) -> Timestamp {
    cabinet.services.db.look().await.unwrap().1
}

/// Moves the clock to a moment and does everything that is due then.
async fn at(cabinet: &Cabinet, moment: Timestamp) {
    cabinet.shift(0).await;
    let seconds = moment.seconds_since(now(cabinet).await) + 1;
    cabinet.shift(seconds).await;
    due(cabinet).await;
}

async fn due(cabinet: &Cabinet) {
    for _ in 0..3 {
        upkeep::find_due(&cabinet.services).await.unwrap();
        cabinet.jobs().await;
    }
}

async fn contract(cabinet: &Cabinet, actor: &Actor) -> String {
    let page = cards::page(&cabinet.services, actor).await.unwrap();
    page.contract.as_str().to_owned()
}

/// Tops up by a new card that is to be kept; the card.
pub async fn save_card(cabinet: &Cabinet, actor: &Actor, key: &str) -> MethodId {
    let command = StartTopUp {
        sum: "other".into(),
        amount: "10".into(),
        key: key.into(),
        receipt_email: String::new(),
        means: "bank_card".into(),
        save: true,
        ..StartTopUp::default()
    };
    let started = start(&cabinet.services, actor, command).await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    cards::page(&cabinet.services, actor).await.unwrap().cards[0].id
}

async fn form(cabinet: &Cabinet, actor: &Actor, card: MethodId) -> Enable {
    let setup = autopay::setup(&cabinet.services, actor, None, None)
        .await
        .unwrap();
    Enable {
        contract: contract(cabinet, actor).await,
        card: card.to_string(),
        receipt_email: String::new(),
        agreed: true,
        ..on_day(setup.day)
    }
}

/// A day with the text that is shown for it.
fn on_day(day: DayOfMonth) -> Enable {
    Enable {
        day: day.get().to_string(),
        shown: autopay::digest(&mandate(Lang::Ru, day, 3, 24)),
        ..Enable::default()
    }
}

/// Switches it on; how it stands then.
async fn switch_on(cabinet: &Cabinet, actor: &Actor, card: MethodId) -> On {
    let form = form(cabinet, actor, card).await;
    autopay::enable(&cabinet.services, actor, &form)
        .await
        .unwrap();
    on(cabinet, actor).await
}

async fn standing(cabinet: &Cabinet, actor: &Actor) -> Standing {
    let page = autopay::page(&cabinet.services, actor).await.unwrap();
    page.standing
}

async fn on(cabinet: &Cabinet, actor: &Actor) -> On {
    match standing(cabinet, actor).await {
        Standing::On(on) => on,
        other => panic!("it is not on: {other:?}"),
    }
}

/// Everything switched on and announced: three days before the charge.
async fn announced(cabinet: &Cabinet) -> (Actor, MethodId, On) {
    let actor = cabinet.person(PAYER).await;
    let card = save_card(cabinet, &actor, "save-card-1").await;
    let before = switch_on(cabinet, &actor, card).await;
    at(cabinet, before.next.at.plus_seconds(-3 * DAY)).await;
    let told = on(cabinet, &actor).await;
    assert!(told.announced, "{told:?}");
    (actor, card, told)
}

async fn available(cabinet: &Cabinet, actor: &Actor) -> Money {
    let mut conn = cabinet.services.db.statement().await.unwrap();
    let wallet = storage::ledger::get(&mut conn, of(actor)).await.unwrap();
    wallet.available
}

/// Payments that autopay made: sum and state.
async fn charges(cabinet: &Cabinet, actor: &Actor) -> Vec<(i64, String)> {
    sqlx::query_as(
        "select amount_kop, state from billing.payment
         where subscriber_id = $1 and purpose = 'autopay' order by created_at",
    )
    .bind(of(actor).0)
    .fetch_all(&cabinet.pool)
    .await
    .unwrap()
}

async fn told(cabinet: &Cabinet, actor: &Actor, kind: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from inbox.message where subscriber_id = $1
         and (notice ? $2 or notice = to_jsonb($2::text))",
    )
    .bind(of(actor).0)
    .bind(kind)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap()
}

/// The secret of the newest notice's link.
fn off_link(cabinet: &Cabinet) -> String {
    let texts = cabinet.mailbox.texts();
    let letter = texts
        .iter()
        .find(|text| text.text.contains("/autopay/off/"))
        .unwrap();
    let (_, rest) = letter.text.split_once("/autopay/off/").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn decline(cabinet: &Cabinet, reason: Reason) {
    cabinet.acquirer.set_outcome(Some(OutcomeRule {
        reason: Some(reason),
        times: None,
    }));
}
