//! Is the process alive, and can it serve?

use super::State;
use axum::http::StatusCode;

/// The process answers.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The database answers.
pub async fn ready(axum::extract::State(state): axum::extract::State<State>) -> StatusCode {
    match state.services.db.ping().await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
