//! Notifications of the acquirer. Anyone can forge one, so it is kept, answered, and then only
//! makes us look at the object ourselves.

use crate::error::commit;
use crate::payment_flow::{self, Call};
use crate::{ServiceError, Services, jobs, refunds};
use gateways::acquirer::{AcquirerError, GatewayPayment};
use serde_json::{Value, json};
use std::net::IpAddr;
use storage::{payment, refund, throttle, webhook};

/// Notifications about objects we do not know, per address and hour, before they are put off.
const UNKNOWN_PER_HOUR: u32 = 600;

/// Outcome of a notification about something that is not ours.
const UNKNOWN: &str = "unknown_object";

/// Outcome of a notification about a refund of ours.
const REFUND: &str = "refund";

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Kept; a job will look.
    Kept,
    /// Not a notification.
    Dropped,
    /// One of too many about unknown objects: it should come again later.
    Flooded,
}

/// Keeps a notification and has the object looked at.
pub async fn receive(
    services: &Services,
    payload: &Value,
    remote: Option<IpAddr>,
) -> Result<Received, ServiceError> {
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let (Some(event), Some(object)) = (text("/event"), text("/object/id")) else {
        return Ok(Received::Dropped);
    };
    if event.len() > 64 || object.is_empty() || object.len() > 64 {
        return Ok(Received::Dropped);
    }
    let gateway = services.acquirer.name();
    let (mut tx, now) = services.db.begin().await?;
    let known = payment::find_object(&mut tx, gateway, object)
        .await?
        .is_some()
        || refund::part::by_object(&mut tx, gateway, object)
            .await?
            .is_some();
    if !known {
        let key = format!(
            "webhook-unknown:{}",
            remote.map(|a| a.to_string()).unwrap_or_default()
        );
        if throttle::hit(&mut tx, &key, 3600, now).await?.hits > UNKNOWN_PER_HOUR {
            commit(tx).await?;
            tracing::error!(
                ?remote,
                "webhook.flood: notifications about unknown objects are put off"
            );
            return Ok(Received::Flooded);
        }
    }
    // What it says is not believed, and may hold a saved card's token: its outline is kept.
    let outline =
        json!({ "event": event, "object": { "id": object, "status": text("/object/status") } });
    webhook::receive(&mut tx, gateway, event, object, &outline, remote, now).await?;
    jobs::enqueue_object(&mut tx, object).await?;
    commit(tx).await?;
    Ok(Received::Kept)
}

/// Looks at the object of a notification. One that is not written down yet, because the answer of
/// its create call is still under way or was lost, is found by our own ids inside the object itself,
/// as read from the acquirer.
pub async fn process(services: &Services, object: &str) -> Result<(), ServiceError> {
    let gateway = services.acquirer.name();
    let (mut tx, _) = services.db.begin().await?;
    let known = payment::find_object(&mut tx, gateway, object).await?;
    drop(tx);
    let outcome = if let Some((subscriber, id)) = known {
        payment_flow::check(services, subscriber, id).await?.code()
    } else if refunds::sending::heard(services, object).await? {
        REFUND
    } else {
        match services.acquirer.get(object).await {
            Ok(found) => adopt(services, found).await?,
            Err(AcquirerError::NotFound) => UNKNOWN,
            Err(error) => return Err(ServiceError::Internal(error.to_string())),
        }
    };
    let (mut tx, now) = services.db.begin().await?;
    webhook::processed(&mut tx, gateway, object, outcome, now).await?;
    commit(tx).await
}

/// Records an object whose payment does not know it yet.
async fn adopt(services: &Services, found: GatewayPayment) -> Result<&'static str, ServiceError> {
    let ours = (
        found
            .subscriber_id
            .as_deref()
            .and_then(|id| id.parse().ok()),
        found.payment_id.as_deref().and_then(|id| id.parse().ok()),
    );
    let (Some(subscriber), Some(id)) = ours else {
        return Ok(UNKNOWN);
    };
    match payment_flow::record(services, subscriber, id, Call::Get, Ok(found)).await {
        Ok(state) => Ok(state.code()),
        Err(ServiceError::NotFound) => Ok(UNKNOWN),
        Err(error) => Err(error),
    }
}
