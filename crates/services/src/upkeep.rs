//! What happens by itself: finding what is due, rolling up the ledger, sweeping what has expired.
//! The tick may run on several nodes at once and twice in a row; each part is harmless to repeat.

use crate::error::commit;
use crate::{ServiceError, Services, jobs, privacy};
use domain::Timestamp;
use storage::job::Again;
use storage::office::{enrolment, person, session, subscriber_case};
use storage::{
    account, autopay, autopay_run, code, draft, known_browser, ledger, outbox, passkey, payment,
    promise, receipt, refund, registration, subscription, throttle, webhook,
};

/// Most rows that one tick puts into the queue, per kind.
const BATCH: i64 = 500;

/// Most receipts that one tick puts into the queue: about what the worker can ask about until the next.
const RECEIPTS: i64 = 50;

/// A job that is later than this was lost, in seconds.
const LOST_AFTER: i64 = 300;

const DAY: i64 = 24 * 3600;

/// How long ended sessions, used links and the addresses of letters are kept, in seconds.
const TRACES_KEPT: i64 = 90 * DAY;

/// How long the security log is kept, in seconds.
const LOG_KEPT: i64 = 3 * 365 * DAY;

/// How long a registration that nobody opens is kept, in seconds.
const PENDING_KEPT: i64 = 7 * DAY;

/// Finds payments to ask about and periods that ended, and puts a job for each into the queue.
pub async fn find_due(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    for (subscriber, id) in payment::due(&mut tx, now, BATCH).await? {
        jobs::enqueue_check(&mut tx, subscriber, id, Again::AsItIs).await?;
    }
    for (subscriber, id) in refund::part::due(&mut tx, now, BATCH).await? {
        jobs::enqueue_refund(&mut tx, subscriber, id, Again::AsItIs).await?;
    }
    for subscriber in subscription::due(&mut tx, now, BATCH).await? {
        jobs::enqueue_settle(&mut tx, subscriber).await?;
    }
    for subscriber in promise::due(&mut tx, now, BATCH).await? {
        jobs::enqueue_promise(&mut tx, subscriber).await?;
    }
    for subscriber in autopay::due(&mut tx, now, BATCH).await? {
        jobs::enqueue_autopay(&mut tx, subscriber, Again::AsItIs).await?;
    }
    commit(tx).await
}

/// Finds receipts to ask about. Apart from money: they wait for it and never the other way round.
pub async fn find_receipts(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    for (subscriber, id) in receipt::due(&mut tx, now, RECEIPTS).await? {
        jobs::enqueue_receipt(&mut tx, subscriber, id).await?;
    }
    commit(tx).await
}

/// Puts back what the queue has lost.
pub async fn watch(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let late: Timestamp = now.plus_seconds(-LOST_AFTER);
    for object in webhook::stuck(&mut tx, services.acquirer.name(), late, BATCH).await? {
        jobs::enqueue_object(&mut tx, &object).await?;
    }
    for subscriber in autopay_run::missed(&mut tx, BATCH).await? {
        jobs::enqueue_autopay(&mut tx, subscriber, Again::AsItIs).await?;
    }
    for delivery in outbox::stuck(&mut tx, late, BATCH).await? {
        jobs::enqueue_delivery(&mut tx, delivery).await?;
    }
    commit(tx).await
}

/// Adds committed postings to the sums of all accounts.
pub async fn roll_up(services: &Services) -> Result<i64, ServiceError> {
    let (mut tx, _) = services.db.begin().await?;
    let counted = ledger::roll_up(&mut tx).await?;
    commit(tx).await?;
    Ok(counted)
}

/// Deletes what has expired and makes the months ahead.
pub async fn sweep(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    throttle::sweep(&mut tx, now).await?;
    draft::sweep(&mut tx, now).await?;
    registration::sweep(&mut tx, now).await?;
    code::sweep(&mut tx, now).await?;
    known_browser::sweep(&mut tx, now).await?;
    passkey::sweep(&mut tx, now).await?;
    session::sweep(&mut tx, now.plus_seconds(-TRACES_KEPT)).await?;
    enrolment::sweep(&mut tx, now.plus_seconds(-TRACES_KEPT)).await?;
    subscriber_case::sweep(&mut tx, now.plus_seconds(-DAY)).await?;
    person::sweep_browsers(&mut tx, now.plus_seconds(-TRACES_KEPT)).await?;
    let (traces, log) = (now.plus_seconds(-TRACES_KEPT), now.plus_seconds(-LOG_KEPT));
    account::sweep_traces(&mut tx, traces, log).await?;
    for id in account::pending_before(&mut tx, now.plus_seconds(-PENDING_KEPT), BATCH).await? {
        account::drop_pending(&mut tx, id).await?;
    }
    ledger::ensure_months(&mut tx, now, 3).await?;
    commit(tx).await?;
    privacy::erase_due(services).await
}
