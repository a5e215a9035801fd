//! Notifications of the acquirer. Only its networks may post; what is posted is kept and answered,
//! and decides nothing.

use super::State;
use super::request::address;
use axum::extract::{Request, State as Extract};
use axum::http::StatusCode;
use services::ServiceError;
use services::webhooks::Received;

/// Largest notification.
const MOST_BYTES: usize = 64 * 1024;

/// Takes a notification. Anything but 200 makes the acquirer send it again.
pub async fn yookassa(Extract(state): Extract<State>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let remote = address(&state, &parts);
    let known = remote.is_some_and(|ip| state.webhook_networks.iter().any(|net| net.contains(&ip)));
    if !known {
        tracing::warn!(?remote, "webhook.foreign_network");
        return StatusCode::FORBIDDEN;
    }
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    let Ok(payload) = serde_json::from_slice(&bytes) else {
        return StatusCode::BAD_REQUEST;
    };
    match services::webhooks::receive(&state.services, &payload, remote).await {
        Ok(Received::Kept | Received::Dropped) => StatusCode::OK,
        Ok(Received::Flooded) => StatusCode::TOO_MANY_REQUESTS,
        Err(ServiceError::Unavailable(error)) => {
            tracing::warn!(%error, "webhook.unavailable");
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(error) => {
            tracing::error!(%error, "webhook.failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
