//! Control as JSON under `/control` and as the forms of the start page under `/actions`.
//! Mounted only when the configuration asks for it. It may not do more than [`Control`] does.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use chrono::Duration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::{Endpoint, Fault, FaultRule, OutcomeRule, WebhookPlan, When};
use crate::model::{Reason, Status};
use crate::{Control, ControlError, Sandbox, wire};

/// A refusal of a control call.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error("the body cannot be read: {0}")]
    Body(#[from] serde_json::Error),
    #[error("send the body as application/json")]
    MediaType,
    #[error("the form cannot be read")]
    Form,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Control(ControlError::NoSuchPayment) => StatusCode::NOT_FOUND,
            Self::Control(ControlError::WrongState(_)) => StatusCode::CONFLICT,
            Self::Control(ControlError::Clock) | Self::Body(_) | Self::Form => {
                StatusCode::BAD_REQUEST
            }
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Complete {
    late: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decline {
    reason: Reason,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forge {
    status: Status,
    #[serde(default = "one")]
    copies: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    advance_seconds: Option<i64>,
    offset_seconds: Option<i64>,
}

fn one() -> u8 {
    1
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/control/state", get(state))
        .route(
            "/control/payments",
            get(async |State(sandbox): State<Sandbox>| Json(sandbox.control().payments())),
        )
        .route("/control/payments/{id}", get(payment))
        .route("/control/payments/{id}/complete", post(complete))
        .route("/control/payments/{id}/decline", post(decline))
        .route("/control/payments/{id}/redeliver", post(redeliver))
        .route("/control/payments/{id}/forge", post(forge))
        .route("/control/webhooks", post(send))
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/webhook", put(webhook))
        .route("/control/outcome", put(outcome))
        .route("/control/key_reuse", put(key_reuse))
        .route("/control/receipts", put(receipts))
        .route(
            "/control/refunds",
            get(async |State(sandbox): State<Sandbox>| Json(sandbox.control().refunds()))
                .put(refunds),
        )
        .route("/control/clock", post(clock))
        .route("/control/reset", post(reset))
        .route("/actions/{action}", post(action))
        .layer(middleware::from_fn(own_pages_only))
}

/// A page of another site may not drive a developer's sandbox. Programs send no such header.
async fn own_pages_only(request: Request, next: Next) -> Response {
    let site = request
        .headers()
        .get("sec-fetch-site")
        .and_then(|site| site.to_str().ok());
    if request.method().is_safe() || !matches!(site, Some("cross-site" | "same-site")) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// Reads a JSON body; an empty one is `{}`.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Refusal> {
    if body.is_empty() {
        return Ok(serde_json::from_str("{}")?);
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !media_type
        .unwrap_or_default()
        .starts_with("application/json")
    {
        return Err(Refusal::MediaType);
    }
    Ok(serde_json::from_slice(body)?)
}

fn describe(control: &Control) -> Json<Value> {
    Json(json!({
        "now": wire::moment(control.now()),
        "offset_seconds": control.offset().num_seconds(),
        "waiting_webhooks": control.waiting_webhooks(),
        "hooks": control.hooks(),
    }))
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    describe(&sandbox.control())
}

async fn payment(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let payment = sandbox
        .control()
        .payment(&id)
        .ok_or(ControlError::NoSuchPayment)?;
    Ok(Json(payment))
}

async fn complete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    let Complete { late } = read(&headers, &body)?;
    Ok(Json(if late {
        control.complete_late(&id)?
    } else {
        control.complete(&id)?
    }))
}

async fn decline(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let Decline { reason } = read(&headers, &body)?;
    Ok(Json(sandbox.control().decline(&id, reason)?))
}

async fn redeliver(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.redeliver(&id)?;
    Ok(describe(&control))
}

async fn forge(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let Forge { status, copies } = read(&headers, &body)?;
    let control = sandbox.control();
    control.forge(&id, status, copies)?;
    Ok(describe(&control))
}

async fn send(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.send_webhook(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn add_fault(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.add_fault(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    let control = sandbox.control();
    control.clear_faults();
    describe(&control)
}

async fn webhook(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.set_webhook_plan(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn outcome(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.set_outcome(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn key_reuse(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.set_key_reuse(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn receipts(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.set_receipts(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn refunds(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    control.set_refunds(read(&headers, &body)?);
    Ok(describe(&control))
}

async fn clock(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let control = sandbox.control();
    let Clock {
        advance_seconds,
        offset_seconds,
    } = read(&headers, &body)?;
    if let Some(seconds) = offset_seconds {
        control.set_offset(seconds_of(seconds)?)?;
    }
    if let Some(seconds) = advance_seconds {
        control.advance(seconds_of(seconds)?)?;
    }
    Ok(describe(&control))
}

async fn reset(State(sandbox): State<Sandbox>) -> Json<Value> {
    let control = sandbox.control();
    control.reset();
    describe(&control)
}

fn seconds_of(seconds: i64) -> Result<Duration, ControlError> {
    Duration::try_seconds(seconds).ok_or(ControlError::Clock)
}

/// The forms of the start page. Each ends where it began.
async fn action(
    State(sandbox): State<Sandbox>,
    Path(action): Path<String>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Result<Redirect, Refusal> {
    let Form(form) = form.map_err(|_| Refusal::Form)?;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let id = field("id");
    let control = sandbox.control();
    match action.as_str() {
        "complete" => drop(control.complete(id)?),
        "decline" => {
            drop(control.decline(id, Reason::parse(field("reason")).ok_or(Refusal::Form)?)?);
        }
        "redeliver" => control.redeliver(id)?,
        "fault" => control.add_fault(fault_rule(&form)?),
        "webhook" => control.set_webhook_plan(WebhookPlan {
            enabled: field("enabled") == "on",
            copies: field("copies").parse().map_err(|_| Refusal::Form)?,
            before_answer: field("before_answer") == "on",
            reorder: field("reorder") == "on",
            claim: Status::parse(field("claim")),
        }),
        "outcome" => control.set_outcome(match field("outcome") {
            "card" => None,
            reason => Some(OutcomeRule {
                reason: Reason::parse(reason),
                times: None,
            }),
        }),
        "clock" => control.advance(seconds_of(number(&form, "seconds")?)?)?,
        "reset" => control.reset(),
        _ => return Err(Refusal::Form),
    }
    Ok(Redirect::to("/"))
}

fn number(form: &HashMap<String, String>, name: &str) -> Result<i64, Refusal> {
    form.get(name)
        .and_then(|text| text.trim().parse().ok())
        .ok_or(Refusal::Form)
}

fn fault_rule(form: &HashMap<String, String>) -> Result<FaultRule, Refusal> {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let when = if field("when") == "after_commit" {
        When::AfterCommit
    } else {
        When::BeforeCommit
    };
    let ms = u64::try_from(number(form, "ms")?).map_err(|_| Refusal::Form)?;
    let fault = match field("kind") {
        "delay" => Fault::Delay { when, ms },
        "drop" => Fault::Drop { when },
        "hold" => Fault::Hold { when },
        "server_error" => Fault::ServerError { when },
        "too_many_requests" => Fault::TooManyRequests { retry_after_ms: ms },
        "pay_before_answer" => Fault::PayBeforeAnswer { reason: None },
        _ => return Err(Refusal::Form),
    };
    let endpoint: Endpoint = serde_json::from_value(json!(field("endpoint")))?;
    let times = u32::try_from(number(form, "times")?).map_err(|_| Refusal::Form)?;
    Ok(FaultRule {
        endpoint,
        fault,
        times: Some(times.max(1)),
    })
}
