//! The one shape of every refusal of the API. It may not decide anything, only say it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A refusal as the gateway words it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}: {description}")]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    description: String,
    parameter: Option<String>,
    retry_after_ms: Option<u64>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            code,
            description: description.into(),
            parameter: None,
            retry_after_ms: None,
        }
    }

    /// The request as a whole makes no sense.
    pub(crate) fn bad_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// One parameter is wrong.
    pub(crate) fn invalid(parameter: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            parameter: Some(parameter.into()),
            ..Self::bad_request(description)
        }
    }

    pub(crate) fn credentials() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "The shop id or the secret key is wrong",
        )
    }

    pub(crate) fn forbidden(description: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", description)
    }

    pub(crate) fn not_found(description: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", description)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request",
            "This address does not know this HTTP method",
        )
    }

    pub(crate) fn media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            "The body has to be application/json",
        )
    }

    pub(crate) fn too_many(retry_after_ms: u64) -> Self {
        Self {
            retry_after_ms: Some(retry_after_ms),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests, try again later",
            )
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            "The gateway failed, the outcome is unknown",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("type".into(), json!("error"));
        body.insert("id".into(), json!(Uuid::new_v4().to_string()));
        body.insert("code".into(), json!(self.code));
        body.insert("description".into(), json!(self.description));
        if let Some(parameter) = self.parameter {
            body.insert("parameter".into(), json!(parameter));
        }
        if let Some(pause) = self.retry_after_ms {
            body.insert("retry_after".into(), json!(pause));
        }
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"sandbox\""),
            );
        }
        response
    }
}
