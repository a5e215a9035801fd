//! Notifications of the acquirer: many, forged, none, in floods. They only make us look.

use crate::support::cabinet;
use domain::payment::PaymentState;
use sandbox::Status;
use serde_json::json;
use services::payments::view;
use services::{payment_flow, upkeep, webhooks};
use sqlx::PgPool;

const SUSPENDED: &str = "suspended, 140";

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_hundred_notifications_at_once_credit_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "500", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    futures_util::future::join_all((0..100).map(|_| cabinet.notify(&object))).await;
    // The jobs of all of them, several workers at once, and polls beside them.
    let viewer = actor.viewer.clone().unwrap();
    let checks =
        (0..20).map(|_| payment_flow::check(&cabinet.services, viewer.subscriber, started.payment));
    let ((), (), (), results) = tokio::join!(
        cabinet.jobs(),
        cabinet.jobs(),
        cabinet.jobs(),
        futures_util::future::join_all(checks)
    );
    assert!(
        results
            .iter()
            .all(|result| matches!(result, Ok(PaymentState::Succeeded))),
        "{results:?}"
    );
    cabinet.jobs().await;
    assert_eq!(cabinet.count("select count(*) from ledger.op where idem_key like 'topup:%' and actor = 'acquirer'").await, 1);
    assert_eq!(
        cabinet
            .count("select hits::bigint from billing.webhook_inbox")
            .await,
        100
    );
    assert_eq!(
        cabinet
            .count("select count(*) from billing.webhook_inbox where processed_at is null")
            .await,
        0
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_forged_notification_credits_nothing(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "500", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    for body in [
        json!({"event": "payment.succeeded", "object": {"id": object, "status": "succeeded", "paid": true, "amount": {"value": "500.00", "currency": "RUB"}}}),
        json!({"event": "payment.succeeded", "object": {"id": "00000000-unknown"}}),
        json!({"event": "payment.succeeded", "object": {"id": "../payments"}}),
        json!({"event": "payment.succeeded"}),
        json!([]),
    ] {
        webhooks::receive(&cabinet.services, &body, Some([127, 0, 0, 1].into()))
            .await
            .unwrap();
    }
    cabinet.jobs().await;
    let found = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(found.state, PaymentState::Pending);
    assert_eq!(
        cabinet
            .count("select count(*) from ledger.op where actor = 'acquirer'")
            .await,
        0
    );
    // The true event about the same object is not swallowed by the forged one.
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Succeeded
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn without_any_notification_the_poll_credits(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    cabinet
        .acquirer
        .complete(&cabinet.object(&started).await)
        .unwrap();
    cabinet.shift(60).await;
    upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Succeeded
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_sandboxs_lies_in_notifications_do_not_matter(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet
        .acquirer
        .forge(&object, Status::Succeeded, 3)
        .unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Pending
    );
}

/// Notifications about unknown objects are put off when they flood, so that none is lost.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flood_of_unknown_notifications_is_put_off(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let mut answers = std::collections::BTreeMap::new();
    for number in 0..610 {
        let body =
            json!({"event": "payment.succeeded", "object": {"id": format!("unknown-{number}")}});
        let answer = webhooks::receive(&cabinet.services, &body, Some([127, 0, 0, 1].into()))
            .await
            .unwrap();
        *answers.entry(format!("{answer:?}")).or_insert(0) += 1;
    }
    assert_eq!(answers["Kept"], 600);
    assert_eq!(answers["Flooded"], 10);
}
