//! The calls under `/v3`, each wrapped in the faults that were asked for.
//! It may not hold rules of its own: requests are read by `request`, carried out by `life`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http_body_util::{Full, Limited};
use serde_json::Value;

use crate::card::Attempt;
use crate::error::ApiError;
use crate::faults::{Endpoint, Fault, When};
use crate::life::{Request, no_such_payment};
use crate::listing;
use crate::store::Store;
use crate::{Sandbox, auth, receipt, request, wire};

/// How long an answer waits for a webhook that is to come first.
const WEBHOOK_FIRST: Duration = Duration::from_secs(5);

type BodyBytes = Result<Bytes, BytesRejection>;
type Answer = Result<Value, ApiError>;

/// How a call ends.
enum End {
    Answer(Answer),
    /// The connection closes without an answer.
    Drop,
    /// Nothing happens any more.
    Hold,
}

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/payments", post(create).get(list))
        .route("/payments/{id}", get(read))
        .route("/payments/{id}/capture", post(capture))
        .route("/payments/{id}/cancel", post(cancel))
        .route("/refunds", post(create_refund).get(list_refunds))
        .route("/refunds/{id}", get(read_refund))
        .route("/receipts", post(create_receipt).get(list_receipts))
        .route("/receipts/{id}", get(read_receipt))
        .fallback(async || ApiError::not_found("There is no such address"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(
            sandbox.clone(),
            auth::require_shop,
        ))
}

async fn create(State(sandbox): State<Sandbox>, headers: HeaderMap, body: BodyBytes) -> Response {
    call(sandbox, Endpoint::Create, move |sandbox| {
        let key = request::idempotence_key(&headers)?;
        let body = request::json_object(&headers, &bytes(body)?, false)?;
        let order = request::order(&body)?;
        let request = Request {
            key,
            operation: "create".to_owned(),
            body: canonical(body),
        };
        sandbox.core.with(|store, now| {
            let id = store.once(request, now, |store| store.create(order, now))?;
            show(store, &id)
        })
    })
    .await
}

async fn read(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    call(sandbox, Endpoint::Get, move |sandbox| {
        sandbox.core.with(|store, _| show(store, &id))
    })
    .await
}

async fn list(
    State(sandbox): State<Sandbox>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    call(sandbox, Endpoint::List, move |sandbox| {
        let Query(pairs) = query.map_err(|_| ApiError::bad_request("The query cannot be read"))?;
        let filter = listing::Filter::read(&pairs)?;
        sandbox
            .core
            .with(|store, _| listing::payments(store, &filter))
    })
    .await
}

async fn capture(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: BodyBytes,
) -> Response {
    call(sandbox, Endpoint::Capture, move |sandbox| {
        let key = request::idempotence_key(&headers)?;
        let body = request::json_object(&headers, &bytes(body)?, true)?;
        let request = Request {
            key,
            operation: format!("capture {id}"),
            body: canonical(body.clone()),
        };
        sandbox.core.with(|store, now| {
            let id = store.once(request, now, |store| {
                let part = request::captured(&body, store.held(&id)?.amount)?;
                store.capture(&id, part, now)?;
                Ok(id)
            })?;
            show(store, &id)
        })
    })
    .await
}

async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: BodyBytes,
) -> Response {
    call(sandbox, Endpoint::Cancel, move |sandbox| {
        let key = request::idempotence_key(&headers)?;
        let body = request::json_object(&headers, &bytes(body)?, true)?;
        let request = Request {
            key,
            operation: format!("cancel {id}"),
            body: canonical(body),
        };
        sandbox.core.with(|store, now| {
            let id = store.once(request, now, |store| store.cancel(&id, now).map(|()| id))?;
            show(store, &id)
        })
    })
    .await
}

async fn create_receipt(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: BodyBytes,
) -> Response {
    call(sandbox, Endpoint::CreateReceipt, move |sandbox| {
        let key = request::idempotence_key(&headers)?;
        let body = request::json_object(&headers, &bytes(body)?, false)?;
        let order = receipt::order(&body)?;
        let request = Request {
            key,
            operation: "receipt".to_owned(),
            body: canonical(body),
        };
        sandbox.core.with(|store, now| {
            let id = store.once(request, now, |store| store.create_receipt(order, now))?;
            show_receipt(store, &id)
        })
    })
    .await
}

async fn read_receipt(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    call(sandbox, Endpoint::GetReceipt, move |sandbox| {
        sandbox.core.with(|store, _| show_receipt(store, &id))
    })
    .await
}

async fn list_receipts(
    State(sandbox): State<Sandbox>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    call(sandbox, Endpoint::ListReceipts, move |sandbox| {
        let Query(pairs) = query.map_err(|_| ApiError::bad_request("The query cannot be read"))?;
        let filter = listing::ReceiptFilter::read(&pairs)?;
        sandbox
            .core
            .with(|store, _| listing::receipts(store, &filter))
    })
    .await
}

async fn create_refund(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: BodyBytes,
) -> Response {
    call(sandbox, Endpoint::CreateRefund, move |sandbox| {
        let key = request::idempotence_key(&headers)?;
        let body = request::json_object(&headers, &bytes(body)?, false)?;
        let order = request::refund(&body)?;
        let request = Request {
            key,
            operation: "refund".to_owned(),
            body: canonical(body),
        };
        sandbox.core.with(|store, now| {
            let id = store.once(request, now, |store| store.create_refund(order, now))?;
            show_refund(store, &id)
        })
    })
    .await
}

async fn read_refund(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    call(sandbox, Endpoint::GetRefund, move |sandbox| {
        sandbox.core.with(|store, _| show_refund(store, &id))
    })
    .await
}

async fn list_refunds(
    State(sandbox): State<Sandbox>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    call(sandbox, Endpoint::ListRefunds, move |sandbox| {
        let Query(pairs) = query.map_err(|_| ApiError::bad_request("The query cannot be read"))?;
        let filter = listing::RefundFilter::read(&pairs)?;
        sandbox
            .core
            .with(|store, _| listing::refunds(store, &filter))
    })
    .await
}

fn show_refund(store: &Store, id: &str) -> Answer {
    let refund = store
        .refund(id)
        .ok_or_else(|| ApiError::not_found("There is no such refund"))?;
    Ok(wire::refund(refund, store))
}

fn show_receipt(store: &Store, id: &str) -> Answer {
    let receipt = store
        .receipt(id)
        .ok_or_else(|| ApiError::not_found("There is no such receipt"))?;
    Ok(wire::receipt(receipt))
}

fn show(store: &Store, id: &str) -> Answer {
    let payment = store.payment(id).ok_or_else(no_such_payment)?;
    Ok(wire::payment(payment, store))
}

fn bytes(body: BodyBytes) -> Result<Bytes, ApiError> {
    body.map_err(|_| ApiError::bad_request("The body cannot be read"))
}

/// Keys of JSON objects come out sorted, so equal requests have equal texts.
fn canonical(body: request::Object) -> String {
    Value::Object(body).to_string()
}

/// Runs one call with its fault.
async fn call(
    sandbox: Sandbox,
    endpoint: Endpoint,
    commit: impl FnOnce(&Sandbox) -> Answer + Send + 'static,
) -> Response {
    let waiting = sandbox.clone();
    // A task of its own: a caller who hangs up does not undo the work, as with the real gateway.
    let end = tokio::spawn(async move { with_fault(&sandbox, endpoint, commit).await }).await;
    match end {
        Ok(End::Answer(Ok(value))) => Json(value).into_response(),
        Ok(End::Answer(Err(error))) => error.into_response(),
        Ok(End::Drop) => dropped(),
        Ok(End::Hold) => {
            waiting.core.stopped().await;
            dropped()
        }
        Err(_) => ApiError::internal().into_response(),
    }
}

async fn with_fault(
    sandbox: &Sandbox,
    endpoint: Endpoint,
    commit: impl FnOnce(&Sandbox) -> Answer,
) -> End {
    let fault = sandbox
        .core
        .with(|store, _| store.hooks.take_fault(endpoint));
    match fault {
        Some(Fault::Delay {
            when: When::BeforeCommit,
            ms,
        }) => wait(sandbox, ms).await,
        Some(Fault::Drop {
            when: When::BeforeCommit,
        }) => return End::Drop,
        Some(Fault::Hold {
            when: When::BeforeCommit,
        }) => return End::Hold,
        Some(Fault::ServerError {
            when: When::BeforeCommit,
        }) => return End::Answer(Err(ApiError::internal())),
        Some(Fault::TooManyRequests { retry_after_ms }) => {
            return End::Answer(Err(ApiError::too_many(retry_after_ms)));
        }
        _ => {}
    }
    let answer = commit(sandbox);
    if let Ok(value) = &answer {
        webhook_first(sandbox, endpoint, fault, value).await;
    }
    match fault {
        Some(Fault::Delay {
            when: When::AfterCommit,
            ms,
        }) => wait(sandbox, ms).await,
        Some(Fault::Drop {
            when: When::AfterCommit,
        }) => return End::Drop,
        Some(Fault::Hold {
            when: When::AfterCommit,
        }) => return End::Hold,
        Some(Fault::ServerError {
            when: When::AfterCommit,
        }) => return End::Answer(Err(ApiError::internal())),
        _ => {}
    }
    End::Answer(answer)
}

/// Lets the webhook overtake the answer where that was asked for.
async fn webhook_first(
    sandbox: &Sandbox,
    endpoint: Endpoint,
    fault: Option<Fault>,
    answer: &Value,
) {
    let id = answer.get("id").and_then(Value::as_str).unwrap_or_default();
    let paid_early = match (endpoint, fault) {
        (Endpoint::Create, Some(Fault::PayBeforeAnswer { reason })) => {
            let attempt = reason.map_or(Attempt::Approve, Attempt::Decline);
            sandbox
                .core
                .with(|store, now| store.attempt(id, None, attempt, now))
                .is_some()
        }
        _ => false,
    };
    let wanted = matches!(endpoint, Endpoint::Capture | Endpoint::Cancel)
        && sandbox
            .core
            .with(|store, _| store.hooks.webhook.before_answer);
    if !paid_early && !wanted {
        return;
    }
    let mut attempts = sandbox.core.attempts.subscribe();
    let tried = async {
        while sandbox
            .core
            .with(|store, _| store.data.outbox.has_untried(id))
        {
            if attempts.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = tried => {}
        () = tokio::time::sleep(WEBHOOK_FIRST) => {}
        () = sandbox.core.stopped() => {}
    }
}

async fn wait(sandbox: &Sandbox, ms: u64) {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(ms)) => {}
        () = sandbox.core.stopped() => {}
    }
}

/// A response whose body fails at its first byte: the server gives the connection up before it has
/// written the head, so the caller sees a connection that closes without an answer.
fn dropped() -> Response {
    let failing = Limited::new(Full::new(Bytes::from_static(b"--")), 1);
    let mut response = Response::new(Body::new(failing));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(
        header::CONNECTION,
        header::HeaderValue::from_static("close"),
    );
    response
}
