//! What holds for every route: who may come in, what a stranger's form gets, headers, cookies,
//! statuses, and the two forms of an answer.

use crate::support::{App, Browser, Page, app, app_with, person};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use services::demo::PASSWORD;
use sqlx::PgPool;

/// A program, not a browser: sends what it likes and follows nothing.
fn program() -> Client {
    gateways::http::install_tls();
    let client = Client::builder().redirect(redirect::Policy::none());
    client.build().unwrap()
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

fn header(answer: &Response, name: &str) -> String {
    let values = answer.headers().get_all(name).iter();
    let values: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    values.join("\n")
}

async fn signed_in(app: &App, shows: &str) -> Browser {
    let mut browser = Browser::new(&app.url);
    let page = browser.sign_in(person(shows).card, PASSWORD).await;
    assert_eq!(page.path, "/home");
    browser
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_page_carries_its_policy(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = signed_in(&app, "three weeks").await;
    let origin = app.acquirer_origin();
    let mut nonces = std::collections::BTreeSet::new();
    for path in ["/login", "/home", "/payments/top-up", "/no-such-page"] {
        let page: Page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap_or_else(|| panic!("{path}: {policy}"))
            .to_owned();
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
                 style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
                 connect-src 'self'; manifest-src 'self'; form-action 'self' {origin}; \
                 base-uri 'none'; frame-ancestors 'none'"
            ),
            "{path}"
        );
        // Every inline block carries the nonce; nothing carries inline handlers or styles.
        let html = scraper::Html::parse_document(&page.html);
        let any = scraper::Selector::parse("*").unwrap();
        for element in html.select(&any) {
            let (name, element) = (element.value().name(), element.value());
            if name == "script" || name == "style" {
                assert_eq!(element.attr("nonce"), Some(nonce.as_str()), "{path}");
            }
            for (attribute, _) in element.attrs() {
                assert!(
                    attribute != "style" && !attribute.starts_with("on"),
                    "{path}: <{name} {attribute}>"
                );
            }
        }
        assert!(nonces.insert(nonce), "{path}: a nonce is used once");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cache-control", "private, no-cache"),
            ("content-language", "ru"),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
        assert!(page.header("vary").contains("Cookie"), "{path}");
        // Over plain HTTP nobody is told to use TLS for two years.
        assert_eq!(page.header("strict-transport-security"), "");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn under_https_browsers_are_told_to_stay_there(pool: PgPool) {
    let app = app_with(pool, |config| {
        config.server.public_url = config.server.public_url.replace("http:", "https:");
    })
    .await;
    let url = app.url.replace("https:", "http:");
    let answer = send(program().get(format!("{url}/login"))).await;
    assert_eq!(
        header(&answer, "strict-transport-security"),
        "max-age=63072000; includeSubDomains"
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn cookies_are_closed_to_scripts_and_to_other_sites(pool: PgPool) {
    let app = app(pool).await;
    let answer = send(
        program()
            .post(format!("{}/api/auth/sign-in", app.url))
            .header("accept", "text/html")
            .form(&[
                ("login", person("three weeks").card),
                ("password", PASSWORD),
            ]),
    )
    .await;
    assert_eq!(
        (answer.status(), header(&answer, "location").as_str()),
        (303.try_into().unwrap(), "/home")
    );
    let cookies = header(&answer, "set-cookie");
    for (name, age) in [
        ("__Host-session", None),
        ("__Host-browser", Some("31536000")),
    ] {
        let cookie = cookies.lines().find(|line| line.starts_with(name)).unwrap();
        let mut parts: Vec<_> = cookie.split("; ").skip(1).collect();
        parts.sort_unstable();
        let mut expected = vec!["HttpOnly", "Path=/", "SameSite=Lax", "Secure"];
        let age = age.map(|age| format!("Max-Age={age}"));
        expected.extend(age.as_deref());
        expected.sort_unstable();
        assert_eq!(parts, expected, "{name}");
    }
    // Staying signed in is a choice, and it is 90 days.
    let answer = send(
        program()
            .post(format!("{}/api/auth/sign-in", app.url))
            .header("accept", "text/html")
            .form(&[
                ("login", person("three weeks").card),
                ("password", PASSWORD),
                ("remember", "true"),
            ]),
    )
    .await;
    let cookies = header(&answer, "set-cookie");
    let session = cookies
        .lines()
        .find(|line| line.starts_with("__Host-session"))
        .unwrap();
    assert!(session.contains("Max-Age=7776000"), "{session}");
}

/// A new sign-in never goes on with a session somebody else may know.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_planted_session_is_not_taken_over(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = Browser::new(&app.url);
    browser.set_cookie("__Host-session", &"a".repeat(43));
    assert!(browser.get("/home").await.path.starts_with("/login"));
    browser.sign_in(person("three weeks").card, PASSWORD).await;
    let first = browser.cookie("__Host-session").unwrap().to_owned();
    assert_ne!(first, "a".repeat(43));
    browser.sign_in(person("three weeks").card, PASSWORD).await;
    assert_ne!(browser.cookie("__Host-session").unwrap(), first);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn forms_of_other_sites_are_refused(pool: PgPool) {
    let app = app(pool).await;
    let browser = signed_in(&app, "three weeks").await;
    let session = format!(
        "__Host-session={}",
        browser.cookie("__Host-session").unwrap()
    );
    for path in [
        "/api/payments/start",
        "/api/sign-out",
        "/api/auth/sign-in",
        "/language",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let answer = send(
                program()
                    .post(format!("{}{path}", app.url))
                    .header("accept", "text/html")
                    .header("cookie", &session)
                    .header(name, value)
                    .form(&[("sum", "140"), ("key", "form-0001"), ("lang", "en")]),
            )
            .await;
            assert_eq!(answer.status(), 403, "{path} {name}: {value}");
        }
    }
    assert!(app.acquirer.payments().is_empty());
    // And what changes something cannot be asked for by a link at all.
    for path in [
        "/api/payments/start?sum=140&key=form-0001",
        "/api/sign-out",
        "/language",
    ] {
        let answer = send(
            program()
                .get(format!("{}{path}", app.url))
                .header("cookie", &session),
        )
        .await;
        assert!(
            matches!(answer.status().as_u16(), 400 | 404 | 405),
            "{path}: {}",
            answer.status()
        );
    }
    let mut browser = browser;
    assert_eq!(browser.get("/home").await.path, "/home", "still signed in");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_module_gets_json_and_the_same_decisions(pool: PgPool) {
    let app = app(pool).await;
    let mut guest = Browser::new(&app.url);
    for path in ["/api/home", "/api/payments/list", "/api/payments/form"] {
        let (status, body) = guest.call(Method::GET, path, "").await;
        assert_eq!(
            (status, body),
            (401, serde_json::json!("signed_out")),
            "{path}"
        );
    }
    let (status, body) = guest
        .call(
            Method::POST,
            "/api/auth/sign-in",
            "login=020723406967&password=wrong-one-1",
        )
        .await;
    assert_eq!(status, 422);
    assert_eq!(
        body["invalid"][0]["problem"]["sign_in_mismatch"]["left"], 9,
        "{body}"
    );

    let mut browser = signed_in(&app, "suspended, 140").await;
    let (status, home) = browser.call(Method::GET, "/api/home", "").await;
    assert_eq!(
        (status, &home["contract"]),
        (200, &serde_json::json!("2041008771"))
    );
    let (status, body) = browser
        .call(
            Method::POST,
            "/api/payments/start",
            "sum=0&amount=&key=form-0001",
        )
        .await;
    assert_eq!(
        (status, &body["invalid"][0]["field"]),
        (422, &serde_json::json!("amount"))
    );
    let (status, body) = browser
        .call(
            Method::GET,
            "/api/payments/one?id=00000000-0000-7000-8000-000000000000&check=false",
            "",
        )
        .await;
    assert_eq!((status, body), (404, serde_json::json!("not_found")));
    // What the function cannot even read.
    let (status, body) = browser
        .call(Method::GET, "/api/payments/one?check=perhaps", "")
        .await;
    assert_eq!((status, body), (400, serde_json::json!("transport")));
    let (status, _) = browser.call(Method::GET, "/api/no-such-function", "").await;
    assert!(matches!(status, 400 | 404), "{status}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_form_comes_back_with_what_was_typed_and_no_secret(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = Browser::new(&app.url);
    let page = browser.sign_in("020723406967", "wrong-one-1").await;
    assert_eq!(page.status, 200);
    assert!(page.path.starts_with("/login?f="), "{}", page.path);
    assert!(page.summary().contains("не подходят"));
    assert!(page.first("title").starts_with("Ошибка: "));
    assert!(!page.html.contains("wrong-one-1"));
    let form = page.form("/api/auth/sign-in");
    assert!(
        form.fields
            .contains(&("login".into(), "020723406967".into()))
    );
    // Another browser does not see it, whoever knows the address.
    let stranger = Browser::new(&app.url).get(&page.path).await;
    assert!(!stranger.html.contains("020723406967"));
    let kept: String = sqlx::query_scalar("select fields::text from app.form_draft")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert!(!kept.contains("wrong-one-1"), "{kept}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn strangers_and_forged_ids_find_nothing(pool: PgPool) {
    let app = app(pool).await;
    let mut owner = signed_in(&app, "suspended, 140").await;
    owner.top_up().await;
    let id: uuid::Uuid = sqlx::query_scalar(
        "select payment_id from billing.payment order by created_at desc limit 1",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    let path = format!("/payments/{id}");
    assert_eq!(owner.get(&path).await.status, 200);
    let mut other = signed_in(&app, "two days").await;
    let foreign = other.get(&path).await;
    let missing = other
        .get("/payments/00000000-0000-7000-8000-000000000000")
        .await;
    assert_eq!((foreign.status, missing.status), (404, 404));
    assert_eq!(foreign.main(), missing.main());
    for path in [
        "/payments/1",
        "/payments/%00",
        "/messages/'%20or%201=1--",
        "/expenses/none",
        "/payments/return/no-such-token",
        "/pay/result/no-such-token",
    ] {
        let page = other.get(path).await;
        assert!(
            matches!(page.status, 400 | 404) || page.path == "/payments",
            "{path}: {}",
            page.status
        );
    }
    // A guest is led to the door, whatever the address.
    let guest = Browser::new(&app.url).get(&path).await;
    assert!(guest.path.starts_with("/login?next="), "{}", guest.path);
}

/// The way back from the acquirer decides nothing and shows nothing personal to strangers.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_way_back_from_the_acquirer_believes_nobody(pool: PgPool) {
    let app = app(pool).await;
    let mut owner = signed_in(&app, "suspended, 140").await;
    owner.top_up().await;
    let token: String = sqlx::query_scalar(
        "select return_token from billing.payment order by created_at desc limit 1",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    let path = format!("/payments/return/{token}");
    let page = owner.get(&path).await;
    assert!(page.path.starts_with("/payments/"), "{}", page.path);
    assert_eq!(page.heading(), "Платёж обрабатывается");
    let stranger = Browser::new(&app.url).get(&path).await;
    assert_eq!(stranger.path, format!("/pay/result/{token}"));
    for private in ["2041008771", "Морозова", "020723413318", "258,99"] {
        assert!(!stranger.html.contains(private), "{private}");
    }
    app.jobs().await;
    assert!(
        owner.get("/home").await.main().contains("Не хватает")
            || owner.get("/home").await.main().contains("обработке")
    );
    app.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn notifications_come_from_the_acquirers_networks(pool: PgPool) {
    let app = app_with(pool, |config| {
        config.server.behind_proxy = true;
        config.acquirer.webhook_networks = vec!["185.71.76.0/27".parse().unwrap()];
    })
    .await;
    let url = format!("{}/webhooks/yookassa", app.url);
    let body = r#"{"type":"notification","event":"payment.succeeded","object":{"id":"2a1"}}"#;
    for (forwarded, body, status) in [
        (Some("185.71.76.9"), body, 200),
        (Some("203.0.113.7"), body, 403),
        // Only the entry that our own proxy has added counts.
        (Some("185.71.76.9, 203.0.113.7"), body, 403),
        (Some("203.0.113.7, 185.71.76.9"), body, 200),
        (Some("nonsense"), body, 403),
        (None, body, 403),
        (Some("185.71.76.9"), "not json", 400),
        (Some("185.71.76.9"), "{}", 200),
    ] {
        let mut request = program().post(&url).body(body);
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        assert_eq!(send(request).await.status(), status, "{forwarded:?} {body}");
    }
    let large = program()
        .post(&url)
        .header("x-forwarded-for", "185.71.76.9")
        .body("x".repeat(65 * 1024));
    assert_eq!(send(large).await.status(), 413);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn odd_requests_get_plain_answers(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = signed_in(&app, "three weeks").await;
    let session = format!(
        "__Host-session={}",
        browser.cookie("__Host-session").unwrap()
    );
    let url = |path: &str| format!("{}{path}", app.url);
    let status = async |request: RequestBuilder| send(request).await.status().as_u16();

    // A form that is not one of ours, in size, shape or kind.
    let large = program()
        .post(url("/api/auth/sign-in"))
        .body("x".repeat(65 * 1024));
    assert_eq!(status(large).await, 413);
    let garbled = program()
        .post(url("/api/payments/start"))
        .header("accept", "text/html")
        .header("cookie", &session)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("sum=%FF%FE&&&=");
    let answer = send(garbled).await;
    assert_eq!(answer.status(), 303);
    assert!(!header(&answer, "location").contains("__err"), "{answer:?}");
    assert_eq!(status(program().post(url("/home"))).await, 405);
    // Built files: a missing one is no page.
    let missing = send(program().get(url("/pkg/no-such.js"))).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.text().await.unwrap(), "");
    let found = send(program().get(url("/pkg/cabinet.0.js"))).await;
    assert_eq!(
        header(&found, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        status(program().get(url("/pkg/../../Cargo.toml"))).await,
        404
    );
    // A browser that only looks ahead changes nothing.
    let ahead = program()
        .get(url("/home"))
        .header("cookie", &session)
        .header("sec-purpose", "prefetch");
    assert_eq!(status(ahead).await, 204);
    // The language is a choice of the reader's, and leads back to where it was made.
    let form = browser
        .get("/payments")
        .await
        .form("/language")
        .with("lang", "en");
    let page = browser.submit(form).await;
    assert_eq!(
        (page.path.as_str(), page.heading().as_str()),
        ("/payments", "Payments")
    );
    assert_eq!(page.header("content-language"), "en");
    assert_eq!(status(program().get(url("/health/live"))).await, 204);
    assert_eq!(status(program().get(url("/health/ready"))).await, 204);
    assert_eq!(status(program().get(url("/dev/mailbox"))).await, 200);
}

/// Whoever runs the cabinet sets where people help: no page calls anybody else.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn people_are_sent_to_this_operators_number(pool: PgPool) {
    let app = app_with(pool, |config| {
        config.support = serde_json::from_value(serde_json::json!({
            "phone": "+7 (383) 100-20-30",
            "hours": ["mon-fri 09:00-18:00"],
            "offices": [{ "city": "Искитим", "address": "Советская, 1", "hours": ["sat 10:00-15:00"] }],
        }))
        .unwrap();
    })
    .await;
    let mut browser = Browser::new(&app.url);
    let help = browser.get("/access-help").await;
    for words in [
        "+7 (383) 100-20-30",
        "пн–пт 9:00–18:00",
        "Искитим",
        "Советская, 1",
        "сб 10:00–15:00",
    ] {
        assert!(help.main().contains(words), "{words}: {}", help.main());
    }
    assert!(!help.main().contains("бесплатно"));
    assert!(help.html.contains("tel:+73831002030"));
    let unknown = browser.get("/register").await;
    let refused = unknown
        .form("/api/auth/register")
        .with("card", "020723400006");
    let refused = browser.submit(refused).await;
    assert!(
        refused.summary().contains("позвоните +7 (383) 100-20-30"),
        "{}",
        refused.summary()
    );
    let mut inside = signed_in(&app, "three weeks").await;
    for path in ["/help", "/register", "/no-such-page", "/login"] {
        let page = browser.get(path).await;
        assert!(
            page.html.contains("100-20-30") && !page.html.contains("000-12-34"),
            "{path}"
        );
    }
    for path in app::cabinet::PATHS.iter().chain(app::account::PATHS) {
        if path.contains('{') || *path == "/profile/confirm" {
            continue;
        }
        let page = inside.get(path).await;
        assert!(
            page.html.contains("100-20-30") && !page.html.contains("000-12-34"),
            "{path}"
        );
    }
}

/// Ten wrong passwords pause a login; the words stay the same for a card that nobody has.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn guessing_pauses_alike_for_everybody(pool: PgPool) {
    let app = app(pool).await;
    let mut pages = Vec::new();
    for login in [person("three weeks").card, "020799999999"] {
        let mut browser = Browser::new(&app.url);
        let mut seen = Vec::new();
        for _ in 0..11 {
            seen.push(browser.sign_in(login, "wrong-one-1").await.summary());
        }
        pages.push(seen);
    }
    assert_eq!(pages[0], pages[1]);
    assert!(
        pages[0][0].contains("Осталось 9 попыток"),
        "{}",
        pages[0][0]
    );
    assert!(pages[0][10].contains("минут"), "{}", pages[0][10]);
    // The right password has to wait as well, so that a guesser learns nothing.
    let page = Browser::new(&app.url)
        .sign_in(person("three weeks").card, PASSWORD)
        .await;
    assert!(page.summary().contains("минут"));
}

/// Another tab has signed out, or the day is over, while a form was being filled in.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_typed_when_a_session_ended_waits_behind_the_door(pool: PgPool) {
    let app = app(pool).await;
    let card = person("three weeks").card;
    let mut browser = Browser::new(&app.url);
    browser.sign_in(card, PASSWORD).await;
    let form = browser
        .get("/payments/top-up")
        .await
        .form("/api/payments/start");
    sqlx::query("update identity.session set ended_at = app.now()")
        .execute(&app.pool)
        .await
        .unwrap();
    let typed = form.with("sum", "other").with("amount", "1234,50");
    let door = browser.submit(typed).await;
    assert!(
        door.path.starts_with("/login?next=%2Fpayments%2Ftop-up"),
        "{}",
        door.path
    );
    assert!(door.main().contains("набранное не пропало"));
    let sign_in = door
        .form("/api/auth/sign-in")
        .with("login", card)
        .with("password", PASSWORD);
    let back = browser.submit(sign_in).await;
    assert!(
        back.path.starts_with("/payments/top-up?f="),
        "{}",
        back.path
    );
    assert!(back.html.contains("1234,50"));
    let started =
        "select count(*) from billing.payment where state = 'pending' and amount_kop = 123450";
    let payments: i64 = sqlx::query_scalar(started)
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert_eq!(payments, 0, "nothing was paid by itself");
}
