//! The merchant's side: creation, repeats, capture, cancellation, lists, refusals.

use chrono::Duration;
use reqwest::Method;
use sandbox::{KeyReuse, RefundPlan};
use serde_json::{Value, json};

use crate::support::{Bank, KEY, SHOP, ok, order, refused, text};

#[tokio::test]
async fn a_new_payment_has_the_documented_fields() {
    let bank = Bank::with(|_| {}).await;
    let mut body = order();
    body["payment_method_data"] = json!({"type": "bank_card"});
    body["receipt"] = json!({"customer": {"email": "a@b.ru"}, "items": [{"description": "Аванс",
        "quantity": 1, "vat_code": 12, "amount": {"value": "500.00", "currency": "RUB"}}]});
    let payment = bank.create("k1", &body).await;
    let id = text(&payment, "/id");
    assert_eq!(id.len(), 36);
    assert_eq!(payment["status"], "pending");
    assert_eq!(
        payment["amount"],
        json!({"value": "500.00", "currency": "RUB"})
    );
    assert_eq!(payment["paid"], false);
    assert_eq!(payment["refundable"], false);
    assert_eq!(payment["test"], true);
    assert_eq!(payment["recipient"]["account_id"], SHOP);
    assert_eq!(payment["metadata"], json!({"payment_id": "7"}));
    assert_eq!(payment["receipt_registration"], "pending");
    assert_eq!(payment["payment_method"]["type"], "bank_card");
    assert_eq!(
        payment["confirmation"]["confirmation_url"],
        format!("http://bank.localhost:4000/pay/{id}")
    );
    assert!(text(&payment, "/created_at").ends_with('Z'));
    assert!(payment.get("cancellation_details").is_none());
    assert_eq!(bank.read(&id).await, payment);
}

#[tokio::test]
async fn the_same_key_makes_one_payment_for_a_day() {
    let bank = Bank::with(|_| {}).await;
    let first = bank.create("k1", &order()).await;
    assert_eq!(bank.create("k1", &order()).await["id"], first["id"]);

    let mut other = order();
    other["amount"]["value"] = json!("501.00");
    let answer = bank
        .api(Method::POST, "/payments", Some("k1"), Some(&other))
        .await;
    assert_eq!(
        refused(answer, 400, "invalid_request").await["parameter"],
        "Idempotence-Key"
    );

    bank.control.set_key_reuse(KeyReuse::Replay);
    assert_eq!(bank.create("k1", &other).await["id"], first["id"]);

    bank.control
        .advance(Duration::hours(24) - Duration::minutes(1))
        .unwrap();
    assert_eq!(bank.create("k1", &order()).await["id"], first["id"]);
    bank.control.advance(Duration::minutes(2)).unwrap();
    assert_ne!(bank.create("k1", &order()).await["id"], first["id"]);
}

#[tokio::test]
async fn parallel_repeats_make_one_payment() {
    let bank = Bank::with(|_| {}).await;
    let body = order();
    let (a, b, c) = tokio::join!(
        bank.create("k", &body),
        bank.create("k", &body),
        bank.create("k", &body)
    );
    assert_eq!(a["id"], b["id"]);
    assert_eq!(b["id"], c["id"]);
    assert_eq!(bank.control.payments().len(), 1);
}

#[tokio::test]
async fn only_held_money_is_captured_or_cancelled() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k1", false).await;
    let capture = format!("/payments/{id}/capture");
    let cancel = format!("/payments/{id}/cancel");
    refused(
        bank.api(Method::POST, &capture, Some("c1"), Some(&json!({})))
            .await,
        400,
        "invalid_request",
    )
    .await;
    refused(
        bank.api(Method::POST, &cancel, Some("x1"), None).await,
        400,
        "invalid_request",
    )
    .await;

    let held = bank.control.complete(&id).unwrap();
    assert_eq!(held["status"], "waiting_for_capture");
    assert_eq!(held["paid"], true);
    assert!(held["expires_at"].is_string());
    assert!(held.get("confirmation").is_none());

    let part = json!({"amount": {"value": "300.00", "currency": "RUB"}});
    let captured = ok(bank
        .api(Method::POST, &capture, Some("c2"), Some(&part))
        .await)
    .await;
    assert_eq!(captured["status"], "succeeded");
    assert_eq!(captured["amount"]["value"], "300.00");
    assert_eq!(captured["income_amount"]["value"], "289.50");
    assert_eq!(captured["refundable"], true);
    assert!(captured["captured_at"].is_string());
    // The same key once more is a repeat, not a second capture.
    ok(bank
        .api(Method::POST, &capture, Some("c2"), Some(&part))
        .await)
    .await;
    refused(
        bank.api(Method::POST, &cancel, Some("x2"), None).await,
        400,
        "invalid_request",
    )
    .await;

    let other = bank.pending("k2", false).await;
    bank.control.complete(&other).unwrap();
    let answer = bank
        .api(
            Method::POST,
            &format!("/payments/{other}/cancel"),
            Some("x3"),
            None,
        )
        .await;
    let canceled = ok(answer).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(
        canceled["cancellation_details"],
        json!({"party": "merchant", "reason": "canceled_by_merchant"})
    );
}

#[tokio::test]
async fn time_cancels_what_nobody_finishes() {
    let bank = Bank::with(|_| {}).await;
    let left = bank.pending("k1", true).await;
    let held = bank.pending("k2", false).await;
    bank.control.complete(&held).unwrap();
    bank.control.advance(Duration::minutes(61)).unwrap();
    assert_eq!(
        bank.read(&left).await["cancellation_details"]["reason"],
        "expired_on_confirmation"
    );
    assert_eq!(bank.read(&held).await["status"], "waiting_for_capture");
    bank.control.advance(Duration::days(7)).unwrap();
    assert_eq!(
        bank.read(&held).await["cancellation_details"]["reason"],
        "expired_on_capture"
    );
}

#[tokio::test]
async fn other_confirmations_and_methods() {
    let bank = Bank::with(|_| {}).await;
    let mut body = order();
    body["confirmation"] = json!({"type": "embedded"});
    let payment = bank.create("k1", &body).await;
    assert!(text(&payment, "/confirmation/confirmation_token").starts_with("ct-"));

    body["confirmation"] = json!({"type": "qr"});
    body["payment_method_data"] = json!({"type": "sbp"});
    let payment = bank.create("k2", &body).await;
    assert!(text(&payment, "/confirmation/confirmation_data").contains("/pay/"));
    let paid = bank.control.complete(&text(&payment, "/id")).unwrap();
    assert!(paid["payment_method"]["sbp_operation_id"].is_string());

    body["capture"] = json!(false);
    refused(
        bank.api(Method::POST, "/payments", Some("k3"), Some(&body))
            .await,
        400,
        "invalid_request",
    )
    .await;
}

#[tokio::test]
async fn refusals_have_the_documented_shape() {
    let bank = Bank::with(|_| {}).await;
    let url = format!("{}/v3/payments", bank.base);
    refused(
        bank.client.get(&url).send().await.unwrap(),
        401,
        "invalid_credentials",
    )
    .await;
    let wrong = bank
        .client
        .get(&url)
        .basic_auth(SHOP, Some("wrong"))
        .send()
        .await
        .unwrap();
    refused(wrong, 401, "invalid_credentials").await;
    let hidden = bank
        .client
        .get(format!("{}/v3/nothing", bank.base))
        .send()
        .await
        .unwrap();
    refused(hidden, 401, "invalid_credentials").await;

    refused(
        bank.api(Method::GET, "/payments/none", None, None).await,
        404,
        "not_found",
    )
    .await;
    refused(
        bank.api(Method::GET, "/nothing", None, None).await,
        404,
        "not_found",
    )
    .await;
    refused(
        bank.api(Method::DELETE, "/payments", None, None).await,
        405,
        "invalid_request",
    )
    .await;

    let answer = bank
        .api(Method::POST, "/payments", None, Some(&order()))
        .await;
    assert_eq!(
        refused(answer, 400, "invalid_request").await["parameter"],
        "Idempotence-Key"
    );
    let long = "k".repeat(65);
    refused(
        bank.api(Method::POST, "/payments", Some(&long), Some(&order()))
            .await,
        400,
        "invalid_request",
    )
    .await;

    let mut body = order();
    body["amount"]["value"] = json!("500.5");
    let answer = bank
        .api(Method::POST, "/payments", Some("k"), Some(&body))
        .await;
    assert_eq!(
        refused(answer, 400, "invalid_request").await["parameter"],
        "amount.value"
    );

    let mut body = order();
    body["payment_method_data"] =
        json!({"type": "bank_card", "card": {"number": "5555555555554444"}});
    refused(
        bank.api(Method::POST, "/payments", Some("k"), Some(&body))
            .await,
        403,
        "forbidden",
    )
    .await;

    let plain = bank
        .client
        .post(&url)
        .basic_auth(SHOP, Some(KEY))
        .header("Idempotence-Key", "k")
        .body("{}");
    refused(plain.send().await.unwrap(), 415, "invalid_request").await;
    let broken = bank
        .client
        .post(&url)
        .basic_auth(SHOP, Some(KEY))
        .header("Idempotence-Key", "k")
        .header("content-type", "application/json; charset=utf-8")
        .body("{");
    refused(broken.send().await.unwrap(), 400, "invalid_request").await;
    assert!(bank.control.payments().is_empty());
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let bank = Bank::with(|_| {}).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(bank.pending(&format!("k{number}"), true).await);
        bank.control.advance(Duration::seconds(1)).unwrap();
    }
    bank.control.complete(&ids[1]).unwrap();
    ids.reverse();

    let mut found = Vec::new();
    let mut query = String::from("limit=2");
    loop {
        let page = ok(bank
            .api(Method::GET, &format!("/payments?{query}"), None, None)
            .await)
        .await;
        assert_eq!(page["type"], "list");
        found.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| text(item, "/id")),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(found, ids);

    let since = text(&bank.read(&ids[2]).await, "/created_at");
    let count = async |query: String| {
        let page = ok(bank
            .api(Method::GET, &format!("/payments?{query}"), None, None)
            .await)
        .await;
        page["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count(format!("created_at.gte={since}")).await, 3);
    assert_eq!(count(format!("created_at.gt={since}")).await, 2);
    assert_eq!(count(format!("created_at.lt={since}")).await, 2);
    assert_eq!(count("status=succeeded".to_owned()).await, 1);
    assert_eq!(count(format!("captured_at.gte={since}")).await, 1);
    assert_eq!(count("payment_method=bank_card".to_owned()).await, 1);

    for bad in [
        "limit=0",
        "limit=101",
        "status=none",
        "cursor=none",
        "created_at.gte=today",
    ] {
        let answer = bank
            .api(Method::GET, &format!("/payments?{bad}"), None, None)
            .await;
        let parameter: Value = refused(answer, 400, "invalid_request").await["parameter"].clone();
        assert!(bad.starts_with(parameter.as_str().unwrap()));
    }
}

fn back(payment: &str, value: &str) -> Value {
    json!({
        "payment_id": payment,
        "amount": {"value": value, "currency": "RUB"},
        "metadata": {"refund_part": "7"},
        "receipt": {
            "customer": {"email": "a@example.com"},
            "items": [{"description": "Аванс", "quantity": 1, "vat_code": 12,
                "amount": {"value": value, "currency": "RUB"}}],
        },
    })
}

#[tokio::test]
async fn money_goes_back_until_nothing_is_left() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    let refund = async |key: &str, body: Value| {
        bank.api(Method::POST, "/refunds", Some(key), Some(&body))
            .await
    };
    refused(
        refund("r0", back(&id, "1.00")).await,
        400,
        "invalid_request",
    )
    .await;
    bank.control.complete(&id).unwrap();

    let first = ok(refund("r1", back(&id, "200.00")).await).await;
    assert_eq!(
        (&first["status"], &first["payment_id"]),
        (&json!("succeeded"), &json!(id))
    );
    assert_eq!(first["receipt_registration"], "pending");
    assert!(first["refund_authorization_details"]["rrn"].is_string());
    let again = ok(refund("r1", back(&id, "200.00")).await).await;
    assert_eq!(again["id"], first["id"]);
    refused(
        refund("r1", back(&id, "201.00")).await,
        400,
        "invalid_request",
    )
    .await;
    let payment = bank.read(&id).await;
    assert_eq!(payment["refunded_amount"]["value"], "200.00");
    assert_eq!(payment["refundable"], true);

    // A rouble at least goes back, and stays if not all goes.
    for wrong in ["0.99", "299.50"] {
        let answer = refund(&format!("r-{wrong}"), back(&id, wrong)).await;
        refused(answer, 400, "invalid_request").await;
    }

    // What waits counts too; what was refused does not.
    bank.control.set_refunds(RefundPlan::Hold);
    let waits = ok(refund("r2", back(&id, "300.00")).await).await;
    assert_eq!(waits["status"], "pending");
    refused(
        refund("r3", back(&id, "0.01")).await,
        400,
        "invalid_request",
    )
    .await;
    bank.control.set_refunds(RefundPlan::Cancel);
    let path = format!("/refunds/{}", text(&waits, "/id"));
    let canceled = ok(bank.api(Method::GET, &path, None, None).await).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(
        canceled["cancellation_details"]["reason"],
        "general_decline"
    );
    bank.control.set_refunds(RefundPlan::Succeed);
    ok(refund("r4", back(&id, "300.00")).await).await;
    let payment = bank.read(&id).await;
    assert_eq!(
        (&payment["refundable"], &payment["refunded_amount"]["value"]),
        (&json!(false), &json!("500.00"))
    );

    let list = format!("/refunds?payment_id={id}&limit=2");
    let page = ok(bank.api(Method::GET, &list, None, None).await).await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    assert!(page["next_cursor"].is_string());

    // Its receipt is not one of the payment.
    bank.control.advance(Duration::seconds(6)).unwrap();
    let of = async |query: String| {
        let path = format!("/receipts?{query}");
        ok(bank.api(Method::GET, &path, None, None).await).await["items"].clone()
    };
    let receipts = of(format!("refund_id={}", text(&first, "/id"))).await;
    assert_eq!(
        (&receipts[0]["type"], &receipts[0]["status"]),
        (&json!("refund"), &json!("succeeded"))
    );
    assert_eq!(of(format!("payment_id={id}")).await, json!([]));
}
