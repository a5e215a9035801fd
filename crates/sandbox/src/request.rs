//! Reads and checks the bodies and headers of API requests.
//! It may not change anything and may not keep what it does not understand.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use reqwest::Url;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::ApiError;
use crate::life::Captured;
use crate::model::{Confirmation, Means, MethodKind, Order};
use crate::money::Kopecks;
use crate::{receipt, refund};

const MAX_KEY: usize = 64;
const MAX_DESCRIPTION: usize = 128;
const MAX_REFUND_DESCRIPTION: usize = 250;
const MAX_CUSTOMER_ID: usize = 200;
const MAX_METADATA_KEYS: usize = 16;
const MAX_METADATA_KEY: usize = 32;
const MAX_METADATA_VALUE: usize = 512;
const MAX_RETURN_URL: usize = 2048;
const SBP_MAX_ROUBLES: i64 = 700_000;

pub(crate) type Object = Map<String, Value>;

/// The `Idempotence-Key` of a changing request.
pub(crate) fn idempotence_key(headers: &HeaderMap) -> Result<String, ApiError> {
    let wrong = |text: &str| ApiError::invalid("Idempotence-Key", text);
    let value = headers
        .get("idempotence-key")
        .ok_or_else(|| wrong("The header is missing"))?;
    let key = value
        .to_str()
        .map_err(|_| wrong("Only visible ASCII is allowed"))?;
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(wrong("The key has to have 1 to 64 characters"));
    }
    Ok(key.to_owned())
}

/// The JSON object of a body. An empty body is an empty object only where `may_be_empty`.
pub(crate) fn json_object(
    headers: &HeaderMap,
    body: &[u8],
    may_be_empty: bool,
) -> Result<Object, ApiError> {
    if body.is_empty() && may_be_empty {
        return Ok(Object::new());
    }
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::media_type());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        // A client that sends no data may still send the word `null`.
        Ok(Value::Null) if may_be_empty => Ok(Object::new()),
        Ok(_) => Err(ApiError::bad_request("The body has to be a JSON object")),
        Err(_) => Err(ApiError::bad_request("The body is not JSON")),
    }
}

/// A request to create a payment.
pub(crate) fn order(body: &Object) -> Result<Order, ApiError> {
    let amount = required_amount(body, "amount")?;
    let means = means(body)?;
    let capture = flag(body, "capture")?.unwrap_or(false);
    let confirmation = match means {
        // Nobody is there to confirm it.
        Means::Saved(_) if present(body, "confirmation").is_none() => Confirmation::Unneeded,
        _ => confirmation(body)?,
    };
    let kind = match means {
        Means::New { kind, .. } => Some(kind),
        Means::Any | Means::Saved(_) => None,
    };
    match kind {
        Some(MethodKind::Sbp) if !capture => {
            return Err(ApiError::invalid(
                "capture",
                "Payments by sbp have one stage: capture has to be true",
            ));
        }
        Some(MethodKind::Sbp)
            if amount < Kopecks::from_roubles(1)
                || amount > Kopecks::from_roubles(SBP_MAX_ROUBLES) =>
        {
            return Err(ApiError::invalid(
                "amount.value",
                "Payments by sbp are from 1 to 700000 roubles",
            ));
        }
        Some(MethodKind::Sbp) => {}
        _ if matches!(confirmation, Confirmation::Qr { .. }) => {
            return Err(ApiError::invalid(
                "confirmation.type",
                "A QR code works only with sbp",
            ));
        }
        _ => {}
    }
    Ok(Order {
        amount,
        description: text(body, "description", MAX_DESCRIPTION)?,
        metadata: metadata(body)?,
        capture,
        confirmation,
        means,
        gateway_id: gateway(body)?,
        merchant_customer_id: text(body, "merchant_customer_id", MAX_CUSTOMER_ID)?,
        receipt: receipt::within(body, amount)?,
    })
}

/// A request to capture: the final sum and its receipt, if one is named.
pub(crate) fn captured(body: &Object, held: Kopecks) -> Result<Option<Captured>, ApiError> {
    let Some(value) = present(body, "amount") else {
        return Ok(None);
    };
    let amount = amount(value, "amount")?;
    if amount > held {
        return Err(ApiError::invalid("amount.value", "More than was held"));
    }
    let receipt = receipt::within(body, amount)?;
    Ok(Some(Captured { amount, receipt }))
}

/// A request to give money back.
pub(crate) fn refund(body: &Object) -> Result<refund::Order, ApiError> {
    let amount = required_amount(body, "amount")?;
    Ok(refund::Order {
        payment_id: text(body, "payment_id", 36)?
            .ok_or_else(|| ApiError::invalid("payment_id", "The payment is missing"))?,
        amount,
        description: text(body, "description", MAX_REFUND_DESCRIPTION)?,
        metadata: metadata(body)?,
        receipt: receipt::within(body, amount)?,
    })
}

/// A field that is there and not `null`.
pub(crate) fn present<'a>(body: &'a Object, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

/// A sum in roubles with exactly two decimals, above zero.
pub(crate) fn amount(value: &Value, at: &str) -> Result<Kopecks, ApiError> {
    let object = value
        .as_object()
        .ok_or_else(|| ApiError::invalid(at, "An object is expected"))?;
    let currency = present(object, "currency").and_then(Value::as_str);
    if currency != Some("RUB") {
        return Err(ApiError::invalid(
            format!("{at}.currency"),
            "This shop takes only RUB",
        ));
    }
    present(object, "value")
        .and_then(Value::as_str)
        .and_then(Kopecks::parse)
        .filter(|sum| sum.is_positive())
        .ok_or_else(|| {
            ApiError::invalid(
                format!("{at}.value"),
                "A string above zero with two decimals is expected, as 100.00",
            )
        })
}

/// A text of at most `max` letters.
pub(crate) fn text(body: &Object, name: &str, max: usize) -> Result<Option<String>, ApiError> {
    match present(body, name) {
        None => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= max => Ok(Some(text.clone())),
        Some(Value::String(_)) => Err(ApiError::invalid(
            name,
            format!("Longer than {max} characters"),
        )),
        Some(_) => Err(ApiError::invalid(name, "A string is expected")),
    }
}

fn required_amount(body: &Object, name: &str) -> Result<Kopecks, ApiError> {
    let value = present(body, name).ok_or_else(|| ApiError::invalid(name, "The sum is missing"))?;
    amount(value, name)
}

fn flag(body: &Object, name: &str) -> Result<Option<bool>, ApiError> {
    match present(body, name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(ApiError::invalid(name, "true or false is expected")),
    }
}

fn object<'a>(body: &'a Object, name: &str) -> Result<Option<&'a Object>, ApiError> {
    match present(body, name) {
        None => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(ApiError::invalid(name, "An object is expected")),
    }
}

fn means(body: &Object) -> Result<Means, ApiError> {
    let save = flag(body, "save_payment_method")?.unwrap_or(false);
    if let Some(saved) = text(body, "payment_method_id", MAX_KEY)? {
        if present(body, "payment_method_data").is_some() {
            return Err(ApiError::invalid(
                "payment_method_data",
                "A saved payment method comes alone",
            ));
        }
        return Ok(Means::Saved(saved));
    }
    if present(body, "payment_token").is_some() {
        return Err(ApiError::invalid("payment_token", "There is no such token"));
    }
    let Some(data) = object(body, "payment_method_data")? else {
        return Ok(if save {
            let kind = MethodKind::BankCard;
            Means::New { kind, save }
        } else {
            Means::Any
        });
    };
    if present(data, "card").is_some() {
        // Refused before anything is kept: a card belongs on the payer's page only.
        return Err(ApiError::forbidden(
            "This shop may not send card details itself",
        ));
    }
    let kind = present(data, "type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kind = MethodKind::parse(kind).ok_or_else(|| {
        ApiError::invalid(
            "payment_method_data.type",
            "This shop takes bank_card, sbp and yoo_money",
        )
    })?;
    if save && kind != MethodKind::BankCard {
        return Err(ApiError::forbidden("This shop may save bank cards only"));
    }
    Ok(Means::New { kind, save })
}

fn confirmation(body: &Object) -> Result<Confirmation, ApiError> {
    let Some(data) = object(body, "confirmation")? else {
        return Err(ApiError::invalid(
            "confirmation",
            "The payer has to confirm the payment in some way",
        ));
    };
    let return_url = || -> Result<Option<String>, ApiError> {
        let at = "confirmation.return_url";
        match present(data, "return_url") {
            None => Ok(None),
            Some(Value::String(url))
                if url.len() <= MAX_RETURN_URL && web_address(url).is_some() =>
            {
                Ok(Some(url.clone()))
            }
            Some(_) => Err(ApiError::invalid(
                at,
                "A web address (http or https) is expected",
            )),
        }
    };
    match present(data, "type").and_then(Value::as_str) {
        Some("redirect") => {
            let return_url = return_url()?.ok_or_else(|| {
                ApiError::invalid("confirmation.return_url", "The address is missing")
            })?;
            Ok(Confirmation::Redirect { return_url })
        }
        Some("embedded") => Ok(Confirmation::Embedded {
            token: format!("ct-{}", Uuid::new_v4()),
        }),
        Some("qr") => Ok(Confirmation::Qr {
            return_url: return_url()?,
        }),
        _ => Err(ApiError::invalid(
            "confirmation.type",
            "redirect, embedded or qr is expected",
        )),
    }
}

/// Reads an address that the payer may be sent to.
///
/// The host goes into a security header, and the URL standard allows `;` and `'` in it, so only the
/// letters of real host names pass.
pub(crate) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_[]:".contains(letter);
    let host = url.host_str()?;
    (matches!(url.scheme(), "http" | "https") && host.chars().all(plain)).then_some(url)
}

fn gateway(body: &Object) -> Result<Option<String>, ApiError> {
    match object(body, "recipient")? {
        None => Ok(None),
        Some(recipient) => text(recipient, "gateway_id", MAX_KEY),
    }
}

fn metadata(body: &Object) -> Result<BTreeMap<String, String>, ApiError> {
    let mut metadata = BTreeMap::new();
    let Some(pairs) = object(body, "metadata")? else {
        return Ok(metadata);
    };
    if pairs.len() > MAX_METADATA_KEYS {
        return Err(ApiError::invalid("metadata", "At most 16 keys are allowed"));
    }
    for (key, value) in pairs {
        if key.chars().count() > MAX_METADATA_KEY {
            return Err(ApiError::invalid(
                "metadata",
                "A key has at most 32 characters",
            ));
        }
        match value {
            Value::String(value) if value.chars().count() <= MAX_METADATA_VALUE => {
                metadata.insert(key.clone(), value.clone());
            }
            Value::Null => {}
            _ => {
                return Err(ApiError::invalid(
                    format!("metadata.{key}"),
                    "A string of at most 512 characters is expected",
                ));
            }
        }
    }
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use super::{Object, order, web_address};
    use serde_json::{Value, json};

    fn body(change: impl FnOnce(&mut Value)) -> Object {
        let mut body = json!({
            "amount": {"value": "500.00", "currency": "RUB"},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
        });
        change(&mut body);
        body.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn the_least_request_passes() {
        assert!(order(&body(|_| {})).is_ok());
    }

    #[test]
    fn each_limit_is_kept() {
        let many: serde_json::Map<_, _> = (0..17).map(|n| (n.to_string(), json!("x"))).collect();
        let wrong: [(&str, Value); 12] = [
            ("amount", json!({"value": "500", "currency": "RUB"})),
            ("amount", json!({"value": "0.00", "currency": "RUB"})),
            ("amount", json!({"value": 500, "currency": "RUB"})),
            ("amount", json!({"value": "5.00", "currency": "USD"})),
            ("description", json!("я".repeat(129))),
            ("metadata", json!({"k": "я".repeat(513)})),
            ("metadata", json!({"k".repeat(33): "v"})),
            ("metadata", json!({"k": 1})),
            ("metadata", Value::Object(many)),
            (
                "confirmation",
                json!({"type": "redirect", "return_url": "javascript:alert(1)"}),
            ),
            ("confirmation", json!({"type": "qr"})),
            ("payment_method_data", json!({"type": "cash"})),
        ];
        for (name, value) in wrong {
            assert!(
                order(&body(|body| body[name] = value.clone())).is_err(),
                "{name} {value}"
            );
        }
    }

    #[test]
    fn addresses_cannot_smuggle_header_parts() {
        assert!(web_address("http://localhost:3000/pay?x=1").is_some());
        for bad in [
            "ftp://a/",
            "https://a;script-src/",
            "//a/b",
            "https://a'b/",
            "data:text/html,x",
        ] {
            assert!(web_address(bad).is_none(), "{bad}");
        }
    }
}
