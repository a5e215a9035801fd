//! Receipts of the API: those that come with a payment and those sent after it.

use super::{Amount, ReceivedAmount, YooKassa, at};
use crate::acquirer::AcquirerError;
use crate::fiscal::{Content, FiscalProvider, Of, ProviderReceipt, Registration, Submit};
use domain::receipt::{Fiscal, Line};
use domain::{Money, Timestamp};
use serde::{Deserialize, Serialize};

#[async_trait::async_trait]
impl FiscalProvider for YooKassa {
    fn name(&self) -> &'static str {
        "yookassa"
    }

    async fn submit(&self, receipt: &Submit) -> Result<ProviderReceipt, AcquirerError> {
        let body = NewReceipt::from(receipt);
        let made: Receipt = self.post("/receipts", &receipt.idem_key, &body).await?;
        Ok(made.into())
    }

    async fn get(&self, id: &str) -> Result<ProviderReceipt, AcquirerError> {
        let found: Receipt = self.one("/receipts", id).await?;
        Ok(found.into())
    }

    async fn all(&self, of: &Of) -> Result<Vec<ProviderReceipt>, AcquirerError> {
        let (name, id) = match of {
            Of::Payment(id) => ("payment_id", id),
            Of::Refund(id) => ("refund_id", id),
        };
        let found: Vec<Receipt> = self.all("/receipts", &[(name, id.clone())]).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}

/// A receipt inside a payment or a refund, or the same part of one sent by itself.
#[derive(Serialize)]
pub(super) struct Inside<'a> {
    customer: Customer<'a>,
    items: Vec<Item<'a>>,
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
    /// Single things and services [2108]; a must for registers of the format 1.2.
    measure: &'static str,
}

#[derive(Serialize)]
struct NewReceipt<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<&'a str>,
    send: bool,
    #[serde(flatten)]
    inside: Inside<'a>,
    settlements: Vec<Settlement>,
}

#[derive(Serialize)]
struct Settlement {
    r#type: &'static str,
    amount: Amount,
}

impl<'a> From<&'a Content> for Inside<'a> {
    fn from(content: &'a Content) -> Self {
        Self {
            customer: Customer {
                email: content.email.as_str(),
            },
            items: content.lines.iter().map(Item::from).collect(),
        }
    }
}

impl<'a> From<&'a Line> for Item<'a> {
    fn from(line: &'a Line) -> Self {
        Self {
            description: &line.name,
            quantity: 1,
            amount: line.sum.into(),
            vat_code: line.vat_code,
            payment_mode: line.mode.code(),
            payment_subject: line.subject.code(),
            measure: "piece",
        }
    }
}

impl<'a> From<&'a Submit> for NewReceipt<'a> {
    fn from(receipt: &'a Submit) -> Self {
        let settled = receipt.settled;
        let settlements = [
            ("cashless", settled.cashless),
            ("prepayment", settled.prepaid),
            ("postpayment", settled.credit),
        ];
        let (r#type, payment_id, refund_id) = match &receipt.of {
            Of::Payment(id) => ("payment", Some(id.as_str()), None),
            Of::Refund(id) => ("refund", None, Some(id.as_str())),
        };
        Self {
            r#type,
            payment_id,
            refund_id,
            send: true,
            inside: (&receipt.content).into(),
            settlements: settlements
                .into_iter()
                .filter(|(_, sum)| sum.is_positive())
                .map(|(r#type, sum)| Settlement {
                    r#type,
                    amount: sum.into(),
                })
                .collect(),
        }
    }
}

#[derive(Deserialize)]
struct Receipt {
    id: String,
    status: String,
    #[serde(default)]
    items: Vec<ReceivedItem>,
    #[serde(default, rename = "fiscal_storage_number")]
    storage: Option<String>,
    #[serde(default, rename = "fiscal_document_number")]
    document: Option<String>,
    #[serde(default, rename = "fiscal_attribute")]
    attribute: Option<String>,
    #[serde(default)]
    registered_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Deserialize)]
struct ReceivedItem {
    #[serde(default)]
    description: String,
    amount: ReceivedAmount,
    #[serde(default)]
    quantity: Option<serde_json::Number>,
    #[serde(default)]
    payment_mode: String,
}

impl ReceivedItem {
    /// What it comes to. We sell everything by one.
    fn sum(&self) -> Option<Money> {
        let one = self.quantity.as_ref()?.as_f64() == Some(1.0);
        one.then(|| self.amount.roubles()).flatten()
    }
}

impl From<Receipt> for ProviderReceipt {
    fn from(wire: Receipt) -> Self {
        let total = wire
            .items
            .iter()
            .map(ReceivedItem::sum)
            .sum::<Option<Money>>();
        let says = wire
            .items
            .into_iter()
            .map(|item| (item.payment_mode, item.description));
        let registration = match wire.status.as_str() {
            "pending" => Registration::Pending,
            "canceled" => Registration::Refused,
            "succeeded" => {
                let fiscal = Fiscal {
                    storage: wire.storage.unwrap_or_default(),
                    document: wire.document.unwrap_or_default(),
                    attribute: wire.attribute.unwrap_or_default(),
                    at: wire.registered_at.map_or_else(Timestamp::default, at),
                };
                // Without its numbers nobody could check it: they may come.
                if fiscal.is_sound() && wire.registered_at.is_some() {
                    Registration::Done(fiscal)
                } else {
                    Registration::Unclear
                }
            }
            _ => Registration::Unclear,
        };
        Self {
            id: wire.id,
            registration,
            total,
            says: says.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Email;
    use domain::receipt::{Mode, Settled, Subject};

    fn parse(body: &str) -> Result<ProviderReceipt, AcquirerError> {
        super::super::parse::<Receipt>(200, body.as_bytes()).map(Into::into)
    }

    const REGISTERED: &str = r#"{"id":"rt-1","type":"payment","payment_id":"p","status":"succeeded",
        "fiscal_document_number":"3986","fiscal_storage_number":"9288000100115785",
        "fiscal_attribute":"2617603921","registered_at":"2026-05-13T17:56:00.000+03:00",
        "fiscal_provider_id":"fd9e9404","settlements":[],
        "items":[{"description":"Аванс","quantity":1.000,"vat_code":12,"payment_mode":"advance",
            "amount":{"value":"500.50","currency":"RUB"}}]}"#;

    #[test]
    fn reads_a_registered_receipt() {
        let receipt = parse(REGISTERED).unwrap();
        assert_eq!(receipt.total, Some(Money::from_kopecks(50_050)));
        assert_eq!(receipt.says, [("advance".into(), "Аванс".into())]);
        let Registration::Done(fiscal) = receipt.registration else {
            panic!("registered");
        };
        assert_eq!(fiscal.document, "3986");
        assert_eq!(fiscal.at, Timestamp::from_micros(1_778_684_160_000_000));
    }

    #[test]
    fn what_cannot_be_checked_is_not_registered() {
        for (good, bad) in [
            (r#""3986""#, r#""""#),
            (r#""2617603921""#, r#""26&n=2""#),
            (r#""2026-05-13T17:56:00.000+03:00""#, "null"),
            (r#""succeeded""#, r#""registered""#),
        ] {
            let body = REGISTERED.replace(good, bad);
            let read = parse(&body).unwrap();
            assert_eq!(read.registration, Registration::Unclear, "{bad}");
        }
        let waits = REGISTERED.replace("succeeded", "pending");
        assert_eq!(parse(&waits).unwrap().registration, Registration::Pending);
        let refused = REGISTERED.replace("succeeded", "canceled");
        assert_eq!(parse(&refused).unwrap().registration, Registration::Refused);
        let two = REGISTERED.replace("1.000", "2");
        assert_eq!(parse(&two).unwrap().total, None);
    }

    #[test]
    fn a_receipt_after_its_payment_says_how_it_was_settled() {
        let mut submit = Submit {
            idem_key: "k".into(),
            of: Of::Payment("2a1".into()),
            settled: Settled {
                cashless: Money::from_kopecks(50_050),
                ..Settled::default()
            },
            content: Content {
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
        };
        let json = serde_json::to_value(NewReceipt::from(&submit)).unwrap();
        assert_eq!(json["type"], "payment");
        assert_eq!(json["payment_id"], "2a1");
        assert_eq!(json["send"], true);
        assert_eq!(json["customer"]["email"], "a@mail.ru");
        assert_eq!(json["items"][0]["payment_mode"], "advance");
        assert_eq!(json["items"][0]["payment_subject"], "payment");
        assert_eq!(json["settlements"][0]["type"], "cashless");
        assert_eq!(json["settlements"][0]["amount"], json["items"][0]["amount"]);
        assert!(json.get("refund_id").is_none());
        let back = Submit {
            of: Of::Refund("9b2".into()),
            ..submit.clone()
        };
        let json = serde_json::to_value(NewReceipt::from(&back)).unwrap();
        assert_eq!(
            (&json["type"], &json["refund_id"]),
            (&"refund".into(), &"9b2".into())
        );
        assert!(json.get("payment_id").is_none());
        submit.settled = Settled {
            cashless: Money::ZERO,
            prepaid: Money::from_kopecks(50_000),
            credit: Money::from_kopecks(50),
        };
        let json = serde_json::to_value(NewReceipt::from(&submit)).unwrap();
        let types: Vec<_> = [0, 1]
            .map(|n| json["settlements"][n]["type"].clone())
            .into();
        assert_eq!(types, ["prepayment", "postpayment"]);
        assert_eq!(json["settlements"][1]["amount"]["value"], "0.50");
        assert!(json["settlements"].get(2).is_none());
    }
}
