//! Payments of the API.

use super::receipt::Inside;
use super::refund::{self, Refund};
use super::{Amount, PAGE, Page, ReceivedAmount, YooKassa, at, taken};
use crate::acquirer::{
    Acquirer, AcquirerError, By, CreatePayment, CreateRefund, GatewayPayment, GatewayRefund,
    Listed, SavedCard,
};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use domain::payment::{CancelReason, GatewayStatus};
use domain::reconciliation::{Kind, Line};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[async_trait::async_trait]
impl Acquirer for YooKassa {
    fn name(&self) -> &'static str {
        "yookassa"
    }

    async fn create(&self, request: &CreatePayment) -> Result<GatewayPayment, AcquirerError> {
        let body = NewPayment::from(request);
        let made: Payment = self.post("/payments", &request.idem_key, &body).await?;
        made.try_into()
    }

    async fn get(&self, id: &str) -> Result<GatewayPayment, AcquirerError> {
        let found: Payment = self.one("/payments", id).await?;
        found.try_into()
    }

    async fn find(
        &self,
        payment_id: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Option<GatewayPayment>, AcquirerError> {
        let filter = [
            ("created_at.gte", moment(from)),
            ("created_at.lt", moment(until)),
        ];
        let named = |payment: Payment| {
            let id = payment.metadata.get("payment_id")?.as_str()?;
            (id == payment_id).then_some(payment)
        };
        let found = self.search("/payments", &filter, named).await?;
        found.map(TryInto::try_into).transpose()
    }

    async fn done(
        &self,
        kind: Kind,
        from: Timestamp,
        until: Timestamp,
        part: Option<&str>,
    ) -> Result<Listed, AcquirerError> {
        let (path, field) = match kind {
            Kind::Payment => ("/payments", "captured_at"),
            Kind::Refund => ("/refunds", "created_at"),
        };
        let (gte, lt) = (format!("{field}.gte"), format!("{field}.lt"));
        let mut query = vec![
            (gte.as_str(), moment(from)),
            (lt.as_str(), moment(until)),
            ("limit", PAGE.to_owned()),
        ];
        // A refund is listed by its creation and may be made days later; a payment by its capture.
        if kind == Kind::Payment {
            query.push(("status", "succeeded".to_owned()));
        }
        query.extend(part.map(|cursor| ("cursor", cursor.to_owned())));
        let page: Page<Done> = self.page(path, &query).await?;
        let line = |done: Done| Line {
            amount: done.amount.roubles(),
            object: done.id,
        };
        let next = page.next();
        let (made, other): (Vec<_>, Vec<_>) = page
            .items
            .into_iter()
            .partition(|done| done.status == "succeeded");
        let open = other
            .iter()
            .filter(|done| done.status != "canceled")
            .count();
        Ok(Listed {
            lines: made.into_iter().map(line).collect(),
            open,
            next,
        })
    }

    async fn refund(&self, request: &CreateRefund) -> Result<GatewayRefund, AcquirerError> {
        let body = refund::New::from(request);
        let made: Refund = self.post("/refunds", &request.idem_key, &body).await?;
        made.try_into()
    }

    async fn get_refund(&self, id: &str) -> Result<GatewayRefund, AcquirerError> {
        let found: Refund = self.one("/refunds", id).await?;
        found.try_into()
    }

    async fn refunds_of(&self, payment: &str) -> Result<Vec<GatewayRefund>, AcquirerError> {
        let filter = [("payment_id", payment.to_owned())];
        let found: Vec<Refund> = self.all("/refunds", &filter).await?;
        found.into_iter().map(TryInto::try_into).collect()
    }
}

/// What a comparison needs of a payment or a refund.
#[derive(Deserialize)]
struct Done {
    id: String,
    status: String,
    amount: ReceivedAmount,
}

/// A moment as the acquirer reads it.
fn moment(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp_micros(at.micros()).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[derive(Serialize)]
struct NewPayment<'a> {
    amount: Amount,
    capture: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<NewConfirmation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method_data: Option<MethodData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method_id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    save_payment_method: bool,
    description: &'a str,
    metadata: BTreeMap<&'static str, &'a str>,
    receipt: Inside<'a>,
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

impl<'a> From<&'a CreatePayment> for NewPayment<'a> {
    fn from(request: &'a CreatePayment) -> Self {
        let square = matches!(request.by, By::Sbp { square: true });
        let (data, token, save) = match &request.by {
            By::BankCard { save } => (Some("bank_card"), None, *save),
            By::Sbp { .. } => (Some("sbp"), None, false),
            By::YooMoney => (Some("yoo_money"), None, false),
            By::Saved { token } => (None, Some(token.expose_secret()), false),
        };
        Self {
            amount: request.amount.into(),
            capture: true,
            confirmation: data.map(|_| NewConfirmation {
                r#type: if square { "qr" } else { "redirect" },
                return_url: &request.return_url,
            }),
            payment_method_data: data.map(|r#type| MethodData { r#type }),
            payment_method_id: token,
            save_payment_method: save,
            description: &request.description,
            metadata: BTreeMap::from([
                ("payment_id", request.payment_id.as_str()),
                ("subscriber_id", request.subscriber_id.as_str()),
            ]),
            receipt: (&request.receipt).into(),
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
    #[serde(default)]
    captured_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Confirmation {
    #[serde(default, rename = "confirmation_url")]
    url: Option<String>,
    /// What the square has to say.
    #[serde(default, rename = "confirmation_data")]
    data: Option<String>,
}

impl Confirmation {
    /// Where the payer goes. It becomes a link, so it has to be an address of the web.
    fn address(self) -> Option<String> {
        let address = self.url.or(self.data)?;
        let scheme = url::Url::parse(&address).ok()?.scheme().to_owned();
        matches!(scheme.as_str(), "https" | "http").then_some(address)
    }
}

#[derive(Deserialize)]
struct Method {
    #[serde(default)]
    id: String,
    #[serde(default)]
    saved: bool,
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    last4: String,
    #[serde(default)]
    expiry_month: String,
    #[serde(default)]
    expiry_year: String,
    #[serde(default, rename = "card_type")]
    brand: String,
}

impl Card {
    fn last4(&self) -> Option<String> {
        let four = self.last4.len() == 4 && self.last4.bytes().all(|b| b.is_ascii_digit());
        four.then(|| self.last4.clone())
    }
}

impl Method {
    /// The card, when it was saved and can be told from others.
    fn saved(&self) -> Option<SavedCard> {
        let card = self
            .card
            .as_ref()
            .filter(|_| self.saved && !self.id.is_empty())?;
        let month = card
            .expiry_month
            .parse()
            .ok()
            .filter(|month| (1..=12).contains(month));
        let year = card
            .expiry_year
            .parse()
            .ok()
            .filter(|year| (2000..=2200).contains(year));
        Some(SavedCard {
            token: SecretString::from(self.id.clone()),
            brand: card.brand.chars().take(40).collect(),
            last4: card.last4()?,
            expires: month.zip(year),
        })
    }
}

#[derive(Deserialize)]
struct Cancellation {
    reason: String,
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
        let amount = wire.amount.roubles();
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
            confirmation_url: wire.confirmation.and_then(Confirmation::address),
            saved: wire.method.as_ref().and_then(Method::saved),
            card_last4: wire
                .method
                .and_then(|method| method.card)
                .and_then(|card| card.last4()),
            receipt: taken(wire.receipt_registration.as_deref()),
            captured_at: wire.captured_at.map(at),
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
        "permission_revoked" => CancelReason::PermissionRevoked,
        "issuer_unavailable" | "internal_timeout" => CancelReason::BankUnavailable,
        "expired_on_confirmation" | "expired_on_capture" => CancelReason::Expired,
        "canceled_by_merchant" => CancelReason::CanceledByMerchant,
        _ => CancelReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquirer::ReceiptTaken;
    use crate::fiscal::Content;
    use domain::receipt::{Line, Mode, Subject};
    use domain::{Email, Money};

    fn parse(status: u16, body: &[u8]) -> Result<GatewayPayment, AcquirerError> {
        super::super::parse::<Payment>(status, body)?.try_into()
    }

    fn request() -> CreatePayment {
        CreatePayment {
            idem_key: "k".into(),
            amount: Money::from_kopecks(50_050),
            payment_id: "p".into(),
            subscriber_id: "s".into(),
            description: "Пополнение".into(),
            return_url: "https://lk.example/payments/return/t".into(),
            receipt: Content {
                email: Email::parse("a@mail.ru").unwrap(),
                lines: vec![Line {
                    name: "Пополнение".into(),
                    sum: Money::from_kopecks(50_050),
                    vat_code: 12,
                    vat: Money::from_kopecks(9_025),
                    mode: Mode::Advance,
                    subject: Subject::Payment,
                }],
            },
            by: By::BankCard { save: false },
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
        assert_eq!(payment.receipt, ReceiptTaken::Yes);
        assert!(payment.saved.is_none(), "not saved");
        let saved = body.replace(r#""saved":false"#, r#""saved":true"#);
        let saved = parse(200, saved.as_bytes()).unwrap().saved.unwrap();
        assert_eq!(saved.token.expose_secret(), "m");
        assert_eq!(
            (saved.last4.as_str(), saved.expires),
            ("4444", Some((1, 2030)))
        );
    }

    #[test]
    fn each_means_is_asked_for_in_its_own_way() {
        let json = |by: By| {
            let request = CreatePayment { by, ..request() };
            serde_json::to_value(NewPayment::from(&request)).unwrap()
        };
        let card = json(By::BankCard { save: true });
        assert_eq!(card["payment_method_data"]["type"], "bank_card");
        assert_eq!(card["save_payment_method"], true);
        let sbp = json(By::Sbp { square: false });
        assert_eq!(sbp["payment_method_data"]["type"], "sbp");
        assert_eq!(sbp["confirmation"]["type"], "redirect");
        let square = json(By::Sbp { square: true });
        assert_eq!(square["payment_method_data"]["type"], "sbp");
        assert_eq!(square["confirmation"]["type"], "qr");
        assert_eq!(
            json(By::YooMoney)["payment_method_data"]["type"],
            "yoo_money"
        );
        let saved = json(By::Saved {
            token: SecretString::from("m"),
        });
        assert_eq!(saved["payment_method_id"], "m");
        for absent in ["confirmation", "payment_method_data", "save_payment_method"] {
            assert!(saved.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn what_becomes_a_link_is_an_address_of_the_web() {
        let address = |confirmation: &str| {
            let body = format!(
                r#"{{"id":"2a1","status":"pending","amount":{{"value":"1.00","currency":"RUB"}},"confirmation":{confirmation}}}"#
            );
            parse(200, body.as_bytes()).unwrap().confirmation_url
        };
        let square =
            r#"{"type":"qr","confirmation_data":"https://qr.nspk.ru/AS1?type=02&sum=100&cur=RUB"}"#;
        assert_eq!(
            address(square).as_deref(),
            Some("https://qr.nspk.ru/AS1?type=02&sum=100&cur=RUB")
        );
        let page = r#"{"type":"redirect","confirmation_url":"https://yoomoney.ru/pay"}"#;
        assert_eq!(address(page).as_deref(), Some("https://yoomoney.ru/pay"));
        for odd in [
            r#"{"type":"qr","confirmation_data":"javascript:alert(1)"}"#,
            r#"{"type":"qr","confirmation_data":"AS1"}"#,
            r#"{"type":"embedded","confirmation_token":"ct"}"#,
        ] {
            assert_eq!(address(odd), None, "{odd}");
        }
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
    fn an_unknown_status_is_no_answer() {
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
