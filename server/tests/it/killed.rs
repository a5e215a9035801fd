//! A process dies between the acquirer's success and our commit: nothing is lost, nothing is doubled.
//!
//! The test holds a lock that the crediting transaction needs, waits until a process of ours stands
//! before it, and kills that process as a crash would: signal 9, in the middle of the transaction.

use crate::support::{Browser, Stand, app, database_url, person, wait_for};
use services::demo::PASSWORD;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use std::time::Duration;

/// Where the transaction is stopped: before the first posting, after it, after everything but the
/// message.
const POINTS: [&str; 3] = [
    "select from ledger.wallet for update",
    "lock table billing.receipt in share mode",
    "lock table inbox.message in share mode",
];

pub async fn one(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn credits(pool: &PgPool) -> i64 {
    one(
        pool,
        "select count(*) from ledger.op where actor = 'acquirer' and idem_key like 'topup:%'",
    )
    .await
}

/// Holds the lock; ends with the connection.
pub async fn hold(pool: &PgPool, statement: &'static str) -> PgConnection {
    let mut conn = PgConnection::connect_with(&pool.connect_options())
        .await
        .unwrap();
    conn.execute("begin").await.unwrap();
    conn.execute(statement).await.unwrap();
    conn
}

pub async fn somebody_waits(pool: &PgPool) {
    wait_for("a process at the lock", Duration::from_secs(30), async || {
        one(pool, "select count(*) from pg_stat_activity
            where datname = current_database() and usename = 'cabinet_app' and wait_event_type = 'Lock'").await > 0
    })
    .await;
}

/// Waits until what the dead one had begun is undone.
pub async fn nobody_is_at_work(pool: &PgPool) {
    wait_for(
        "its connection to end",
        Duration::from_secs(10),
        async || {
            one(
                pool,
                "select count(*) from pg_stat_activity where datname = current_database()
             and usename = 'cabinet_app' and state <> 'idle'",
            )
            .await
                == 0
        },
    )
    .await;
}

/// The job of the dead one is let go, as the queue does by itself after five minutes.
pub async fn release_jobs(pool: &PgPool) {
    pool.execute(
        "update graphile_worker._private_jobs set locked_at = null, locked_by = null;
         update graphile_worker._private_job_queues set locked_at = null, locked_by = null",
    )
    .await
    .unwrap();
}

/// Signs in and starts the top-up of what is missing.
async fn start_paying(stand: &Stand) -> (Browser, String) {
    let mut browser = Browser::new(&stand.url());
    let signed_in = browser
        .sign_in(person("suspended, 140").card, PASSWORD)
        .await;
    assert_eq!(signed_in.path, "/home");
    let page = browser.top_up().await;
    assert!(page.path.contains("/pay/"), "{}", page.path);
    let payments = browser.get("/payments").await;
    let link = scraper::Html::parse_document(&payments.html)
        .select(&scraper::Selector::parse("main .c-op a[href^='/payments/']").unwrap())
        .next()
        .and_then(|link| link.value().attr("href"))
        .unwrap()
        .to_owned();
    (browser, link)
}

async fn killed_worker(pool: PgPool, statement: &'static str) {
    let app = app(pool).await;
    let stand = Stand::start("worker", &database_url(&app.pool, "cabinet_app")).await;
    let _serve = stand.serve().await;
    let worker = stand.worker();
    let (mut browser, link) = start_paying(&stand).await;
    let object = stand.object().await;

    let lock = hold(&app.pool, statement).await;
    stand.complete(&object).await;
    somebody_waits(&app.pool).await;
    worker.kill().await;
    drop(lock);
    nobody_is_at_work(&app.pool).await;
    assert_eq!(credits(&app.pool).await, 0, "{statement}");
    app.check().await;

    // Two workers at once come in its place.
    let _workers = (stand.worker(), stand.worker());
    wait_for("the credit", Duration::from_mins(1), async || {
        credits(&app.pool).await > 0
    })
    .await;
    assert_eq!(browser.get(&link).await.heading(), "Платёж прошёл");
    assert!(browser.get("/home").await.main().contains("Работает"));
    // The acquirer repeats itself; nothing follows.
    stand
        .acquirer(
            reqwest::Method::POST,
            &format!("/payments/{object}/redeliver"),
            None,
        )
        .await;
    wait_for("the repeated notification", Duration::from_secs(20), async || {
        one(&app.pool, "select coalesce(max(hits), 0)::bigint from billing.webhook_inbox where processed_at is not null").await > 1
    })
    .await;
    assert_eq!(credits(&app.pool).await, 1, "{statement}");
    assert_eq!(
        one(
            &app.pool,
            "select count(*) from billing.receipt where total_kop = 14000"
        )
        .await,
        1
    );
    app.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_before_the_posting_credits_once(pool: PgPool) {
    killed_worker(pool, POINTS[0]).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_after_the_posting_credits_once(pool: PgPool) {
    killed_worker(pool, POINTS[1]).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_before_the_commit_credits_once(pool: PgPool) {
    killed_worker(pool, POINTS[2]).await;
}

/// The server itself asks the acquirer when the person does: it may die there too.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_server_killed_before_the_commit_credits_once(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("server", &database_url(&app.pool, "cabinet_app")).await;
    let serve = stand.serve().await;
    let (mut browser, link) = start_paying(&stand).await;
    let object = stand.object().await;
    stand.complete(&object).await;
    let asking = format!("{link}?check=1");

    let lock = hold(&app.pool, POINTS[2]).await;
    let url = format!("{}{asking}", stand.url());
    let cookie = format!(
        "__Host-session={}",
        browser.cookie("__Host-session").unwrap()
    );
    let lost = tokio::spawn(
        reqwest::Client::builder()
            .build()
            .unwrap()
            .get(url)
            .header("cookie", cookie)
            .send(),
    );
    somebody_waits(&app.pool).await;
    serve.kill().await;
    assert!(
        lost.await.unwrap().is_err(),
        "the person's connection broke"
    );
    drop(lock);

    // Nobody but the server is there, and the person asks again.
    let _serve = stand.serve().await;
    assert_eq!(credits(&app.pool).await, 0);
    assert_eq!(browser.get(&asking).await.heading(), "Платёж прошёл");
    assert_eq!(credits(&app.pool).await, 1);
    // What the queue still holds from before changes nothing.
    let worker = stand.worker();
    wait_for("an empty queue", Duration::from_mins(1), async || {
        one(
            &app.pool,
            "select count(*) from billing.webhook_inbox where processed_at is null",
        )
        .await
            == 0
    })
    .await;
    assert!(worker.stop().await);
    assert_eq!(credits(&app.pool).await, 1);
    app.check().await;
}

/// What somebody does in the cabinet with one form, and how often it has happened.
struct Deed {
    name: &'static str,
    page: &'static str,
    action: &'static str,
    /// A field to fill, if there is one.
    typed: Option<(&'static str, String)>,
    /// Locks that stop it on its way.
    points: [&'static str; 3],
    /// What the page says when it is done.
    done: &'static str,
    count: &'static str,
}

/// The server dies in the middle of it, wherever that is: nothing has happened, and doing it again does it
/// once.
async fn killed_server(pool: PgPool, deed: Deed) {
    let app = app(pool).await;
    let stand = Stand::start(deed.name, &database_url(&app.pool, "cabinet_app")).await;
    let card = person("suspended, 140").card;
    for point in deed.points {
        let serve = stand.serve().await;
        let mut browser = Browser::new(&stand.url());
        browser.sign_in(card, PASSWORD).await;
        let mut form = browser.get(deed.page).await.form(deed.action);
        if let Some((field, text)) = &deed.typed {
            form = form.with(field, text);
        }
        let lock = hold(&app.pool, point).await;
        let lost = tokio::spawn(async move { browser.submit(form).await });
        somebody_waits(&app.pool).await;
        serve.kill().await;
        assert!(lost.await.is_err(), "the connection broke: {point}");
        drop(lock);
        nobody_is_at_work(&app.pool).await;
        assert_eq!(one(&app.pool, deed.count).await, 0, "{point}");
        app.check().await;
    }
    let _serve = stand.serve().await;
    let mut browser = Browser::new(&stand.url());
    browser.sign_in(card, PASSWORD).await;
    for _ in 0..2 {
        let page = browser.get(deed.page).await;
        if page.main().contains(deed.done) {
            break;
        }
        let mut form = page.form(deed.action);
        if let Some((field, text)) = &deed.typed {
            form = form.with(field, text);
        }
        let done = browser.submit(form).await;
        assert!(done.main().contains(deed.done), "{}", done.main());
    }
    assert_eq!(one(&app.pool, deed.count).await, 1);
    app.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_server_killed_while_it_lends_lends_once(pool: PgPool) {
    killed_server(
        pool,
        Deed {
            name: "lends",
            page: "/payments/promised",
            action: "/api/payments/promise",
            typed: None,
            points: [
                "select from ledger.wallet for update",
                "lock table billing.charge in share mode",
                "lock table inbox.message in share mode",
            ],
            done: "Верните 140",
            count: "select count(*) from billing.promise p join billing.subscriber s using (subscriber_id)
                where s.contract = '2041008771'",
        },
    )
    .await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_server_killed_while_it_redeems_redeems_once(pool: PgPool) {
    let pin = services::demo::vouchers().next().unwrap();
    killed_server(
        pool,
        Deed {
            name: "redeems",
            page: "/payments/voucher",
            action: "/api/payments/voucher",
            typed: Some(("pin", pin.grouped())),
            points: [
                "select from billing.voucher for update",
                "select from ledger.wallet for update",
                "lock table inbox.message in share mode",
            ],
            done: "Карта активирована",
            count: "select count(*) from ledger.op where kind = 'voucher'",
        },
    )
    .await;
}

/// A worker dies while it ends a promised payment; the next one ends it once.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_while_it_ends_a_promise_ends_it_once(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("ends", &database_url(&app.pool, "cabinet_app")).await;
    let ended = "select count(*) from ledger.op where kind = 'promise_expire'";
    assert_eq!(one(&app.pool, ended).await, 0);
    for point in [
        "select from ledger.wallet for update",
        "lock table billing.charge in share mode",
        "lock table inbox.message in share mode",
    ] {
        let lock = hold(&app.pool, point).await;
        let worker = stand.worker();
        somebody_waits(&app.pool).await;
        worker.kill().await;
        drop(lock);
        nobody_is_at_work(&app.pool).await;
        assert_eq!(one(&app.pool, ended).await, 0, "{point}");
        app.check().await;
        release_jobs(&app.pool).await;
    }
    let _workers = (stand.worker(), stand.worker());
    wait_for("its end", Duration::from_mins(1), async || {
        one(&app.pool, ended).await > 0
    })
    .await;
    assert_eq!(one(&app.pool, ended).await, 1);
    app.check().await;
}
