//! Faults on request, in process and over HTTP.

use std::time::{Duration, Instant};

use reqwest::Method;
use sandbox::{Endpoint, Fault, FaultRule, Reason, When};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Bank, KEY, Receiver, SHOP, ok, order, refused, text};

async fn create(bank: &Bank, key: &str) -> reqwest::Result<reqwest::Response> {
    bank.try_api(Method::POST, "/payments", Some(key), Some(&order()))
        .await
}

#[tokio::test]
async fn errors_before_and_after_the_commit() {
    let bank = Bank::with(|_| {}).await;
    for (key, when, stored) in [("a", When::BeforeCommit, 0), ("b", When::AfterCommit, 1)] {
        bank.control.add_fault(FaultRule::once(
            Endpoint::Create,
            Fault::ServerError { when },
        ));
        refused(
            create(&bank, key).await.unwrap(),
            500,
            "internal_server_error",
        )
        .await;
        assert_eq!(bank.control.payments().len(), stored);
    }
    let first = text(&bank.control.payments()[0], "/id");
    assert_eq!(
        ok(create(&bank, "b").await.unwrap()).await["id"],
        json!(first)
    );
    assert_eq!(bank.control.payments().len(), 1);
}

#[tokio::test]
async fn dropped_connections_give_no_answer_at_all() {
    let bank = Bank::with(|_| {}).await;
    for (key, when, stored) in [("a", When::BeforeCommit, 0), ("b", When::AfterCommit, 1)] {
        bank.control
            .add_fault(FaultRule::once(Endpoint::Create, Fault::Drop { when }));
        let error = create(&bank, key).await.expect_err("no answer");
        assert!(error.status().is_none());
        assert_eq!(bank.control.payments().len(), stored);
    }

    bank.control.add_fault(FaultRule::once(
        Endpoint::Get,
        Fault::Drop {
            when: When::AfterCommit,
        },
    ));
    let mut raw = TcpStream::connect(bank.base.trim_start_matches("http://"))
        .await
        .unwrap();
    raw.write_all(b"GET /v3/payments/x HTTP/1.1\r\nHost: bank\r\nAuthorization: Basic MTAwNTAwOnRlc3Rfa2V5\r\n\r\n")
        .await
        .unwrap();
    let mut bytes = Vec::new();
    // A reset is as good as an end: either way there is no answer.
    let _ = raw.read_to_end(&mut bytes).await;
    assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    assert!(bank.control.hooks().faults.is_empty(), "the fault was used");
}

#[tokio::test]
async fn an_impatient_caller_does_not_undo_a_late_commit() {
    let bank = Bank::with(|_| {}).await;
    bank.control.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::Delay {
            when: When::BeforeCommit,
            ms: 300,
        },
    ));
    let request = bank
        .client
        .post(format!("{}/v3/payments", bank.base))
        .basic_auth(SHOP, Some(KEY))
        .header("Idempotence-Key", "k")
        .json(&order())
        .timeout(Duration::from_millis(100));
    assert!(request.send().await.expect_err("too late").is_timeout());
    assert!(bank.control.payments().is_empty());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(bank.control.payments().len(), 1);
}

#[tokio::test]
async fn too_many_requests_for_a_while() {
    let bank = Bank::with(|_| {}).await;
    bank.control.add_fault(FaultRule {
        endpoint: Endpoint::Create,
        fault: Fault::TooManyRequests {
            retry_after_ms: 1_500,
        },
        times: Some(2),
    });
    for _ in 0..2 {
        let body = refused(create(&bank, "k").await.unwrap(), 429, "too_many_requests").await;
        assert_eq!(body["retry_after"], 1_500);
    }
    ok(create(&bank, "k").await.unwrap()).await;
}

#[tokio::test]
async fn a_held_answer_ends_with_the_server() {
    let bank = Bank::with(|_| {}).await;
    bank.control.add_fault(FaultRule::once(
        Endpoint::List,
        Fault::Hold {
            when: When::AfterCommit,
        },
    ));
    let client = bank.client.clone();
    let url = format!("{}/v3/payments", bank.base);
    let held =
        tokio::spawn(async move { client.get(url).basic_auth(SHOP, Some(KEY)).send().await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    bank.stop().await;
    assert!(held.await.unwrap().is_err());
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_payer_may_be_faster_than_the_answer() {
    let (receiver, url) = Receiver::start().await;
    let bank = Bank::with(|config| config.webhook_url = Some(url)).await;
    let reason = Some(Reason::InsufficientFunds);
    bank.control.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::PayBeforeAnswer { reason: None },
    ));
    bank.control.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::PayBeforeAnswer { reason },
    ));
    for (key, status) in [("a", "succeeded"), ("b", "canceled")] {
        let answer = ok(create(&bank, key).await.unwrap()).await;
        assert_eq!(answer["status"], "pending");
        assert_eq!(receiver.events().last(), Some(&format!("payment.{status}")));
        assert_eq!(bank.read(&text(&answer, "/id")).await["status"], status);
    }
}

#[tokio::test]
async fn control_over_http() {
    let bank = Bank::with(|_| {}).await;
    let url = |path: &str| format!("{}/control/{path}", bank.base);
    let post = async |path: &str, body: Value| {
        bank.client
            .post(url(path))
            .json(&body)
            .send()
            .await
            .unwrap()
    };

    let rule = json!({"endpoint": "get", "fault": {"kind": "server_error", "when": "before_commit"}, "times": 1});
    let state = ok(post("faults", rule.clone()).await).await;
    assert_eq!(state["hooks"]["faults"], json!([rule]));
    let id = bank.pending("k", false).await;
    refused(
        bank.api(Method::GET, &format!("/payments/{id}"), None, None)
            .await,
        500,
        "internal_server_error",
    )
    .await;

    let plan = json!({"enabled": true, "copies": 2, "before_answer": false, "reorder": true, "claim": null});
    let state = ok(bank
        .client
        .put(url("webhook"))
        .json(&plan)
        .send()
        .await
        .unwrap())
    .await;
    assert_eq!(state["hooks"]["webhook"], plan);
    let outcome = json!({"reason": "3d_secure_failed", "times": 1});
    let state = ok(bank
        .client
        .put(url("outcome"))
        .json(&outcome)
        .send()
        .await
        .unwrap())
    .await;
    assert_eq!(state["hooks"]["outcome"], outcome);
    let state = ok(bank
        .client
        .put(url("key_reuse"))
        .json("replay")
        .send()
        .await
        .unwrap())
    .await;
    assert_eq!(state["hooks"]["key_reuse"], "replay");
    ok(post("reset", json!({})).await).await;
    assert_eq!(bank.control.hooks(), sandbox::Hooks::default());

    let held = ok(post(&format!("payments/{id}/complete"), json!({})).await).await;
    assert_eq!(held["status"], "waiting_for_capture");
    let declined = ok(post(
        &format!("payments/{id}/decline"),
        json!({"reason": "fraud_suspected"}),
    )
    .await)
    .await;
    assert_eq!(declined["cancellation_details"]["party"], "yoo_money");
    assert_eq!(
        post(
            &format!("payments/{id}/decline"),
            json!({"reason": "call_issuer"})
        )
        .await
        .status(),
        409
    );
    let late = ok(post(&format!("payments/{id}/complete"), json!({"late": true})).await).await;
    assert_eq!(late["status"], "waiting_for_capture");
    assert!(late.get("cancellation_details").is_none());
    assert_eq!(
        post("payments/none/complete", json!({})).await.status(),
        404
    );
    assert_eq!(
        post("faults", json!({"endpoint": "nowhere"}))
            .await
            .status(),
        400
    );

    let state = ok(post("clock", json!({"advance_seconds": 86_400})).await).await;
    assert_eq!(state["offset_seconds"], 86_400);
    let state = ok(post("clock", json!({"offset_seconds": 0})).await).await;
    assert_eq!(state["offset_seconds"], 0);
    let payments = ok(bank.get("/control/payments").await).await;
    assert_eq!(payments.as_array().map(Vec::len), Some(1));
}
