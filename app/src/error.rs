//! The wire error: a closed set of codes with typed data and no free text. Words are chosen where it
//! is shown, in the language of the page.

use crate::wire::JsonText;
use domain::form::FieldError;
use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// Why a server function gave no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// The form has mistakes.
    Invalid(Vec<FieldError>),
    /// Nobody is signed in.
    SignedOut,
    /// The password has to be given anew before this.
    ConfirmFirst,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The cabinet cannot answer now; nothing was changed.
    Unavailable,
    /// A mistake of ours; the number is in our log.
    Failed(String),
    /// The network failed or the answer was not understood.
    Transport,
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Transport
    }
}

#[cfg(feature = "ssr")]
mod server {
    use super::AppError;
    use crate::request::Request;
    use http::StatusCode;
    use leptos::prelude::use_context;
    use services::ServiceError;

    impl AppError {
        /// The HTTP status of this error.
        pub const fn status(&self) -> StatusCode {
            match self {
                Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Self::SignedOut | Self::ConfirmFirst => StatusCode::UNAUTHORIZED,
                Self::NotFound => StatusCode::NOT_FOUND,
                Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
                Self::Transport => StatusCode::BAD_REQUEST,
            }
        }
    }

    /// Maps a service's error to the wire. The one place where a failure is logged.
    pub fn fail(error: ServiceError) -> AppError {
        let request = use_context::<Request>();
        let mapped = match error {
            ServiceError::Invalid(errors) => AppError::Invalid(errors),
            ServiceError::SignedOut => AppError::SignedOut,
            ServiceError::ConfirmFirst => AppError::ConfirmFirst,
            ServiceError::NotFound => {
                // Somebody else's and missing look alike; a series of them is somebody who looks around.
                let viewer = request.as_ref().and_then(|r| r.actor.viewer.as_ref());
                let account = viewer.map(|viewer| viewer.account.to_string());
                tracing::info!(account, "request.not_found");
                AppError::NotFound
            }
            ServiceError::Unavailable(cause) => {
                tracing::warn!(error = %cause, "request.unavailable");
                AppError::Unavailable
            }
            ServiceError::Conflict(cause) => {
                tracing::warn!(error = %cause, "request.conflict");
                AppError::Unavailable
            }
            ServiceError::Internal(cause) => {
                let id = request
                    .as_ref()
                    .map(|r| r.id.to_string())
                    .unwrap_or_default();
                tracing::error!(error = cause, request_id = id, "request.failed");
                AppError::Failed(id)
            }
        };
        if let Some(request) = request {
            request.outcome.note(&mapped);
        }
        mapped
    }
}

#[cfg(feature = "ssr")]
pub use server::fail;
