//! Autopay as people meet it: the form without scripts, the letter, and its link in a stranger's browser.

use crate::support::{App, Browser, app, person};
use services::demo::PASSWORD;
use services::upkeep;
use sqlx::PgPool;

const DAY: i64 = 24 * 3600;

async fn later(app: &App, seconds: i64) {
    let mut conn = app.pool.acquire().await.unwrap();
    storage::db::shift_clock(&mut conn, seconds).await.unwrap();
    drop(conn);
    for _ in 0..2 {
        upkeep::find_due(&app.services).await.unwrap();
        app.jobs().await;
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_letters_link_switches_it_off_in_any_browser(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = Browser::new(&app.url);
    browser
        .sign_in(person("save a bank card").card, PASSWORD)
        .await;

    // A card is kept by paying with it.
    let form = browser
        .get("/payments/top-up?save=1")
        .await
        .form("/api/payments/start")
        .with("sum", "other")
        .with("amount", "10")
        .with("means", "bank_card")
        .with("save", "true");
    let page = browser.submit(form).await;
    let object = page.path.rsplit('/').next().unwrap().to_owned();
    app.acquirer.complete(&object).unwrap();
    app.jobs().await;
    later(&app, 0).await;

    // What is typed wrong is told; what is right is switched on.
    let setup = browser.get("/payments/autopay/setup?day=14").await;
    let form = setup.form("/api/payments/autopay");
    let refused = browser.submit(form.clone()).await;
    assert!(
        refused.summary().contains("Отметьте согласие"),
        "{}",
        refused.html
    );
    assert!(refused.main().contains("14-е число каждого месяца"));
    let on = browser.submit(form.with("agreed", "true")).await;
    assert_eq!(on.path, "/payments/autopay?done=on");
    assert!(on.main().contains("Включён"));

    // The month is told by letter, with a link.
    let due: i64 = sqlx::query_scalar(
        "select extract(epoch from scheduled_at - now())::bigint from billing.autopay",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    later(&app, due - 3 * DAY + 1).await;
    let letters = app.mailbox.texts();
    let letter = letters
        .iter()
        .find(|letter| letter.text.contains("/autopay/off/") && !letter.subject.is_empty())
        .unwrap();
    assert!(letter.text.contains("Больше этой суммы не спишем"));
    let link = letter.text.split("/autopay/off/").nth(1).unwrap();
    let path = format!("/autopay/off/{}", link.split_whitespace().next().unwrap());

    // Somebody's mail system opens it, again and again; then a person does, signed in nowhere.
    let mut stranger = Browser::new(&app.url);
    for _ in 0..3 {
        let page = stranger.get(&path).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (200, "Отключить автоплатёж?")
        );
        assert!(page.header("cache-control").contains("no-store"));
        // Whose it is stands nowhere.
        for personal in ["Зимина", "4444", "2041009266", "0207 2343"] {
            assert!(!page.html.contains(personal), "{personal}");
        }
    }
    let page = stranger.get(&path).await;
    let off = stranger
        .submit(page.form("/api/payments/autopay-link"))
        .await;
    assert_eq!(
        (off.status, off.heading().as_str()),
        (200, "Автоплатёж выключен")
    );
    let again = stranger
        .submit(page.form("/api/payments/autopay-link"))
        .await;
    assert_eq!(again.heading(), "Автоплатёж выключен");

    later(&app, due + 1).await;
    let charged: i64 =
        sqlx::query_scalar("select count(*) from billing.payment where purpose = 'autopay'")
            .fetch_one(&app.pool)
            .await
            .unwrap();
    assert_eq!(charged, 0);
    app.check().await;
}
