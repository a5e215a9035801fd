//! Reads a receipt: somebody to send it to, items, sums that agree.
//! It may not keep the customer's contacts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ApiError;
use crate::money::Kopecks;
use crate::request::{Object, amount, present, text};

const MAX_ITEMS: usize = 80;
const MAX_ITEM_NAME: usize = 128;
const MAX_EMAIL: usize = 254;

const MODES: [&str; 7] = [
    "full_prepayment",
    "partial_prepayment",
    "advance",
    "full_payment",
    "partial_payment",
    "credit",
    "credit_payment",
];
/// The subjects that a shop of services has.
const SUBJECTS: [&str; 5] = ["commodity", "job", "service", "payment", "another"];
/// The measures that a shop of services has.
const MEASURES: [&str; 4] = ["piece", "day", "hour", "another"];
const SETTLEMENTS: [&str; 4] = ["cashless", "prepayment", "postpayment", "consideration"];

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) description: String,
    /// In thousandths.
    pub(crate) quantity: i64,
    pub(crate) price: Kopecks,
    pub(crate) vat_code: i64,
    pub(crate) mode: Option<String>,
    pub(crate) subject: Option<String>,
}

/// By what a receipt was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub(crate) by: String,
    pub(crate) amount: Kopecks,
}

/// What a receipt belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum About {
    Payment { payment_id: String },
    Refund { refund_id: String },
}

impl About {
    pub(crate) fn payment(id: &str) -> Self {
        Self::Payment {
            payment_id: id.to_owned(),
        }
    }

    pub(crate) fn refund(id: &str) -> Self {
        Self::Refund {
            refund_id: id.to_owned(),
        }
    }
}

/// A checked request to register a receipt of its own.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) about: About,
    pub(crate) items: Vec<Item>,
    pub(crate) settlements: Vec<Settled>,
}

/// The items of a receipt that comes with a payment or a refund; nothing when there is none.
pub(crate) fn within(body: &Object, paid: Kopecks) -> Result<Option<Vec<Item>>, ApiError> {
    let Some(receipt) = present(body, "receipt") else {
        return Ok(None);
    };
    let receipt = receipt
        .as_object()
        .ok_or_else(|| ApiError::invalid("receipt", "An object is expected"))?;
    let (items, total) = read(receipt, "receipt.")?;
    if total != paid {
        return Err(ApiError::invalid(
            "receipt.items",
            "The items do not add up to the sum",
        ));
    }
    Ok(Some(items))
}

/// A receipt that comes by itself.
pub(crate) fn order(body: &Object) -> Result<Order, ApiError> {
    let id = |name: &str| {
        text(body, name, 36)?
            .ok_or_else(|| ApiError::invalid(name, "What it belongs to is missing"))
    };
    let about = match present(body, "type").and_then(Value::as_str) {
        Some("payment") => About::payment(&id("payment_id")?),
        Some("refund") => About::refund(&id("refund_id")?),
        _ => {
            return Err(ApiError::invalid("type", "payment or refund is expected"));
        }
    };
    if present(body, "send").and_then(Value::as_bool) != Some(true) {
        return Err(ApiError::invalid("send", "Only true is possible"));
    }
    let (items, total) = read(body, "")?;
    let settlements = present(body, "settlements")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| ApiError::invalid("settlements", "At least one is expected"))?;
    let settlements = settlements
        .iter()
        .enumerate()
        .map(|(index, value)| settlement(value, index))
        .collect::<Result<Vec<_>, _>>()?;
    if sum(settlements.iter().map(|settled| settled.amount)) != Some(total) {
        return Err(ApiError::invalid(
            "settlements",
            "The settlements do not add up to the items",
        ));
    }
    Ok(Order {
        about,
        items,
        settlements,
    })
}

/// The items and what they come to together.
fn read(receipt: &Object, at: &str) -> Result<(Vec<Item>, Kopecks), ApiError> {
    customer(receipt, at)?;
    let wrong = |text: &str| ApiError::invalid(format!("{at}items"), text);
    let lines = present(receipt, "items")
        .and_then(Value::as_array)
        .filter(|items| (1..=MAX_ITEMS).contains(&items.len()))
        .ok_or_else(|| wrong("1 to 80 items are expected"))?;
    let mut items = Vec::new();
    let mut sums = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let (item, sum) = item(line, &format!("{at}items[{index}]"))?;
        items.push(item);
        sums.push(sum);
    }
    let total = sum(sums).ok_or_else(|| wrong("The sum is too large"))?;
    Ok((items, total))
}

fn sum(sums: impl IntoIterator<Item = Kopecks>) -> Option<Kopecks> {
    let mut sums = sums.into_iter();
    let first = sums.next()?;
    sums.try_fold(first, Kopecks::checked_add)
}

fn customer(receipt: &Object, at: &str) -> Result<(), ApiError> {
    let wrong = || {
        ApiError::invalid(
            format!("{at}customer"),
            "An e-mail or a phone of the customer is expected",
        )
    };
    let customer = present(receipt, "customer")
        .and_then(Value::as_object)
        .ok_or_else(wrong)?;
    let email = text(customer, "email", MAX_EMAIL)?;
    let phone = text(customer, "phone", MAX_EMAIL)?;
    let email_fits = email.as_deref().is_none_or(|email| {
        email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    });
    let phone_fits = phone.as_deref().is_none_or(|phone| {
        (4..=15).contains(&phone.len()) && phone.bytes().all(|byte| byte.is_ascii_digit())
    });
    if (email.is_none() && phone.is_none()) || !email_fits || !phone_fits {
        return Err(wrong());
    }
    Ok(())
}

/// A line, and what it comes to.
fn item(line: &Value, at: &str) -> Result<(Item, Kopecks), ApiError> {
    let wrong = |name: &str, text: &str| ApiError::invalid(format!("{at}.{name}"), text);
    let line = line
        .as_object()
        .ok_or_else(|| ApiError::invalid(at, "An object is expected"))?;
    let description = text(line, "description", MAX_ITEM_NAME)?.unwrap_or_default();
    if description.is_empty() {
        return Err(wrong("description", "The name is missing"));
    }
    let vat_code = present(line, "vat_code")
        .and_then(Value::as_i64)
        .filter(|code| (1..=12).contains(code))
        .ok_or_else(|| wrong("vat_code", "A code from 1 to 12 is expected"))?;
    let quantity = present(line, "quantity")
        .and_then(thousandths)
        .ok_or_else(|| {
            wrong(
                "quantity",
                "A number above zero with at most 3 decimals is expected",
            )
        })?;
    let price = present(line, "amount").ok_or_else(|| wrong("amount", "The price is missing"))?;
    let price = amount(price, &format!("{at}.amount"))?;
    let sum = price
        .times_thousandths(quantity)
        .ok_or_else(|| wrong("amount", "The sum is too large"))?;
    let one_of = |name: &str, known: &[&str]| match text(line, name, MAX_ITEM_NAME)? {
        Some(value) if !known.contains(&value.as_str()) => {
            Err(wrong(name, "There is no such value"))
        }
        found => Ok(found),
    };
    one_of("measure", &MEASURES)?;
    let item = Item {
        description,
        quantity,
        price,
        vat_code,
        mode: one_of("payment_mode", &MODES)?,
        subject: one_of("payment_subject", &SUBJECTS)?,
    };
    Ok((item, sum))
}

fn settlement(value: &Value, index: usize) -> Result<Settled, ApiError> {
    let at = format!("settlements[{index}]");
    let settled = value
        .as_object()
        .ok_or_else(|| ApiError::invalid(at.clone(), "An object is expected"))?;
    let by = present(settled, "type")
        .and_then(Value::as_str)
        .filter(|by| SETTLEMENTS.contains(by))
        .ok_or_else(|| {
            ApiError::invalid(
                format!("{at}.type"),
                "cashless, prepayment, postpayment or consideration is expected",
            )
        })?;
    let sum = present(settled, "amount")
        .ok_or_else(|| ApiError::invalid(format!("{at}.amount"), "The sum is missing"))?;
    Ok(Settled {
        by: by.to_owned(),
        amount: amount(sum, &format!("{at}.amount"))?,
    })
}

/// Reads a quantity, a JSON number or a string of one, into whole thousandths without floating point.
fn thousandths(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 5 || part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let number: i64 = format!("{whole}{part:0<3}").parse().ok()?;
    (number > 0).then_some(number)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::{About, order, thousandths, within};
    use crate::money::Kopecks;
    use serde_json::{Value, json};

    fn passes(receipt: &Value) -> bool {
        let body = json!({ "receipt": receipt });
        within(
            body.as_object().expect("an object"),
            Kopecks::from_roubles(500),
        )
        .is_ok()
    }

    #[test]
    fn sums_and_contacts_are_checked() {
        let item = json!({"description": "Аванс", "quantity": 2, "vat_code": 12,
            "amount": {"value": "250.00", "currency": "RUB"}});
        assert!(passes(
            &json!({"customer": {"email": "a@b.ru"}, "items": [item]})
        ));
        assert!(passes(
            &json!({"customer": {"phone": "79000000000"}, "items": [item]})
        ));
        assert!(!passes(&json!({"customer": {}, "items": [item]})));
        assert!(!passes(
            &json!({"customer": {"email": "nobody"}, "items": [item]})
        ));
        assert!(!passes(
            &json!({"customer": {"email": "a@b.ru"}, "items": []})
        ));
        assert!(!passes(
            &json!({"customer": {"email": "a@b.ru"}, "items": [item, item]})
        ));
    }

    #[test]
    fn a_receipt_of_its_own_is_checked() {
        let good = json!({"type": "payment", "send": true, "payment_id": "p",
            "customer": {"email": "a@b.ru"},
            "items": [{"description": "Услуги", "quantity": 1, "vat_code": 11,
                "payment_mode": "full_payment", "payment_subject": "service",
                "amount": {"value": "250.00", "currency": "RUB"}}],
            "settlements": [{"type": "prepayment", "amount": {"value": "250.00", "currency": "RUB"}}]});
        let read = |body: &Value| order(body.as_object().expect("an object"));
        assert_eq!(read(&good).expect("a receipt").about, About::payment("p"));
        for (at, value) in [
            ("/type", json!("gift")),
            ("/type", json!("refund")),
            ("/send", json!(false)),
            ("/payment_id", Value::Null),
            ("/settlements", json!([])),
            ("/settlements/0/type", json!("cash")),
            ("/settlements/0/amount/value", json!("249.99")),
            ("/items/0/payment_mode", json!("later")),
            ("/items/0/payment_subject", json!("air")),
        ] {
            let mut body = good.clone();
            *body.pointer_mut(at).expect("a place") = value;
            assert!(read(&body).is_err(), "{at}");
        }
    }

    #[test]
    fn quantities_are_exact() {
        assert_eq!(thousandths(&json!(1)), Some(1_000));
        assert_eq!(thousandths(&json!("1.5")), Some(1_500));
        assert_eq!(thousandths(&json!(0)), None);
        assert_eq!(thousandths(&json!("1.0001")), None);
        assert_eq!(thousandths(&json!(-1)), None);
    }
}
