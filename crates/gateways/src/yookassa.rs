//! The adapter to YooKassa API v3. Wire types and their spelling are known only here.
//!
//! A definite refusal (4xx) means that nothing happened; a lost answer or a 5xx means that the
//! outcome is unknown and the same request with the same key, or a look at the object, decides.

use crate::acquirer::{Acquirer, AcquirerError, CreatePayment, GatewayPayment};
use domain::Money;
use domain::payment::{CancelReason, GatewayStatus};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Where and as whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base address, `https://api.yookassa.ru/v3`.
    pub base_url: String,
    /// Shop id.
    pub shop_id: String,
    /// Secret key.
    pub secret_key: SecretString,
    /// How long a call may take.
    pub timeout: Duration,
}

/// The adapter.
#[derive(Debug)]
pub struct YooKassa {
    config: Config,
    client: reqwest::Client,
}

impl YooKassa {
    /// Sets up the client.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(config: Config) -> Result<Self, reqwest::Error> {
        let client =
            crate::http::client(Duration::from_secs(3).min(config.timeout), config.timeout)?;
        Ok(Self { config, client })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.config.base_url))
            .basic_auth(
                &self.config.shop_id,
                Some(self.config.secret_key.expose_secret()),
            )
    }
}

#[async_trait::async_trait]
impl Acquirer for YooKassa {
    fn name(&self) -> &'static str {
        "yookassa"
    }

    async fn create(&self, request: &CreatePayment) -> Result<GatewayPayment, AcquirerError> {
        let answer = self
            .request(reqwest::Method::POST, "/payments")
            .header("Idempotence-Key", &request.idem_key)
            .json(&NewPayment::from(request))
            .send()
            .await;
        read(answer).await
    }

    async fn get(&self, id: &str) -> Result<GatewayPayment, AcquirerError> {
        // Ids come from the acquirer, but also from notifications anyone can forge.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(AcquirerError::NotFound);
        }
        let answer = self
            .request(reqwest::Method::GET, &format!("/payments/{id}"))
            .send()
            .await;
        read(answer).await
    }
}

async fn read(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<GatewayPayment, AcquirerError> {
    let response = answer.map_err(|error| {
        if error.is_connect() {
            AcquirerError::NotSent(error.without_url().to_string())
        } else {
            AcquirerError::Unknown(error.without_url().to_string())
        }
    })?;
    let status = response.status();
    let body = response
        .bytes()
        .await
        .map_err(|error| AcquirerError::Unknown(error.without_url().to_string()))?;
    parse(status.as_u16(), &body)
}

/// Turns an answer into a payment or the reason why there is none.
fn parse(status: u16, body: &[u8]) -> Result<GatewayPayment, AcquirerError> {
    if status == 200 {
        let wire: Payment = serde_json::from_slice(body)
            .map_err(|error| AcquirerError::Unknown(format!("answer not understood: {error}")))?;
        return wire.try_into();
    }
    let wire: Failure = serde_json::from_slice(body).unwrap_or_default();
    match status {
        404 | 410 => Err(AcquirerError::NotFound),
        429 => Err(AcquirerError::TooMany {
            retry_after: wire
                .retry_after
                .map_or(5, |millis| (millis / 1000).clamp(1, 3600)),
        }),
        400..=499 => Err(AcquirerError::Refused {
            status,
            code: wire.code,
            description: wire.description,
        }),
        other => Err(AcquirerError::Unknown(format!(
            "status {other} {}",
            wire.code
        ))),
    }
}

#[derive(Serialize)]
struct Amount {
    value: String,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(sum: Money) -> Self {
        Self {
            value: sum.to_gateway(),
            currency: "RUB",
        }
    }
}

#[derive(Serialize)]
struct NewPayment<'a> {
    amount: Amount,
    capture: bool,
    confirmation: NewConfirmation<'a>,
    payment_method_data: MethodData,
    description: &'a str,
    metadata: BTreeMap<&'static str, &'a str>,
    receipt: NewReceipt<'a>,
}

#[derive(Serialize)]
struct NewConfirmation<'a> {
    r#type: &'static str,
    return_url: &'a str,
}

#[derive(Serialize)]
struct MethodData {
    r#type: &'static str,
}

#[derive(Serialize)]
struct NewReceipt<'a> {
    customer: Customer<'a>,
    items: [Item<'a>; 1],
}

#[derive(Serialize)]
struct Customer<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    description: &'a str,
    quantity: u8,
    amount: Amount,
    vat_code: i16,
    payment_mode: &'static str,
    payment_subject: &'static str,
}

impl<'a> From<&'a CreatePayment> for NewPayment<'a> {
    fn from(request: &'a CreatePayment) -> Self {
        Self {
            amount: request.amount.into(),
            capture: true,
            confirmation: NewConfirmation {
                r#type: "redirect",
                return_url: &request.return_url,
            },
            payment_method_data: MethodData {
                r#type: "bank_card",
            },
            description: &request.description,
            metadata: BTreeMap::from([
                ("payment_id", request.payment_id.as_str()),
                ("subscriber_id", request.subscriber_id.as_str()),
            ]),
            receipt: NewReceipt {
                customer: Customer {
                    email: request.receipt_email.as_str(),
                },
                items: [Item {
                    description: &request.description,
                    quantity: 1,
                    amount: request.amount.into(),
                    vat_code: request.vat_code,
                    payment_mode: "advance",
                    payment_subject: "payment",
                }],
            },
        }
    }
}

#[derive(Deserialize)]
struct Payment {
    id: String,
    status: String,
    amount: ReceivedAmount,
    #[serde(default)]
    confirmation: Option<Confirmation>,
    #[serde(default, rename = "payment_method")]
    method: Option<Method>,
    #[serde(default)]
    cancellation_details: Option<Cancellation>,
    #[serde(default)]
    metadata: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    receipt_registration: Option<String>,
}

#[derive(Deserialize)]
struct ReceivedAmount {
    value: String,
    currency: String,
}

#[derive(Deserialize)]
struct Confirmation {
    #[serde(default, rename = "confirmation_url")]
    url: Option<String>,
}

#[derive(Deserialize)]
struct Method {
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    last4: String,
}

#[derive(Deserialize)]
struct Cancellation {
    reason: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure {
    code: String,
    description: String,
    retry_after: Option<i64>,
}

impl TryFrom<Payment> for GatewayPayment {
    type Error = AcquirerError;

    fn try_from(wire: Payment) -> Result<Self, AcquirerError> {
        let status = match wire.status.as_str() {
            "pending" => GatewayStatus::Pending,
            "waiting_for_capture" => GatewayStatus::WaitingForCapture,
            "succeeded" => GatewayStatus::Succeeded,
            "canceled" => GatewayStatus::Canceled(
                wire.cancellation_details
                    .map_or(CancelReason::Other, |d| reason(&d.reason)),
            ),
            other => return Err(AcquirerError::Unknown(format!("unknown status {other}"))),
        };
        let amount = (wire.amount.currency == "RUB")
            .then(|| Money::parse_gateway(&wire.amount.value).ok())
            .flatten();
        let ours = |name: &str| {
            wire.metadata
                .get(name)
                .and_then(|value| value.as_str())
                .map(str::to_owned)
        };
        let (payment_id, subscriber_id) = (ours("payment_id"), ours("subscriber_id"));
        Ok(Self {
            id: wire.id,
            status,
            amount,
            payment_id,
            subscriber_id,
            confirmation_url: wire.confirmation.and_then(|c| c.url),
            card_last4: wire
                .method
                .and_then(|method| method.card)
                .map(|card| card.last4)
                .filter(|last4| last4.len() == 4 && last4.bytes().all(|b| b.is_ascii_digit())),
            receipt_accepted: matches!(
                wire.receipt_registration.as_deref(),
                Some("pending" | "succeeded")
            ),
        })
    }
}

/// The acquirer's reasons, gathered into what helps a payer.
fn reason(text: &str) -> CancelReason {
    match text {
        "insufficient_funds" => CancelReason::InsufficientFunds,
        "card_expired" => CancelReason::CardExpired,
        "3d_secure_failed" => CancelReason::ThreeDSecureFailed,
        "invalid_card_number" | "invalid_csc" => CancelReason::WrongCardData,
        "call_issuer" => CancelReason::CallIssuer,
        "payment_method_limit_exceeded"
        | "payment_method_restricted"
        | "country_forbidden"
        | "identification_required"
        | "unsupported_mobile_operator" => CancelReason::Restricted,
        "fraud_suspected" => CancelReason::FraudSuspected,
        "issuer_unavailable" | "internal_timeout" => CancelReason::BankUnavailable,
        "expired_on_confirmation" | "expired_on_capture" => CancelReason::Expired,
        "canceled_by_merchant" => CancelReason::CanceledByMerchant,
        _ => CancelReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Email;

    fn request() -> CreatePayment {
        CreatePayment {
            idem_key: "k".into(),
            amount: Money::from_kopecks(50_050),
            payment_id: "p".into(),
            subscriber_id: "s".into(),
            description: "Пополнение".into(),
            return_url: "https://lk.example/payments/return/t".into(),
            receipt_email: Email::parse("a@mail.ru").unwrap(),
            vat_code: 12,
        }
    }

    #[test]
    fn the_request_takes_the_money_in_one_stage_with_a_receipt_of_the_same_sum() {
        let json = serde_json::to_value(NewPayment::from(&request())).unwrap();
        assert_eq!(json["capture"], true);
        assert_eq!(
            json["amount"],
            serde_json::json!({"value": "500.50", "currency": "RUB"})
        );
        assert_eq!(json["receipt"]["items"][0]["amount"], json["amount"]);
        assert_eq!(json["receipt"]["items"][0]["payment_mode"], "advance");
        assert_eq!(json["metadata"]["payment_id"], "p");
    }

    #[test]
    fn reads_a_paid_payment() {
        let body = r#"{"id":"2a1","status":"succeeded","paid":true,
            "amount":{"value":"500.50","currency":"RUB"},"metadata":{"payment_id":"p"},
            "payment_method":{"type":"bank_card","id":"m","saved":false,
                "card":{"first6":"555555","last4":"4444","expiry_month":"01","expiry_year":"2030","card_type":"Mir"}},
            "receipt_registration":"pending","recipient":{"account_id":"1","gateway_id":"2"},
            "created_at":"2026-11-22T09:05:00.000Z","refundable":true,"test":true}"#;
        let payment = parse(200, body.as_bytes()).unwrap();
        assert_eq!(payment.status, GatewayStatus::Succeeded);
        assert_eq!(payment.amount, Some(Money::from_kopecks(50_050)));
        assert_eq!(payment.card_last4.as_deref(), Some("4444"));
        assert!(payment.receipt_accepted);
    }

    #[test]
    fn other_currencies_and_shapes_are_no_sum() {
        for amount in [
            r#"{"value":"500.50","currency":"USD"}"#,
            r#"{"value":"500.5","currency":"RUB"}"#,
        ] {
            let body = format!(r#"{{"id":"2a1","status":"pending","amount":{amount}}}"#);
            assert_eq!(parse(200, body.as_bytes()).unwrap().amount, None);
        }
    }

    #[test]
    fn only_definite_refusals_are_definite() {
        let refused = br#"{"type":"error","id":"e","code":"invalid_request","description":"x","parameter":"amount"}"#;
        assert!(matches!(
            parse(400, refused),
            Err(AcquirerError::Refused { status: 400, .. })
        ));
        assert!(matches!(
            parse(401, b"{}"),
            Err(AcquirerError::Refused { .. })
        ));
        assert!(matches!(parse(404, b"{}"), Err(AcquirerError::NotFound)));
        assert!(matches!(
            parse(429, br#"{"retry_after":1800}"#),
            Err(AcquirerError::TooMany { retry_after: 1 })
        ));
        for unclear in [500, 502, 503, 202, 302] {
            assert!(
                matches!(parse(unclear, b"<html>"), Err(AcquirerError::Unknown(_))),
                "{unclear}"
            );
        }
        assert!(matches!(
            parse(200, b"not json"),
            Err(AcquirerError::Unknown(_))
        ));
        assert!(matches!(
            parse(
                200,
                br#"{"id":"1","status":"new_status","amount":{"value":"1.00","currency":"RUB"}}"#
            ),
            Err(AcquirerError::Unknown(_))
        ));
    }

    #[test]
    fn unknown_reasons_are_other() {
        assert_eq!(
            reason("insufficient_funds"),
            CancelReason::InsufficientFunds
        );
        assert_eq!(reason("a_reason_of_next_year"), CancelReason::Other);
    }
}
