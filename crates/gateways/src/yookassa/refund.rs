//! Refunds of the API.

use super::receipt::Inside;
use super::{Amount, ReceivedAmount, at, taken};
use crate::acquirer::{AcquirerError, CreateRefund, GatewayRefund};
use chrono::{DateTime, Utc};
use domain::refund::GatewayRefundStatus;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under this name our id is carried along.
const PART: &str = "refund_part_id";
/// And whose it is.
const SUBSCRIBER: &str = "subscriber_id";

#[derive(Serialize)]
pub(super) struct New<'a> {
    payment_id: &'a str,
    amount: Amount,
    description: &'a str,
    receipt: Inside<'a>,
    metadata: BTreeMap<&'static str, &'a str>,
}

impl<'a> From<&'a CreateRefund> for New<'a> {
    fn from(request: &'a CreateRefund) -> Self {
        Self {
            payment_id: &request.payment,
            amount: request.amount.into(),
            description: &request.description,
            receipt: (&request.receipt).into(),
            metadata: BTreeMap::from([
                (PART, request.idem_key.as_str()),
                (SUBSCRIBER, request.subscriber_id.as_str()),
            ]),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Refund {
    id: String,
    status: String,
    amount: ReceivedAmount,
    #[serde(default)]
    metadata: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    receipt_registration: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

impl TryFrom<Refund> for GatewayRefund {
    type Error = AcquirerError;

    fn try_from(wire: Refund) -> Result<Self, AcquirerError> {
        let status = match wire.status.as_str() {
            "pending" => GatewayRefundStatus::Pending,
            "succeeded" => GatewayRefundStatus::Succeeded,
            "canceled" => GatewayRefundStatus::Canceled,
            other => return Err(AcquirerError::Unknown(format!("unknown status {other}"))),
        };
        let ours = |name: &str| {
            let value = wire.metadata.get(name);
            value.and_then(|id| id.as_str()).map(str::to_owned)
        };
        let (part_id, subscriber_id) = (ours(PART), ours(SUBSCRIBER));
        Ok(Self {
            id: wire.id,
            status,
            amount: wire.amount.roubles(),
            part_id,
            subscriber_id,
            receipt: taken(wire.receipt_registration.as_deref()),
            made_at: wire.created_at.map(at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquirer::ReceiptTaken;
    use crate::fiscal::Content;
    use domain::receipt::{Line, Mode, Subject};
    use domain::{Email, Money};

    fn parse(body: &str) -> Result<GatewayRefund, AcquirerError> {
        super::super::parse::<Refund>(200, body.as_bytes())?.try_into()
    }

    #[test]
    fn reads_what_the_api_documents() {
        let body = r#"{"id":"216749f7-0016-50be-b000-078d43a63ae4","status":"succeeded",
            "amount":{"value":"2.00","currency":"RUB"},"created_at":"2026-10-04T19:27:51.407Z",
            "payment_id":"216749da-000f-50be-b000-096747fad91e",
            "cancellation_details":null,"receipt_registration":"pending",
            "metadata":{"refund_part_id":"p"}}"#;
        let body = body.replace(r#""cancellation_details":null,"#, "");
        let refund = parse(&body).unwrap();
        assert_eq!(refund.status, GatewayRefundStatus::Succeeded);
        assert_eq!(refund.amount, Some(Money::from_roubles(2)));
        assert_eq!(refund.part_id.as_deref(), Some("p"));
        assert_eq!(refund.receipt, ReceiptTaken::Yes);
        let canceled = body.replace(
            r#""status":"succeeded""#,
            r#""status":"canceled","cancellation_details":{"party":"yoo_money","reason":"insufficient_funds"}"#,
        );
        let canceled = parse(&canceled).unwrap();
        assert_eq!(canceled.status, GatewayRefundStatus::Canceled);
        let odd = body.replace("succeeded", "almost");
        assert!(matches!(parse(&odd), Err(AcquirerError::Unknown(_))));
        let dollars = body.replace("RUB", "USD");
        assert_eq!(parse(&dollars).unwrap().amount, None);
    }

    #[test]
    fn asks_with_a_receipt_of_the_same_sum() {
        let request = CreateRefund {
            idem_key: "k".into(),
            subscriber_id: "s".into(),
            payment: "2a1".into(),
            amount: Money::from_kopecks(20_050),
            description: "Возврат".into(),
            receipt: Content {
                email: Email::parse("a@mail.ru").unwrap(),
                lines: vec![Line {
                    name: "Пополнение".into(),
                    sum: Money::from_kopecks(20_050),
                    vat_code: 12,
                    vat: Money::from_kopecks(3_616),
                    mode: Mode::Advance,
                    subject: Subject::Payment,
                }],
            },
        };
        let json = serde_json::to_value(New::from(&request)).unwrap();
        assert_eq!(json["payment_id"], "2a1");
        assert_eq!(json["amount"]["value"], "200.50");
        assert_eq!(json["receipt"]["items"][0]["amount"], json["amount"]);
        assert_eq!(json["receipt"]["items"][0]["payment_mode"], "advance");
        assert_eq!(json["metadata"][PART], "k");
        assert_eq!(json["metadata"][SUBSCRIBER], "s");
    }
}
