//! Attacks by way of HTTP that `docs/SECURITY.md` names and no other room of the tests holds.

use crate::support::{App, Browser, app, app_with, person};
use reqwest::{Client, Method};
use services::demo::PASSWORD;
use sqlx::PgPool;

async fn signed_in(app: &App, shows: &str) -> Browser {
    let mut browser = Browser::new(&app.url);
    let page = browser.sign_in(person(shows).card, PASSWORD).await;
    assert_eq!(page.path, "/home");
    browser
}

async fn one<T>(app: &App, query: &'static str) -> T
where
    T: Send + Unpin + for<'a> sqlx::Decode<'a, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(query)
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

/// Columns are set from the fields that a form has, never from those that somebody adds.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn fields_that_a_form_does_not_have_change_nothing(pool: PgPool) {
    let app = app(pool).await;
    let mut guest = Browser::new(&app.url);
    let form = guest.get("/register").await.form("/api/auth/register");
    let page = guest
        .submit(
            form.with("card", "020723430001")
                .with("state", "active")
                .with("subscriber", "2041008755"),
        )
        .await;
    let form = page.form("/api/auth/register-details");
    let page = guest
        .submit(
            form.with("contract", "2041009001")
                .with("email", "elena@mail.example")
                .with("terms", "true")
                .with("personal_data", "true")
                .with("state", "active")
                .with("email_confirmed", "true")
                .with("email_confirmed_at", "2026-01-01T00:00:00Z")
                .with(
                    "password_hash",
                    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA",
                )
                .with("account", "00000000-0000-0000-0000-000000000000")
                .with("role", "administrator"),
        )
        .await;
    assert!(page.path.starts_with("/register/check"), "{}", page.path);
    let untouched: bool = one(
        &app,
        "select state = 'pending' and email_confirmed_at is null and password_hash is null
         from identity.account where email = 'elena@mail.example'",
    )
    .await;
    assert!(untouched);

    let mut owner = signed_in(&app, "three weeks").await;
    let form = owner
        .get("/payments/top-up")
        .await
        .form("/api/payments/start");
    owner
        .submit(
            form.with("sum", "other")
                .with("amount", "300")
                .with("receipt_email", "a@mail.example")
                .with("state", "succeeded")
                .with("amount_kop", "1")
                .with("purpose", "autopay")
                .with("credited_at", "2026-01-01T00:00:00Z")
                .with("subscriber_id", "00000000-0000-0000-0000-000000000000"),
        )
        .await;
    let right: bool = one(
        &app,
        "select p.amount_kop = 30000 and p.state = 'pending' and p.purpose = 'top_up'
                and s.contract = '2041008755'
         from billing.payment p join billing.subscriber s using (subscriber_id)
         order by p.created_at desc limit 1",
    )
    .await;
    assert!(right);

    let card: String = one(
        &app,
        "select card_id::text from billing.card join billing.subscriber using (subscriber_id)
         where contract = '2041008755' order by position limit 1",
    )
    .await;
    let body = format!("card={card}&name=Dacha&state=blocked&position=9&number=00000000000");
    let (status, _) = owner
        .call(Method::POST, "/api/profile/card-name", &body)
        .await;
    assert_eq!(status, 200);
    let right: bool = one(
        &app,
        "select name = 'Dacha' and state = 'active' and number = '020723406967'
         from billing.card join billing.subscriber using (subscriber_id)
         where contract = '2041008755' order by position limit 1",
    )
    .await;
    assert!(right);
    app.check().await;
}

/// Every text that a person, a device or a contract brings is shown as text on each page that shows it.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_people_call_things_is_text_everywhere(pool: PgPool) {
    let app = app(pool).await;
    let mut owner = signed_in(&app, "three weeks").await;
    let evil = "\"'><script>alert(1)</script>";
    for query in [
        "update billing.subscriber set surname = $1, given_name = $1",
        "update billing.card set name = $1",
        "update identity.session set user_agent = $1",
        "update identity.account set email = $1 where email_confirmed_at is not null
             and account_id = (select account_id from identity.session limit 1)",
        "insert into identity.passkey (account_id, credential_id, name, credential, created_at)
         select account_id, '\\x0707'::bytea, $1, '{}', app.now() from identity.session limit 1",
        "insert into identity.security_log (account_id, event_id, event, detail, at, user_agent)
         select account_id, gen_random_uuid(), 'passkey_removed', $1, app.now(), $1
         from identity.session limit 1",
    ] {
        sqlx::query(query)
            .bind(evil)
            .execute(&app.pool)
            .await
            .unwrap();
    }
    for (path, shows) in [
        ("/home", false),
        ("/profile", true),
        ("/profile/access-cards", true),
        ("/profile/contacts", true),
        ("/profile/security", true),
        ("/profile/data", false),
        ("/messages", false),
        ("/payments/top-up", false),
        ("/expenses", false),
        // What comes with the address itself.
        ("/login?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", false),
        (
            "/expenses?from=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
            false,
        ),
        ("/nowhere/%3Cscript%3Ealert(1)%3C/script%3E", false),
    ] {
        let page = owner.get(path).await;
        assert!(page.status < 500, "{path}: {}", page.status);
        assert!(!page.html.contains("<script>alert"), "{path}");
        let scripts = scraper::Selector::parse("script").unwrap();
        let html = scraper::Html::parse_document(&page.html);
        for script in html.select(&scripts) {
            let text = script.text().collect::<String>();
            assert_ne!(text.trim(), "alert(1)", "{path}: an attribute was left");
        }
        if shows {
            let escaped = "&lt;script&gt;alert";
            assert!(page.html.contains(escaped), "{path} does not show it");
        }
    }
    // What was typed comes back in the refused form as text.
    let mut guest = Browser::new(&app.url);
    let page = guest.sign_in(evil, "x").await;
    assert!(!page.html.contains("<script>alert"));
    assert!(page.html.contains("&lt;script&gt;alert"), "{}", page.path);
}

/// Whoever connects says nothing about where they are, unless a proxy of ours is in front.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn forwarded_headers_count_only_when_told(pool: PgPool) {
    let seen = async |app: &App| -> String {
        gateways::http::install_tls();
        let url = format!("{}/api/auth/sign-in", app.url);
        let answer = Client::builder()
            .build()
            .unwrap()
            .post(url)
            .header("accept", "application/json")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "evil.example")
            .form(&[
                ("login", person("three weeks").card),
                ("password", PASSWORD),
            ])
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        one(
            app,
            "select host(address) from identity.session order by created_at desc limit 1",
        )
        .await
    };
    let direct = app(pool.clone()).await;
    assert_eq!(seen(&direct).await, "127.0.0.1");
    let behind = app_with(pool, |config| config.server.behind_proxy = true).await;
    assert_eq!(seen(&behind).await, "203.0.113.9");
}

/// What was begun in another browser is a dead end here, with a way to begin anew.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn another_browser_is_told_where_to_go_on(pool: PgPool) {
    let app = app(pool).await;
    let mut first = Browser::new(&app.url);
    let form = first.get("/register").await.form("/api/auth/register");
    let details = first.submit(form.with("card", "020723430001")).await;
    let form = first.get("/forgot-password").await.form("/api/auth/forgot");
    let code = first.submit(form.with("login", "+79120001000")).await;
    let mut second = Browser::new(&app.url);
    let query = details.path.split_once('?').unwrap().1;
    for (path, way) in [
        (details.path.clone(), "/register"),
        (format!("/register/check?{query}"), "/register"),
        ("/register/details?r=nonsense".to_owned(), "/register"),
        ("/register/details".to_owned(), "/register"),
        (code.path.clone(), "/forgot-password"),
        ("/login/code".to_owned(), "/forgot-password"),
    ] {
        let page = second.get(&path).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (404, "Здесь не продолжить"),
            "{path}"
        );
        let ways = [
            page.link("Создать кабинет"),
            page.link("Получить ссылку или код"),
        ];
        assert!(
            ways.iter().flatten().any(|link| link == way),
            "{path}: {ways:?}"
        );
    }
    assert_eq!(first.get(&details.path).await.status, 200);
    assert_eq!(first.get(&code.path).await.status, 200);
}

/// Who has a partner's number is shown the partners' door wherever a card is asked for.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_partners_number_leads_to_the_partners_door(pool: PgPool) {
    let app = app(pool).await;
    let mut guest = Browser::new(&app.url);
    for (path, action, field) in [
        ("/login", "/api/auth/sign-in", "login"),
        ("/register", "/api/auth/register", "card"),
        ("/forgot-password", "/api/auth/forgot", "login"),
        ("/pay", "/api/pay/check", "card"),
    ] {
        let page = guest.get(path).await;
        let form = page.form(action).with(field, "12.3456.78");
        let page = guest.submit(form.with("password", "any")).await;
        assert!(
            page.summary().contains("номер партнёра"),
            "{path}: {}",
            page.summary()
        );
        assert!(page.html.contains("href=\"/partner/login\""), "{path}");
    }
}

/// Only forms are read, and an answer for scripts is never a page.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn posts_of_another_kind_are_not_read(pool: PgPool) {
    let app = app(pool).await;
    gateways::http::install_tls();
    let client = Client::builder().build().unwrap();
    for path in ["/api/auth/sign-in", "/api/payments/start", "/staff/login"] {
        let url = format!("{}{path}", app.url);
        for kind in ["application/json", "text/plain", "multipart/form-data"] {
            let request = client.post(&url).header("content-type", kind);
            let answer = request.body("login=a&password=b").send().await.unwrap();
            assert_eq!(answer.status(), 415, "{path} {kind}");
        }
        let bare = client.post(&url).body("login=a").send().await.unwrap();
        assert_eq!(bare.status(), 415, "{path}");
    }
    let answer = client
        .post(format!("{}/api/auth/sign-in", app.url))
        .header("accept", "application/json")
        .form(&[("login", "a"), ("password", "b")])
        .send()
        .await
        .unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("application/json"));
    assert!(header("content-disposition").starts_with("attachment"));
    for (path, kind) in [
        ("/public.js", "text/javascript"),
        ("/pkg/cabinet.0.css", "text/css"),
    ] {
        let answer = client
            .get(format!("{}{path}", app.url))
            .send()
            .await
            .unwrap();
        if answer.status() == 200 {
            let found = answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .to_owned();
            assert_eq!(found, format!("{kind}; charset=utf-8"), "{path}");
        } else {
            assert_eq!(path, "/public.js", "the tests' folder has no such file");
        }
    }
}
