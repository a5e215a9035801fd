//! A neighbour goes away and comes back: the database, the acquirer. People are told, nothing is
//! lost, and everything goes on by itself.

use crate::support::{Browser, Folder, Stand, app, database_url, person, wait_for};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;
use server::config;
use server::postgres::Cluster;
use server::roles::{self, migrate};
use services::demo::PASSWORD;
use sqlx::PgPool;
use std::time::{Duration, Instant};
use storage::Db;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_away_finds_everything_going_on() {
    gateways::http::install_tls();
    let folder = Folder::new("outage-data");
    let mut config = config::load(None).unwrap();
    config.demo.data_dir = folder.path().to_path_buf();
    let cluster = Cluster::start(&config.demo).await.unwrap();
    let owner = cluster.url("owner", "cabinet");
    let db = Db::connect(&owner, 2).unwrap();
    migrate::migrate(&db).await.unwrap();
    let seeding = roles::build(&config, &SecretString::from(owner.clone()), true).unwrap();
    services::demo::seed(&seeding.services).await.unwrap();
    seeding.services.db.close().await;
    db.close().await;

    let stand = Stand::start("outage", &cluster.url("cabinet_app", "cabinet")).await;
    let (serve, worker) = (stand.serve().await, stand.worker());
    let mut browser = Browser::new(&stand.url());
    browser
        .sign_in(person("suspended, 140").card, PASSWORD)
        .await;
    let form = browser
        .get("/payments/top-up")
        .await
        .form("/api/payments/start");
    let page = browser.submit(form.clone()).await;
    assert!(page.path.contains("/pay/"), "{}", page.path);
    let object = stand.object().await;

    // It goes away while the payer pays.
    cluster.stop().await;
    stand.complete(&object).await;
    for path in ["/home", "/login", "/payments", "/register"] {
        let page = browser.get(path).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (503, "Кабинет временно не отвечает"),
            "{path}"
        );
        assert!(page.html.contains("8 800"), "the phone is there: {path}");
    }
    let refused = browser.submit(form).await;
    assert_eq!(refused.status, 503);
    // One tries again where one was, not at the address that the form was posted to.
    assert_eq!(refused.link("Повторить").as_deref(), Some("/register"));
    let (status, _) = browser.call(Method::GET, "/api/home", "").await;
    assert_eq!(status, 503);
    assert_eq!(browser.get("/health/ready").await.status, 503);
    assert_eq!(browser.get("/health/live").await.status, 204);

    // It comes back, and nobody has to do anything: the same processes go on, nobody signs in anew.
    let cluster = Cluster::start(&config.demo).await.unwrap();
    wait_for("television", Duration::from_mins(1), async || {
        browser.get("/home").await.main().contains("Работает")
    })
    .await;
    assert!(serve.stop().await, "the server stops in good order");
    assert!(worker.stop().await, "the worker stops in good order");

    let db = Db::connect(&owner, 2).unwrap();
    let (mut tx, _) = db.begin().await.unwrap();
    storage::ledger::roll_up(&mut tx).await.unwrap();
    let findings = storage::ledger_check::check(&mut tx).await.unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
    drop(tx);
    db.close().await;
    cluster.stop().await;
}

/// The acquirer takes a minute to answer, and a minute to do what it was asked: the payer waits two
/// seconds, and there is one payment.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_acquirer_that_answers_after_a_minute_makes_one_payment(pool: PgPool) {
    let app = app(pool).await;
    let stand = Stand::start("minute", &database_url(&app.pool, "cabinet_app")).await;
    let (_serve, _worker) = (stand.serve().await, stand.worker());
    let mut browser = Browser::new(&stand.url());
    browser
        .sign_in(person("suspended, 140").card, PASSWORD)
        .await;
    let fault = json!({
        "endpoint": "create", "times": 1,
        "fault": {"kind": "delay", "when": "before_commit", "ms": 60_000},
    });
    stand.acquirer(Method::POST, "/faults", Some(fault)).await;
    let began = Instant::now();
    let page = browser.top_up().await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "the payer is not kept waiting"
    );
    assert_eq!(page.heading(), "Платёж обрабатывается");
    // The repeated call finds its way meanwhile; the payer can go on and pay.
    let path = page.path.clone();
    wait_for(
        "the way to the acquirer",
        Duration::from_secs(40),
        async || browser.get(&path).await.html.contains("/pay/"),
    )
    .await;
    let object = stand.object().await;
    stand.complete(&object).await;
    wait_for("the credit", Duration::from_secs(30), async || {
        browser.get(&path).await.heading() == "Платёж прошёл"
    })
    .await;
    // The first call wakes up after its minute: nothing more comes of it.
    tokio::time::sleep(Duration::from_secs(62).saturating_sub(began.elapsed())).await;
    assert_eq!(stand.object().await, object);
    app.check().await;
}
