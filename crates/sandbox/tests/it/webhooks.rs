//! Webhooks: delivery, repeats after a failure, and the ways in which they go wrong on request.

use chrono::Duration;
use reqwest::Method;
use sandbox::{Reason, Status, WebhookPlan};
use serde_json::json;

use crate::support::{Bank, Receiver, ok, until};

async fn bank_and_receiver() -> (Bank, Receiver) {
    let (receiver, url) = Receiver::start().await;
    let bank = Bank::with(|config| config.webhook_url = Some(url)).await;
    (bank, receiver)
}

#[tokio::test]
async fn each_change_is_told() {
    let (bank, receiver) = bank_and_receiver().await;
    let id = bank.pending("k1", false).await;
    bank.control.complete(&id).unwrap();
    until(|| receiver.count() == 1).await;
    ok(bank
        .api(
            Method::POST,
            &format!("/payments/{id}/capture"),
            Some("c"),
            Some(&json!({})),
        )
        .await)
    .await;
    until(|| receiver.count() == 2).await;
    let other = bank.pending("k2", true).await;
    bank.control
        .decline(&other, Reason::GeneralDecline)
        .unwrap();
    until(|| receiver.count() == 3).await;
    assert_eq!(
        receiver.events(),
        [
            "payment.waiting_for_capture",
            "payment.succeeded",
            "payment.canceled"
        ]
    );
    let bodies = receiver.seen.lock().unwrap().clone();
    assert_eq!(bodies[1]["type"], "notification");
    assert_eq!(bodies[1]["object"]["id"], json!(id));
    assert_eq!(bodies[1]["object"]["status"], "succeeded");
    assert_eq!(
        bodies[2]["object"]["cancellation_details"]["reason"],
        "general_decline"
    );
    until(|| bank.control.waiting_webhooks() == 0).await;
    bank.stop().await;
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_until_200() {
    let (bank, receiver) = bank_and_receiver().await;
    *receiver.failures.lock().unwrap() = 2;
    let id = bank.pending("k", true).await;
    bank.control.complete(&id).unwrap();
    until(|| receiver.count() == 1).await;
    until(|| bank.control.waiting_webhooks() == 1).await;
    bank.control.advance(Duration::seconds(11)).unwrap();
    until(|| receiver.count() == 2).await;
    bank.control.advance(Duration::seconds(31)).unwrap();
    until(|| bank.control.waiting_webhooks() == 0).await;
    assert_eq!(receiver.events(), ["payment.succeeded"; 3]);

    bank.control.redeliver(&id).unwrap();
    until(|| receiver.count() == 4).await;
}

#[tokio::test]
async fn a_receiver_that_is_never_there_is_given_up_after_a_day() {
    let bank =
        Bank::with(|config| config.webhook_url = Some("http://127.0.0.1:9/hook".to_owned())).await;
    let id = bank.pending("k", true).await;
    bank.control.complete(&id).unwrap();
    assert_eq!(bank.control.waiting_webhooks(), 1);
    for _ in 0..30 {
        bank.control.advance(Duration::hours(5)).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        if bank.control.waiting_webhooks() == 0 {
            return;
        }
    }
    panic!("the webhook was never given up");
}

#[tokio::test]
async fn lost_copied_and_lying_webhooks() {
    let (bank, receiver) = bank_and_receiver().await;
    bank.control.set_webhook_plan(WebhookPlan {
        enabled: false,
        ..WebhookPlan::default()
    });
    let lost = bank.pending("k1", true).await;
    bank.control.complete(&lost).unwrap();
    assert_eq!(bank.control.waiting_webhooks(), 0);

    bank.control.set_webhook_plan(WebhookPlan {
        copies: 3,
        ..WebhookPlan::default()
    });
    let copied = bank.pending("k2", true).await;
    bank.control.complete(&copied).unwrap();
    until(|| receiver.count() == 3).await;

    bank.control.set_webhook_plan(WebhookPlan::default());
    let pending = bank.pending("k3", true).await;
    bank.control.forge(&pending, Status::Succeeded, 1).unwrap();
    until(|| receiver.count() == 4).await;
    let body = receiver.seen.lock().unwrap()[3].clone();
    assert_eq!(body["event"], "payment.succeeded");
    assert_eq!(body["object"]["status"], "succeeded");
    assert_eq!(bank.read(&pending).await["status"], "pending");

    bank.control.send_webhook(
        json!({"type": "notification", "event": "payment.succeeded", "object": {"id": "none"}}),
    );
    until(|| receiver.count() == 5).await;
}

#[tokio::test]
async fn reordered_events_change_places() {
    let (bank, receiver) = bank_and_receiver().await;
    bank.control.set_webhook_plan(WebhookPlan {
        reorder: true,
        ..WebhookPlan::default()
    });
    let id = bank.pending("k", false).await;
    bank.control.complete(&id).unwrap();
    bank.control.complete(&id).unwrap();
    assert_eq!(receiver.count(), 0);
    bank.control.advance(Duration::seconds(3)).unwrap();
    until(|| receiver.count() == 2).await;
    assert_eq!(
        receiver.events(),
        ["payment.succeeded", "payment.waiting_for_capture"]
    );
}

#[tokio::test]
async fn a_webhook_may_overtake_the_answer() {
    let (bank, receiver) = bank_and_receiver().await;
    bank.control.set_webhook_plan(WebhookPlan {
        before_answer: true,
        ..WebhookPlan::default()
    });
    let id = bank.pending("k", false).await;
    bank.control.complete(&id).unwrap();
    until(|| receiver.count() == 1).await;
    ok(bank
        .api(
            Method::POST,
            &format!("/payments/{id}/capture"),
            Some("c"),
            Some(&json!({})),
        )
        .await)
    .await;
    assert_eq!(receiver.count(), 2, "the answer came after the webhook");
}
