//! The worker: runs jobs from the queue and the tick that finds what is due.

use super::{
    AutopayStep, CheckPayment, Deliver, LookAtObject, PromiseStep, Reconcile, Recover, RefundStep,
    RegisterReceipt, Settle,
};
use crate::{
    ServiceError, Services, access, autopay, billing, payment_flow, promise, receipts,
    reconciliation, refunds, upkeep, webhooks,
};
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext, WorkerOptions};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The services as the queue hands them to handlers.
#[derive(Debug, Clone)]
struct Shared(Arc<Services>);

/// The queue could not be set up or broke down.
#[derive(Debug, thiserror::Error)]
#[error("job queue: {0}")]
pub struct WorkerError(String);

fn services(context: &WorkerContext) -> Result<Arc<Services>, String> {
    context
        .get_ext::<Shared>()
        .map(|shared| shared.0.clone())
        .ok_or_else(|| "no services".into())
}

/// Logs a failed job once, here, and tells the queue to try again.
fn outcome(job: &'static str, result: Result<(), ServiceError>) -> Result<(), String> {
    result.map_err(|error| {
        tracing::warn!(job, %error, "job.failed: it will be tried again");
        error.to_string()
    })
}

impl TaskHandler for CheckPayment {
    const IDENTIFIER: &'static str = "check_payment";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        let result = payment_flow::check(&services, self.subscriber, self.payment).await;
        outcome(Self::IDENTIFIER, result.map(drop))
    }
}

impl TaskHandler for RegisterReceipt {
    const IDENTIFIER: &'static str = "register_receipt";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        let step = receipts::registering::step(&services, self.subscriber, self.receipt);
        outcome(Self::IDENTIFIER, step.await)
    }
}

impl TaskHandler for RefundStep {
    const IDENTIFIER: &'static str = "refund";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        let step = refunds::sending::step(&services, self.subscriber, self.part);
        outcome(Self::IDENTIFIER, step.await)
    }
}

impl TaskHandler for Reconcile {
    const IDENTIFIER: &'static str = "reconcile";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        let day = domain::Date::parse(&self.day).ok_or("not a day")?;
        let compared = reconciliation::by_lists(&services, day).await;
        outcome(Self::IDENTIFIER, compared.map(drop))
    }
}

impl TaskHandler for LookAtObject {
    const IDENTIFIER: &'static str = "look_at_object";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            webhooks::process(&services, &self.object).await,
        )
    }
}

impl TaskHandler for Settle {
    const IDENTIFIER: &'static str = "settle";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            billing::settle_due(&services, self.subscriber).await,
        )
    }
}

impl TaskHandler for PromiseStep {
    const IDENTIFIER: &'static str = "promise";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            promise::step(&services, self.subscriber).await,
        )
    }
}

impl TaskHandler for AutopayStep {
    const IDENTIFIER: &'static str = "autopay";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            autopay::step(&services, self.subscriber).await,
        )
    }
}

impl TaskHandler for Deliver {
    const IDENTIFIER: &'static str = "deliver";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            super::deliver(&services, self.delivery).await,
        )
    }
}

impl TaskHandler for Recover {
    const IDENTIFIER: &'static str = "recover";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let services = services(&context)?;
        outcome(
            Self::IDENTIFIER,
            access::recovery::send(&services, &self).await,
        )
    }
}

/// Makes the queue's tables; run by the owner of the database.
///
/// # Errors
/// [`WorkerError`] when the database refuses.
pub async fn migrate(pool: &storage::db::Pool) -> Result<(), WorkerError> {
    graphile_worker::WorkerUtils::new(pool.clone(), "graphile_worker".to_owned())
        .migrate()
        .await
        .map_err(|error| WorkerError(error.to_string()))
}

fn options(services: &Arc<Services>) -> WorkerOptions {
    WorkerOptions::default()
        .pg_pool(services.db.pool().clone())
        .schema("graphile_worker")
        // Of these receipts hold two at most, and reconciliation one.
        .concurrency(6)
        .poll_interval(Duration::from_secs(1))
        .add_extension(Shared(services.clone()))
        .define_job::<CheckPayment>()
        .define_job::<RegisterReceipt>()
        .define_job::<RefundStep>()
        .define_job::<Reconcile>()
        .define_job::<LookAtObject>()
        .define_job::<Settle>()
        .define_job::<PromiseStep>()
        .define_job::<AutopayStep>()
        .define_job::<Deliver>()
        .define_job::<Recover>()
        .listen_os_shutdown_signals(false)
}

/// Runs every job that waits now, and returns; for tests and one-off runs.
///
/// # Errors
/// [`WorkerError`] when the queue cannot be reached.
pub async fn run_jobs(services: &Arc<Services>) -> Result<(), WorkerError> {
    let worker = options(services)
        .init()
        .await
        .map_err(|error| WorkerError(error.to_string()))?;
    worker
        .run_once()
        .await
        .map_err(|error| WorkerError(error.to_string()))
}

/// Works until `shutdown` ends; a job that is running is finished first. A database that goes away
/// and comes back is waited for.
pub async fn run(
    services: Arc<Services>,
    shutdown: impl Future<Output = ()> + Send + Clone + 'static,
) {
    let ticking = tokio::spawn(tick(services.clone(), shutdown.clone()));
    loop {
        let built = options(&services)
            .shutdown_signal(shutdown.clone())
            .shutdown_grace_period(Duration::from_secs(20))
            .init()
            .await;
        let result = match built {
            Ok(worker) => worker.run().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match result {
            Ok(()) => break,
            Err(error) => tracing::warn!(error, "worker.restarts: the queue broke down"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
            () = shutdown.clone() => break,
        }
    }
    let _ = ticking.await;
}

/// The tick: every second what is due, every two the roll-up, every minute the rest.
async fn tick(services: Arc<Services>, shutdown: impl Future<Output = ()> + Send) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut count = 0u64;
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = every.tick() => {}
        }
        report("find_due", upkeep::find_due(&services).await);
        report("find_receipts", upkeep::find_receipts(&services).await);
        if count.is_multiple_of(2) {
            report("roll_up", upkeep::roll_up(&services).await.map(drop));
        }
        if count.is_multiple_of(60) {
            report("watch", upkeep::watch(&services).await);
            report("sweep", upkeep::sweep(&services).await);
            report("cards", autopay::warn_of_expiry(&services).await);
            report("reconciliation", reconciliation::find_due(&services).await);
        }
        count += 1;
    }
}

fn report(part: &'static str, result: Result<(), ServiceError>) {
    if let Err(error) = result {
        tracing::warn!(part, %error, "tick.failed");
    }
}
