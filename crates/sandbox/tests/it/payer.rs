//! The payer's side: the pages, the cards, the bank's question, the way back.

use chrono::Duration;
use reqwest::{Method, Response};
use sandbox::{OutcomeRule, Reason};
use serde_json::json;

use crate::support::{Bank, RETURN_URL, location, order, text};

fn card(number: &str) -> String {
    format!(
        "number={}&expiry=12%2F40&code=987",
        number.replace(' ', "+")
    )
}

async fn page(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    let headers = response.headers().clone();
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    response.text().await.unwrap()
}

#[tokio::test]
async fn the_page_says_what_is_paid_and_escapes_it() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    let response = bank.get(&format!("/pay/{id}")).await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("form-action 'self' http://shop.localhost:3000;"),
        "{policy}"
    );
    let html = page(response, 200).await;
    for part in [
        "Оплатить 500\u{a0}₽",
        "деньги не списываются",
        "Пополнение &lt;счёта&gt;",
        "Отменить и вернуться в магазин",
        "shop.localhost",
        "<details",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("<script"));

    let filled = page(
        bank.get(&format!("/pay/{id}?card=5555555555554600")).await,
        200,
    )
    .await;
    assert!(filled.contains(r#"value="5555 5555 5555 4600""#));
    let strange = page(
        bank.get(&format!("/pay/{id}?card=4111111111111111")).await,
        200,
    )
    .await;
    assert!(!strange.contains("4111"));
    page(bank.get("/pay/none").await, 404).await;
}

#[tokio::test]
async fn a_good_card_pays_once() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    let path = format!("/pay/{id}");
    assert_eq!(
        location(&bank.post(&path, &card("5555 5555 5555 4444")).await),
        RETURN_URL
    );
    let payment = bank.read(&id).await;
    assert_eq!(payment["status"], "succeeded");
    assert_eq!(payment["paid"], true);
    assert_eq!(
        payment["payment_method"]["card"],
        json!({"first6": "555555", "last4": "4444", "expiry_month": "12", "expiry_year": "2040",
            "card_type": "MasterCard", "issuer_country": "RU"})
    );
    assert_eq!(
        payment["authorization_details"]["three_d_secure"]["applied"],
        false
    );

    let again = page(bank.post(&path, &card("5555 5555 5555 4600")).await, 200).await;
    assert!(again.contains("Оплата принята") && again.contains("Вернуться в магазин"));
    assert!(
        page(bank.get(&path).await, 200)
            .await
            .contains("Оплата принята")
    );
    assert_eq!(bank.read(&id).await["status"], "succeeded");
}

#[tokio::test]
async fn declines_come_back_with_their_reason() {
    let bank = Bank::with(|_| {}).await;
    let cards = [
        ("5555555555554600", "payment_network", "insufficient_funds"),
        ("5555555555554543", "payment_network", "card_expired"),
        ("5555555555554535", "payment_network", "call_issuer"),
        ("5555555555554568", "yoo_money", "fraud_suspected"),
        ("5555555555554527", "yoo_money", "internal_timeout"),
    ];
    for (number, party, reason) in cards {
        let id = bank.pending(number, true).await;
        assert_eq!(
            location(&bank.post(&format!("/pay/{id}"), &card(number)).await),
            RETURN_URL
        );
        let payment = bank.read(&id).await;
        assert_eq!(payment["status"], "canceled");
        assert_eq!(
            payment["cancellation_details"],
            json!({"party": party, "reason": reason})
        );
        assert!(
            page(bank.get(&format!("/pay/{id}")).await, 200)
                .await
                .contains("не прошёл")
        );
    }
}

#[tokio::test]
async fn mistakes_are_named_beside_the_field() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    let path = format!("/pay/{id}");
    let html = page(
        bank.post(&path, "number=5555+5555+5555+4445&expiry=01%2F20&code=987")
            .await,
        422,
    )
    .await;
    for part in [
        "Проверьте номер карты",
        "Срок этой карты прошёл",
        r#"value="5555 5555 5555 4445""#,
        r#"value="01/20""#,
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("987"), "the code is never shown again");
    let html = page(bank.post(&path, &card("4111 1111 1111 1111")).await, 422).await;
    assert!(html.contains("не тестовая карта"));
    let html = page(
        bank.post(&path, "number=%22%3E%3Cscript%3E&expiry=&code=")
            .await,
        422,
    )
    .await;
    assert!(!html.contains("<script"));
    assert_eq!(bank.read(&id).await["status"], "pending");
}

#[tokio::test]
async fn the_bank_asks_for_a_code() {
    let bank = Bank::with(|_| {}).await;
    for (form, reason) in [("code=1234", None), ("code=0000", Some("3d_secure_failed"))] {
        let id = bank.pending(form, true).await;
        let challenge = format!("/pay/{id}/3ds");
        assert_eq!(
            location(
                &bank
                    .post(&format!("/pay/{id}"), &card("5555 5555 5555 4477"))
                    .await
            ),
            challenge
        );
        assert_eq!(bank.read(&id).await["status"], "pending");
        assert!(
            page(bank.get(&challenge).await, 200)
                .await
                .contains("Отказаться")
        );
        assert!(
            page(bank.post(&challenge, "code=").await, 422)
                .await
                .contains("Введите код")
        );
        assert_eq!(location(&bank.post(&challenge, form).await), RETURN_URL);
        let payment = bank.read(&id).await;
        assert_eq!(payment["cancellation_details"]["reason"].as_str(), reason);
        assert_eq!(payment["payment_method"]["card"]["last4"], "4477");
    }
    let id = bank.pending("refuse", true).await;
    bank.post(&format!("/pay/{id}"), &card("5555 5555 5555 4477"))
        .await;
    assert_eq!(
        location(&bank.post(&format!("/pay/{id}/refuse"), "").await),
        RETURN_URL
    );
    assert_eq!(
        bank.read(&id).await["cancellation_details"]["reason"],
        "3d_secure_failed"
    );
}

#[tokio::test]
async fn a_slow_bank_sends_the_payer_back_at_once() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    assert_eq!(
        location(
            &bank
                .post(&format!("/pay/{id}"), &card("5555 5555 5555 4519"))
                .await
        ),
        RETURN_URL
    );
    assert_eq!(bank.read(&id).await["status"], "pending");
    assert!(
        page(bank.get(&format!("/pay/{id}")).await, 200)
            .await
            .contains("Банк проверяет")
    );
    bank.control.advance(Duration::seconds(61)).unwrap();
    assert_eq!(bank.read(&id).await["status"], "succeeded");
}

#[tokio::test]
async fn leaving_cancels_and_is_calm_afterwards() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    assert_eq!(
        location(&bank.post(&format!("/pay/{id}/cancel"), "").await),
        RETURN_URL
    );
    assert_eq!(bank.read(&id).await["status"], "canceled");
    assert!(
        page(bank.post(&format!("/pay/{id}/cancel"), "").await, 200)
            .await
            .contains("Платёж отменён")
    );
    assert!(
        page(
            bank.post(&format!("/pay/{id}"), &card("5555555555554444"))
                .await,
            200
        )
        .await
        .contains("отменён")
    );
}

#[tokio::test]
async fn sbp_has_no_card_and_no_way_back_is_fine() {
    let bank = Bank::with(|_| {}).await;
    let mut body = order();
    body["payment_method_data"] = json!({"type": "sbp"});
    body["confirmation"] = json!({"type": "qr"});
    let id = text(&bank.create("k", &body).await, "/id");
    let html = page(bank.get(&format!("/pay/{id}")).await, 200).await;
    assert!(html.contains("Оплатить через СБП") && !html.contains("Номер карты"));
    let html = page(
        bank.post(&format!("/pay/{id}"), "outcome=success").await,
        200,
    )
    .await;
    assert!(html.contains("Оплата принята"));
    assert_eq!(bank.read(&id).await["payment_method"]["type"], "sbp");
}

#[tokio::test]
async fn an_outcome_overrides_the_card() {
    let bank = Bank::with(|_| {}).await;
    bank.control.set_outcome(Some(OutcomeRule {
        reason: Some(Reason::IssuerUnavailable),
        times: Some(1),
    }));
    for (key, status) in [("a", "canceled"), ("b", "succeeded")] {
        let id = bank.pending(key, true).await;
        bank.post(&format!("/pay/{id}"), &card("5555555555554444"))
            .await;
        assert_eq!(bank.read(&id).await["status"], status);
    }
}

#[tokio::test]
async fn the_start_page_controls_only_when_allowed() {
    let bank = Bank::with(|_| {}).await;
    let id = bank.pending("k", true).await;
    let html = page(bank.get("/").await, 200).await;
    assert!(html.contains(&id) && html.contains("Сбои по заказу"));
    assert_eq!(
        location(&bank.post("/actions/complete", &format!("id={id}")).await),
        "/"
    );
    assert_eq!(bank.read(&id).await["status"], "succeeded");
    let stranger = bank
        .client
        .post(format!("{}/actions/reset", bank.base))
        .header("sec-fetch-site", "cross-site");
    assert_eq!(stranger.send().await.unwrap().status(), 403);

    let closed = Bank::with(|config| config.control = false).await;
    let id = closed.pending("k", true).await;
    assert!(!page(closed.get("/").await, 200).await.contains(&id));
    assert_eq!(
        closed
            .post("/actions/complete", &format!("id={id}"))
            .await
            .status(),
        404
    );
    assert_eq!(
        closed
            .api(Method::GET, "/../control/state", None, None)
            .await
            .status(),
        404
    );
}
