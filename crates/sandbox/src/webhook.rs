//! The worker that tells the shop what has happened, and lets time pass for payments nobody asks about.
//! It may not decide what is told: the outbox does. It never holds up the payer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::{JoinHandle, JoinSet};

use crate::OpenError;
use crate::core::Core;

/// How many webhooks may fly at once.
const MAX_FLYING: usize = 8;
/// How long a receiver may think.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the worker sleeps when nothing is due.
const IDLE: Duration = Duration::from_mins(1);

/// The handle of the worker; the worker ends with it.
pub(crate) struct Worker {
    core: Arc<Core>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    pub(crate) fn start(core: Arc<Core>) -> Result<Self, OpenError> {
        // Whoever was first to install a provider has the same one: the product has only ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let task = tokio::spawn(run(Arc::clone(&core), client));
        Ok(Self {
            core,
            task: Mutex::new(Some(task)),
        })
    }

    /// Waits for the end after [`Core::stop`].
    pub(crate) async fn finished(&self) {
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task {
            // A worker that panicked has ended too.
            let _ = task.await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.core.stop();
    }
}

async fn run(core: Arc<Core>, client: reqwest::Client) {
    let mut flying: JoinSet<(u64, bool)> = JoinSet::new();
    let stopped = core.stopped();
    tokio::pin!(stopped);
    loop {
        let pause = launch(&core, &client, &mut flying);
        tokio::select! {
            // What flies now is dropped and stays in the outbox as not delivered.
            () = &mut stopped => return,
            Some(landed) = flying.join_next(), if !flying.is_empty() => {
                if let Ok((number, delivered)) = landed {
                    core.with(|store, now| {
                        store.data.outbox.landed(number, delivered, now);
                        store.touch();
                    });
                    core.attempts.send_modify(|attempts| *attempts = attempts.wrapping_add(1));
                }
            }
            () = core.changed.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Sends what is due and says how long nothing more will be.
fn launch(core: &Core, client: &reqwest::Client, flying: &mut JoinSet<(u64, bool)>) -> Duration {
    let Some(url) = &core.config.webhook_url else {
        return core.with(|store, now| pause(store.due(now).1, now));
    };
    let (batch, pause) = core.with(|store, now| {
        let mut batch = Vec::new();
        while flying.len() + batch.len() < MAX_FLYING {
            let newest_first = store.hooks.webhook.reorder;
            let Some(next) = store.data.outbox.take(now, newest_first) else {
                break;
            };
            batch.push(next);
        }
        // What is due but has to wait for a landing is looked at again after the landing.
        let waiting = store.data.outbox.next_at().filter(|at| *at > now);
        let next = [store.due(now).1, waiting].into_iter().flatten().min();
        (batch, pause(next, now))
    });
    for (number, delivery) in batch {
        let request = client.post(url);
        flying.spawn(async move { (number, send(request, &delivery.body).await) });
    }
    pause
}

/// Delivered means HTTP 200 and nothing else.
async fn send(request: reqwest::RequestBuilder, body: &Value) -> bool {
    match request.json(body).send().await {
        Ok(response) if response.status() == StatusCode::OK => true,
        Ok(response) => {
            tracing::debug!(status = %response.status(), "a webhook was not accepted");
            false
        }
        Err(error) => {
            tracing::debug!(%error, "a webhook was not delivered");
            false
        }
    }
}

fn pause(next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let wait = next.and_then(|at| (at - now).to_std().ok()).unwrap_or(IDLE);
    wait.clamp(Duration::from_millis(5), IDLE)
}
