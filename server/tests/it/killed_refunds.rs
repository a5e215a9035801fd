//! A process dies while money is set aside or goes back, at each step on the way: it is set aside once, it
//! goes back once, and the books say so.

use crate::killed::{hold, nobody_is_at_work, one, release_jobs, somebody_waits};
use crate::support::{App, Browser, Stand, app, database_url, person, wait_for};
use reqwest::Method;
use services::demo::PASSWORD;
use sqlx::PgPool;
use std::time::Duration;

/// Where the server is stopped that sets it aside: before the wallet is held, before the posting, before its
/// refund, its part, the use of the lot, the message.
const ASKING: [&str; 6] = [
    "select from ledger.wallet for update",
    "lock table ledger.op in share mode",
    "lock table billing.refund in share mode",
    "lock table billing.refund_part in share mode",
    "lock table billing.advance_use in share mode",
    "lock table inbox.message in share mode",
];

/// Where the worker is stopped that gives it back: before the call, and after the acquirer has made it: before
/// the posting, after that, before its receipt, before the message.
const GIVING: [&str; 5] = [
    "select from billing.refund for update",
    "select from ledger.wallet for update",
    "lock table ledger.op in share mode",
    "lock table billing.receipt in share mode",
    "lock table inbox.message in share mode",
];

const CREDITED: &str =
    "select count(*) from ledger.op where actor = 'acquirer' and kind = 'top_up'";
const ASKED: &str = "select count(*) from billing.refund";
const GONE: &str = "select count(*) from ledger.op where kind = 'refund_done'";

/// Somebody with a hundred roubles that came by card.
async fn payer(app: &App, stand: &Stand) -> Browser {
    let worker = stand.worker();
    let mut browser = Browser::new(&stand.url());
    browser
        .sign_in(person("paid for three weeks").card, PASSWORD)
        .await;
    let form = browser
        .get("/payments/top-up")
        .await
        .form("/api/payments/start")
        .with("sum", "other")
        .with("amount", "100");
    browser.submit(form).await;
    let object = stand.object().await;
    stand.complete(&object).await;
    wait_for("the credit", Duration::from_mins(1), async || {
        one(&app.pool, CREDITED).await == 1
    })
    .await;
    assert!(worker.stop().await);
    browser
}

async fn ask(browser: &mut Browser) -> String {
    let form = browser
        .get("/refunds/new")
        .await
        .form("/api/refunds/request")
        .with("sum", "100");
    browser.submit(form).await.main()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_server_killed_while_it_sets_aside_sets_aside_once(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("asks", &database_url(&app.pool, "cabinet_app")).await;
    let serve = stand.serve().await;
    payer(&app, &stand).await;
    serve.kill().await;
    for point in ASKING {
        let serve = stand.serve().await;
        let mut browser = Browser::new(&stand.url());
        browser
            .sign_in(person("paid for three weeks").card, PASSWORD)
            .await;
        let form = browser
            .get("/refunds/new")
            .await
            .form("/api/refunds/request")
            .with("sum", "100");
        let lock = hold(&app.pool, point).await;
        let lost = tokio::spawn(async move { browser.submit(form).await });
        somebody_waits(&app.pool).await;
        serve.kill().await;
        assert!(lost.await.is_err(), "the connection broke: {point}");
        drop(lock);
        nobody_is_at_work(&app.pool).await;
        assert_eq!(one(&app.pool, ASKED).await, 0, "{point}");
        app.check().await;
    }
    let _serve = stand.serve().await;
    let mut browser = Browser::new(&stand.url());
    browser
        .sign_in(person("paid for three weeks").card, PASSWORD)
        .await;
    assert!(
        ask(&mut browser)
            .await
            .contains("Заявка на возврат: проверяем")
    );
    assert_eq!(one(&app.pool, ASKED).await, 1);
    app.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_killed_while_it_gives_back_gives_back_once(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("gives", &database_url(&app.pool, "cabinet_app")).await;
    let _serve = stand.serve().await;
    let mut browser = payer(&app, &stand).await;
    assert!(
        ask(&mut browser)
            .await
            .contains("Заявка на возврат: проверяем")
    );
    for agreed in [
        "update billing.refund set state = 'approved', decided_at = now(),
             decided_by = (select person_id from office.person where role = 'accountant' limit 1)",
        "update billing.refund_part set next_look_at = now()",
    ] {
        sqlx::query(agreed).execute(&app.pool).await.unwrap();
    }
    for (n, point) in (1_i64..).zip(GIVING) {
        let lock = hold(&app.pool, point).await;
        let worker = stand.worker();
        somebody_waits(&app.pool).await;
        worker.kill().await;
        drop(lock);
        nobody_is_at_work(&app.pool).await;
        assert_eq!(one(&app.pool, GONE).await, 0, "{point}");
        app.check().await;
        release_jobs(&app.pool).await;
        // The call may have been under way: it is repeated after half a minute.
        let mut conn = app.pool.acquire().await.unwrap();
        storage::db::shift_clock(&mut conn, 60 * n).await.unwrap();
    }
    let _workers = (stand.worker(), stand.worker());
    let over = "select count(*) from billing.refund where state = 'finished'";
    wait_for("its end", Duration::from_mins(1), async || {
        one(&app.pool, over).await == 1
    })
    .await;
    assert_eq!(one(&app.pool, GONE).await, 1);
    let made = stand.acquirer(Method::GET, "/refunds", None).await;
    assert_eq!(made.as_array().map(Vec::len), Some(1), "{made}");
    let receipts = "select count(*) from billing.receipt where kind = 'refund'";
    assert_eq!(one(&app.pool, receipts).await, 1);
    app.check().await;
}
