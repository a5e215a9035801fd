//! The least check of a receipt sent with a payment: somebody to send it to, and sums that agree.
//! It may not keep the customer's contacts.

use serde_json::Value;

use crate::error::ApiError;
use crate::money::Kopecks;
use crate::request::{Object, amount, present, text};

const MAX_ITEMS: usize = 80;
const MAX_ITEM_NAME: usize = 128;
const MAX_EMAIL: usize = 254;

/// Whether there is a receipt; an error when it is wrong.
pub(crate) fn check(body: &Object, paid: Kopecks) -> Result<bool, ApiError> {
    let Some(receipt) = present(body, "receipt") else {
        return Ok(false);
    };
    let receipt = receipt
        .as_object()
        .ok_or_else(|| ApiError::invalid("receipt", "An object is expected"))?;
    customer(receipt)?;
    let items = present(receipt, "items")
        .and_then(Value::as_array)
        .filter(|items| (1..=MAX_ITEMS).contains(&items.len()))
        .ok_or_else(|| ApiError::invalid("receipt.items", "1 to 80 items are expected"))?;
    let mut total = None;
    for (index, item) in items.iter().enumerate() {
        let sum = item_sum(item, index)?;
        let together = match total {
            None => Some(sum),
            Some(total) => sum.checked_add(total),
        };
        total = Some(
            together.ok_or_else(|| ApiError::invalid("receipt.items", "The sum is too large"))?,
        );
    }
    if total != Some(paid) {
        return Err(ApiError::invalid(
            "receipt.items",
            "The items do not add up to the sum of the payment",
        ));
    }
    Ok(true)
}

fn customer(receipt: &Object) -> Result<(), ApiError> {
    let wrong = || {
        ApiError::invalid(
            "receipt.customer",
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

fn item_sum(item: &Value, index: usize) -> Result<Kopecks, ApiError> {
    let at = |name: &str| format!("receipt.items[{index}].{name}");
    let item = item
        .as_object()
        .ok_or_else(|| ApiError::invalid("receipt.items", "An object is expected"))?;
    let name = text(item, "description", MAX_ITEM_NAME)?.unwrap_or_default();
    if name.is_empty() {
        return Err(ApiError::invalid(at("description"), "The name is missing"));
    }
    let vat = present(item, "vat_code").and_then(Value::as_i64);
    if !vat.is_some_and(|code| (1..=12).contains(&code)) {
        return Err(ApiError::invalid(
            at("vat_code"),
            "A code from 1 to 12 is expected",
        ));
    }
    let quantity = present(item, "quantity")
        .and_then(thousandths)
        .ok_or_else(|| {
            ApiError::invalid(
                at("quantity"),
                "A number above zero with at most 3 decimals is expected",
            )
        })?;
    let price = present(item, "amount")
        .ok_or_else(|| ApiError::invalid(at("amount"), "The price is missing"))?;
    amount(price, &at("amount"))?
        .times_thousandths(quantity)
        .ok_or_else(|| ApiError::invalid(at("amount"), "The sum is too large"))
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
    use super::{check, thousandths};
    use crate::money::Kopecks;
    use serde_json::{Value, json};

    fn passes(receipt: &Value) -> bool {
        let body = json!({ "receipt": receipt });
        check(
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
    fn quantities_are_exact() {
        assert_eq!(thousandths(&json!(1)), Some(1_000));
        assert_eq!(thousandths(&json!("1.5")), Some(1_500));
        assert_eq!(thousandths(&json!(0)), None);
        assert_eq!(thousandths(&json!("1.0001")), None);
        assert_eq!(thousandths(&json!(-1)), None);
    }
}
