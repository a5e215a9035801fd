//! A stateful stand-in for the acquirer: payments, refunds and receipts of YooKassa API v3, the payer's page,
//! webhooks, and faults on request. It runs as a role of the product's binary in the demo and inside
//! tests; it moves no money. It may not share code with the adapter it proves, and it may not keep or
//! log a card's number or code.
//!
//! # What is where
//!
//! | Address | For |
//! |---|---|
//! | `/v3/payments…`, `/v3/refunds…`, `/v3/receipts…` | the API (Basic authentication) |
//! | `/pay/{id}`, `/pay/{id}/3ds` | the payer's pages |
//! | `/` | what this is; with control on, the last payments and the faults form |
//! | `/control/…` | JSON control, only when [`Config::control`] is true |
//!
//! The payer's «cancel and go back» cancels at once with `expired_on_confirmation`: the API has no
//! reason of its own for a payer who leaves. Embedded and QR payments are paid on the same page.
//!
//! # Test cards
//!
//! Any expiry date ahead and any three digits of CVC go with every card.
//!
//! | Number | Leads to |
//! |---|---|
//! | 5555 5555 5555 4444 | success |
//! | 2200 0000 0000 0004 | success, Mir |
//! | 5555 5555 5555 4477 | 3-D Secure: code 1234 passes, anything else is `3d_secure_failed` |
//! | 5555 5555 5555 4519 | success 60 s later, the payer goes back at once |
//! | 5555 5555 5555 4600 | `insufficient_funds` |
//! | 5555 5555 5555 4543 | `card_expired` |
//! | 5555 5555 5555 4535 | `call_issuer` |
//! | 5555 5555 5555 4568 | `fraud_suspected` |
//! | 5555 5555 5555 4527 | `internal_timeout` |
//!
//! # Control over HTTP
//!
//! No authentication: never expose a sandbox with control on to strangers. Bodies and answers are JSON.
//!
//! | Call | Body | Does |
//! |---|---|---|
//! | `GET /control/state` | | the clock, all hooks, the number of waiting webhooks |
//! | `GET /control/payments`, `/control/payments/{id}` | | payments, newest first |
//! | `POST /control/payments/{id}/complete` | `{"late":false}` | pays or captures; `late` also revives a cancelled one |
//! | `POST /control/payments/{id}/decline` | `{"reason":"insufficient_funds"}` | refuses |
//! | `POST /control/payments/{id}/redeliver` | `{}` | sends the webhook of the present state again, and waiting ones now |
//! | `POST /control/payments/{id}/forge` | `{"status":"succeeded","copies":1}` | sends a webhook that claims a state, changes nothing |
//! | `POST /control/webhooks` | any object | sends it to the webhook address as it is |
//! | `POST /control/faults` | [`FaultRule`] | adds a fault |
//! | `DELETE /control/faults` | | removes all faults |
//! | `PUT /control/webhook` | [`WebhookPlan`] | sets the behaviour of webhooks |
//! | `PUT /control/outcome` | [`OutcomeRule`] or `null` | decides the payer's next attempts |
//! | `PUT /control/key_reuse` | `"reject"` or `"replay"` | a key used again with another body |
//! | `PUT /control/receipts` | `"register"`, `"refuse"`, `"hold"` or `"ignore"` | what becomes of receipts that wait |
//! | `GET /control/refunds` | | refunds, oldest first |
//! | `PUT /control/refunds` | `"succeed"`, `"hold"` or `"cancel"` | what becomes of refunds, new and waiting ones |
//! | `POST /control/clock` | `{"advance_seconds":86400}` or `{"offset_seconds":0}` | moves the virtual clock |
//! | `POST /control/reset` | `{}` | all hooks to their defaults (the clock and payments stay) |
//!
//! ```text
//! fault rule   {"endpoint":"create|get|list|capture|cancel|create_receipt|get_receipt|list_receipts|
//!               create_refund|get_refund|list_refunds",
//!               "fault":FAULT,"times":2}              times absent = until cleared
//! FAULT        {"kind":"delay","when":"before_commit|after_commit","ms":3000}
//!              {"kind":"drop","when":…}            the connection closes without an answer
//!              {"kind":"hold","when":…}            the connection stays open, no answer comes
//!              {"kind":"server_error","when":…}    HTTP 500
//!              {"kind":"too_many_requests","retry_after_ms":1500}
//!              {"kind":"pay_before_answer","reason":"insufficient_funds"}   only create; reason absent = paid
//! webhook plan {"enabled":true,"copies":1,"before_answer":false,"reorder":false,"claim":null}
//! outcome rule {"reason":"call_issuer","times":1}  reason absent = paid
//! ```
//!
//! Hooks are not kept over a restart; the clock, payments, keys and waiting webhooks are.

mod api;
mod auth;
mod card;
mod control;
mod control_http;
mod core;
mod error;
mod faults;
mod life;
mod listing;
mod model;
mod money;
mod outbox;
mod pages;
mod payer;
mod receipt;
mod refund;
mod registration;
mod request;
mod store;
mod webhook;
mod wire;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

pub use crate::control::{Control, ControlError};
pub use crate::faults::{
    Endpoint, Fault, FaultRule, Hooks, KeyReuse, OutcomeRule, ReceiptPlan, RefundPlan, WebhookPlan,
    When,
};
pub use crate::model::{Reason, Status};
pub use crate::store::StateError;

use crate::core::Core;
use crate::webhook::Worker;

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Config {
    /// The shop's number: the user name of the API.
    pub shop_id: String,
    /// The shop's key: the password of the API.
    pub secret_key: String,
    /// Base address of this sandbox as the payer's browser sees it; the sandbox takes a whole origin.
    pub public_url: String,
    /// Where events are sent; absent = nowhere.
    pub webhook_url: Option<String>,
    /// Where the state is kept; absent = only in memory.
    pub state_file: Option<PathBuf>,
    /// Whether the fault hooks and the control API are open over HTTP.
    pub control: bool,
}

/// A sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The base address or the webhook address is not one.
    #[error("{name} of the sandbox is not a web address: {value}")]
    Address {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The state file.
    #[error(transparent)]
    State(#[from] StateError),
    /// The client that sends webhooks.
    #[error("the webhook client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A sandbox cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It could not start.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The server failed.
    #[error("the sandbox server failed: {0}")]
    Server(#[from] io::Error),
}

/// A running sandbox. Clones are handles to the same one; webhooks stop with the last handle.
#[derive(Clone)]
pub struct Sandbox {
    core: Arc<Core>,
    worker: Arc<Worker>,
}

impl Sandbox {
    /// Loads the state and starts the webhook worker. Needs a tokio runtime.
    #[allow(
        clippy::unused_async,
        reason = "starting needs a runtime, and the signature says so"
    )]
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let core = Arc::new(Core::open(config)?);
        let worker = Arc::new(Worker::start(Arc::clone(&core))?);
        Ok(Self { core, worker })
    }

    /// All pages and calls of this sandbox.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .merge(payer::router())
            .merge(pages::home_router());
        let router = if self.core.config.control {
            router.merge(control_http::router())
        } else {
            router
        };
        router
            .nest("/v3", api::router(self))
            .with_state(self.clone())
    }

    /// The handle for tests and for whoever runs this sandbox in the same process.
    pub fn control(&self) -> Control {
        Control::new(self.clone())
    }

    /// Serves until `shutdown` is over, then lets go of held answers and stops the webhooks.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let core = Arc::clone(&self.core);
        let stopping = async move {
            shutdown.await;
            core.stop();
        };
        axum::serve(listener, self.router())
            .with_graceful_shutdown(stopping)
            .await?;
        self.close().await;
        Ok(())
    }

    /// Stops the webhook worker and waits for it. What was not delivered stays in the state file.
    pub async fn close(&self) {
        self.core.stop();
        self.worker.finished().await;
    }
}

/// Opens a sandbox and serves it until `shutdown` is over.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    Sandbox::open(config).await?.serve(listener, shutdown).await
}
