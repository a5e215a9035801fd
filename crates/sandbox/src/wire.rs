//! Payments, refunds and receipts in the gateway's JSON. It may not change anything, and it may not show what was not asked
//! for: optional fields are left out, not null.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::model::{Authorization, Confirmation, Method, MethodKind, Payment, Progress, Status};
use crate::money::Kopecks;
use crate::receipt::{About, Item, Settled};
use crate::refund::Refund;
use crate::registration::Receipt;
use crate::store::Store;

/// Who receives the money and where the payer's pages are.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) id: String,
    /// Without a slash at the end.
    pub(crate) public_url: String,
}

impl Shop {
    /// The payer's page of a payment.
    pub(crate) fn pay_url(&self, id: &str) -> String {
        format!("{}/pay/{id}", self.public_url)
    }
}

/// A moment as the gateway writes it.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The payment object.
pub(crate) fn payment(payment: &Payment, store: &Store) -> Value {
    let shop = &store.shop;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    let succeeded = payment.status == Status::Succeeded;
    put("id", json!(payment.id));
    put("status", json!(payment.status.as_str()));
    put("amount", amount(payment.amount));
    put("created_at", json!(moment(payment.created_at)));
    put(
        "recipient",
        json!({"account_id": shop.id, "gateway_id": payment.gateway_id}),
    );
    put(
        "paid",
        json!(succeeded || payment.status == Status::WaitingForCapture),
    );
    put("refundable", json!(store.refundable(payment).is_positive()));
    put("test", json!(true));
    put("metadata", json!(payment.metadata));
    if succeeded {
        put("income_amount", amount(payment.amount.less_fee()));
    }
    if let Some(back) = store.refunded(&payment.id) {
        put("refunded_amount", amount(back));
    }
    if let Some(description) = &payment.description {
        put("description", json!(description));
    }
    if let Some(at) = payment.captured_at {
        put("captured_at", json!(moment(at)));
    }
    if let (Status::WaitingForCapture, Some(until)) = (payment.status, payment.hold_until) {
        put("expires_at", json!(moment(until)));
    }
    if let Some(confirmation) = confirmation(payment, shop).filter(|_| payment.waits_for_payer()) {
        put("confirmation", confirmation);
    }
    if let Some(method) = &payment.method {
        put("payment_method", payment_method(method));
    }
    if let Some(authorization) = &payment.authorization {
        put(
            "authorization_details",
            authorization_details(authorization),
        );
    }
    if let Some(reason) = payment.refusal {
        put(
            "cancellation_details",
            json!({"party": reason.party(), "reason": reason.as_str()}),
        );
    }
    if let Some(customer) = &payment.merchant_customer_id {
        put("merchant_customer_id", json!(customer));
    }
    if payment.receipt.is_some() {
        put(
            "receipt_registration",
            json!(registration_of(
                store,
                &About::payment(&payment.id),
                payment.status == Status::Canceled
            )),
        );
    }
    Value::Object(object)
}

/// The refund object.
pub(crate) fn refund(refund: &Refund, store: &Store) -> Value {
    let mut object = json!({
        "id": refund.id,
        "payment_id": refund.payment_id,
        "status": refund.status.as_str(),
        "amount": amount(refund.amount),
        "created_at": moment(refund.created_at),
        "metadata": refund.metadata,
    });
    let mut put = |name: &str, value: Value| {
        if let Some(fields) = object.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if let Some(description) = &refund.description {
        put("description", json!(description));
    }
    if refund.receipt.is_some() {
        let about = About::refund(&refund.id);
        let registered = registration_of(store, &about, refund.status == Progress::Canceled);
        put("receipt_registration", json!(registered));
    }
    if refund.status == Progress::Canceled {
        put(
            "cancellation_details",
            json!({"party": "refund_network", "reason": "general_decline"}),
        );
    }
    let method = store
        .payment(&refund.payment_id)
        .and_then(|payment| payment.method.as_ref());
    match method.map(|method| (method.kind, &method.sbp_operation_id)) {
        Some((MethodKind::BankCard, _)) => {
            if let Some(rrn) = &refund.rrn {
                put("refund_authorization_details", json!({"rrn": rrn}));
            }
        }
        Some((MethodKind::Sbp, Some(operation))) => {
            put(
                "refund_method",
                json!({"type": "sbp", "sbp_operation_id": operation}),
            );
        }
        _ => {}
    }
    object
}

/// The receipt object.
pub(crate) fn receipt(receipt: &Receipt) -> Value {
    let items: Vec<_> = receipt.items.iter().map(item).collect();
    let settlements: Vec<_> = receipt.settlements.iter().map(settlement).collect();
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("id", json!(receipt.id));
    match &receipt.about {
        About::Payment { payment_id } => {
            put("type", json!("payment"));
            put("payment_id", json!(payment_id));
        }
        About::Refund { refund_id } => {
            put("type", json!("refund"));
            put("refund_id", json!(refund_id));
        }
    }
    put("status", json!(receipt.status.as_str()));
    put("items", json!(items));
    put("settlements", json!(settlements));
    if let Some(fiscal) = &receipt.fiscal {
        put("fiscal_document_number", json!(fiscal.document));
        put("fiscal_storage_number", json!(fiscal.storage));
        put("fiscal_attribute", json!(fiscal.attribute));
        put("fiscal_provider_id", json!(fiscal.register_id));
        put("registered_at", json!(moment(fiscal.at)));
    }
    Value::Object(object)
}

fn item(item: &Item) -> Value {
    let quantity: serde_json::Number = match item.quantity % 1000 {
        0 => (item.quantity / 1000).into(),
        _ => serde_json::from_str(&format!(
            "{}.{:03}",
            item.quantity / 1000,
            item.quantity % 1000
        ))
        .unwrap_or_else(|_| item.quantity.into()),
    };
    let mut object = json!({
        "description": item.description,
        "quantity": quantity,
        "amount": amount(item.price),
        "vat_code": item.vat_code,
    });
    for (name, value) in [
        ("payment_mode", &item.mode),
        ("payment_subject", &item.subject),
    ] {
        if let (Some(value), Some(fields)) = (value, object.as_object_mut()) {
            fields.insert(name.to_owned(), json!(value));
        }
    }
    object
}

fn settlement(settled: &Settled) -> Value {
    json!({"type": settled.by, "amount": amount(settled.amount)})
}

/// A page of a list.
pub(crate) fn list(items: &[Value], next_cursor: Option<String>) -> Value {
    let mut list = json!({"type": "list", "items": items});
    if let (Some(cursor), Some(object)) = (next_cursor, list.as_object_mut()) {
        object.insert("next_cursor".to_owned(), json!(cursor));
    }
    list
}

/// The body of a webhook. A claim replaces the state that the object really has.
pub(crate) fn notification(mut object: Value, status: Status, claim: Option<Status>) -> Value {
    let status = claim.unwrap_or(status);
    if let (Some(_), Some(fields)) = (claim, object.as_object_mut()) {
        fields.insert("status".to_owned(), json!(status.as_str()));
        fields.insert(
            "paid".to_owned(),
            json!(matches!(
                status,
                Status::Succeeded | Status::WaitingForCapture
            )),
        );
    }
    json!({"type": "notification", "event": format!("payment.{}", status.as_str()), "object": object})
}

fn amount(sum: Kopecks) -> Value {
    json!({"value": sum.decimal(), "currency": "RUB"})
}

fn confirmation(payment: &Payment, shop: &Shop) -> Option<Value> {
    let pay_url = shop.pay_url(&payment.id);
    Some(match &payment.confirmation {
        Confirmation::Redirect { return_url } => {
            json!({"type": "redirect", "return_url": return_url, "confirmation_url": pay_url})
        }
        Confirmation::Embedded { token } => {
            json!({"type": "embedded", "confirmation_token": token})
        }
        Confirmation::Qr { .. } => json!({"type": "qr", "confirmation_data": pay_url}),
        Confirmation::Unneeded => return None,
    })
}

fn payment_method(method: &Method) -> Value {
    let mut object = Map::new();
    object.insert("type".to_owned(), json!(method.kind.as_str()));
    object.insert("id".to_owned(), json!(method.id));
    object.insert("saved".to_owned(), json!(method.saved));
    let status = if method.saved { "active" } else { "inactive" };
    object.insert("status".to_owned(), json!(status));
    match (method.kind, &method.card) {
        (MethodKind::BankCard, Some(card)) => {
            object.insert(
                "title".to_owned(),
                json!(format!("Bank card *{}", card.last4)),
            );
            object.insert(
                "card".to_owned(),
                json!({
                    "first6": card.first6,
                    "last4": card.last4,
                    "expiry_month": card.expiry_month,
                    "expiry_year": card.expiry_year,
                    "card_type": card.brand,
                    "issuer_country": "RU",
                }),
            );
        }
        (MethodKind::Sbp, _) => {
            if let Some(operation) = &method.sbp_operation_id {
                object.insert("sbp_operation_id".to_owned(), json!(operation));
            }
        }
        _ => {}
    }
    Value::Object(object)
}

fn authorization_details(authorization: &Authorization) -> Value {
    json!({
        "rrn": authorization.rrn,
        "auth_code": authorization.auth_code,
        "three_d_secure": {"applied": authorization.three_d_secure},
    })
}

fn registration_of(store: &Store, about: &About, canceled: bool) -> &'static str {
    match store.receipts_about(about).next() {
        _ if canceled => "canceled",
        Some(receipt) => receipt.status.as_str(),
        None => "pending",
    }
}
