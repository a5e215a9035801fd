//! A worker dies while autopay takes its money, at each step on the way: one charge, one credit, never
//! another one.

use crate::killed::{hold, nobody_is_at_work, one, release_jobs, somebody_waits};
use crate::support::{Browser, Stand, app, database_url, person, wait_for};
use services::demo::PASSWORD;
use sqlx::PgPool;
use std::time::Duration;

/// Where it is stopped: before the order is looked at, before the payment is written down, after that,
/// before it is marked as being sent, before the credit, and before the credit's message.
const POINTS: [&str; 5] = [
    "select from billing.autopay for update",
    "lock table billing.payment in share mode",
    "lock table billing.autopay_run in share mode",
    "lock table ledger.op in share mode",
    "lock table inbox.message in share mode",
];

const CHARGES: &str = "select count(*) from billing.payment where purpose = 'autopay'";
const CREDITS: &str = "select count(*) from ledger.op o join billing.payment p
    on o.subscriber_id = p.subscriber_id and o.idem_key = 'topup:' || p.payment_id
    where p.purpose = 'autopay'";

async fn shift(pool: &PgPool, seconds: i64) {
    let mut conn = pool.acquire().await.unwrap();
    storage::db::shift_clock(&mut conn, seconds).await.unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_while_autopay_charges_charges_once(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("autopay", &database_url(&app.pool, "cabinet_app")).await;
    let _serve = stand.serve().await;
    let worker = stand.worker();
    let mut browser = Browser::new(&stand.url());
    browser
        .sign_in(person("save a bank card").card, PASSWORD)
        .await;
    let form = browser
        .get("/payments/top-up?save=1")
        .await
        .form("/api/payments/start")
        .with("sum", "other")
        .with("amount", "10")
        .with("save", "true");
    browser.submit(form).await;
    stand.complete(&stand.object().await).await;
    let cards = "select count(*) from billing.payment_method";
    wait_for("the card", Duration::from_mins(1), async || {
        one(&app.pool, cards).await == 1
    })
    .await;
    let form = browser
        .get("/payments/autopay/setup")
        .await
        .form("/api/payments/autopay")
        .with("agreed", "true");
    let on = browser.submit(form).await;
    assert_eq!(on.path, "/payments/autopay?done=on");

    // Told three days before.
    let due = "select extract(epoch from scheduled_at - now())::bigint from billing.autopay";
    let due = one(&app.pool, due).await;
    shift(&app.pool, due - 3 * 24 * 3600 + 5).await;
    let told = "select count(*) from billing.autopay_run where state = 'notified'";
    wait_for("the notice", Duration::from_mins(1), async || {
        one(&app.pool, told).await == 1
    })
    .await;
    assert!(worker.stop().await);
    assert_eq!(one(&app.pool, CHARGES).await, 0);
    // Told once more, by hand: the clock jumps over that day.
    sqlx::query("update billing.autopay_run set reminded = true")
        .execute(&app.pool)
        .await
        .unwrap();
    shift(&app.pool, due + 5).await;

    for point in POINTS {
        let lock = hold(&app.pool, point).await;
        let worker = stand.worker();
        somebody_waits(&app.pool).await;
        worker.kill().await;
        drop(lock);
        nobody_is_at_work(&app.pool).await;
        assert!(one(&app.pool, CHARGES).await <= 1, "{point}");
        assert_eq!(one(&app.pool, CREDITS).await, 0, "{point}");
        app.check().await;
        release_jobs(&app.pool).await;
    }
    let _workers = (stand.worker(), stand.worker());
    let paid = "select count(*) from billing.autopay_run where state = 'succeeded'";
    wait_for("the charge", Duration::from_mins(2), async || {
        one(&app.pool, paid).await == 1
    })
    .await;
    assert_eq!(one(&app.pool, CHARGES).await, 1);
    assert_eq!(one(&app.pool, CREDITS).await, 1);
    app.check().await;
}
