//! The doors of partners and staff over HTTP: cookies, forgery, what is found behind which door.

use crate::support::{App, Browser, Form, Page, app, app_with, person};
use services::demo::{OFFICE, PASSWORD, office_code_at};
use sqlx::PgPool;

async fn code(app: &App, steps: i64) -> String {
    let (_, now) = app.services.db.begin().await.unwrap();
    office_code_at(now.plus_seconds(30 * steps))
}

async fn enter(app: &App, browser: &mut Browser, door: &str, login: &str) -> Page {
    let path = format!("/{door}/login");
    let form = browser.get(&path).await.form(&path);
    let code = code(app, -1).await;
    let form = form
        .with("login", login)
        .with("password", PASSWORD)
        .with("code", &code);
    browser.submit(form).await
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_door_has_a_cookie_of_its_own_that_other_sites_never_send(pool: PgPool) {
    let app = app(pool).await;
    gateways::http::install_tls();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (door, login) in [("staff", "auditor"), ("partner", "12.3456.78")] {
        let answer = client
            .post(format!("{}/{door}/login", app.url))
            .form(&[
                ("login", login),
                ("password", PASSWORD),
                ("code", &code(&app, 0).await),
            ])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], format!("/{door}").as_str());
        assert_eq!(answer.headers()["clear-site-data"], "\"cache\"");
        let cookies: Vec<_> = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect();
        let mine = format!("__Host-{door}=");
        let cookie = cookies.iter().find(|line| line.starts_with(&mine)).unwrap();
        let mut parts: Vec<_> = cookie.split("; ").skip(1).collect();
        parts.sort_unstable();
        assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
        assert!(
            !cookies
                .iter()
                .any(|line| line.starts_with("__Host-session"))
        );
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_cookie_under_another_doors_name_opens_nothing(pool: PgPool) {
    let app = app(pool).await;
    let mut staff = Browser::new(&app.url);
    assert_eq!(
        enter(&app, &mut staff, "staff", "administrator").await.path,
        "/staff"
    );
    let mut partner = Browser::new(&app.url);
    assert_eq!(
        enter(&app, &mut partner, "partner", "12.3456.78")
            .await
            .path,
        "/partner"
    );
    let mut subscriber = Browser::new(&app.url);
    subscriber
        .sign_in(person("three weeks").card, PASSWORD)
        .await;
    let stolen = [
        staff.cookie("__Host-staff").unwrap().to_owned(),
        partner.cookie("__Host-partner").unwrap().to_owned(),
        subscriber.cookie("__Host-session").unwrap().to_owned(),
    ];
    let doors = [
        ("__Host-staff", "/staff", "/staff/login"),
        ("__Host-partner", "/partner", "/partner/login"),
        ("__Host-session", "/home", "/login"),
    ];
    for (own, token) in stolen.iter().enumerate() {
        for (at, (name, inside, login)) in doors.iter().enumerate() {
            let mut browser = Browser::new(&app.url);
            browser.set_cookie(name, token);
            let page = browser.get(inside).await;
            let expected = if own == at { inside } else { login };
            let path = page.path.split('?').next().unwrap();
            assert_eq!(path, *expected, "{name} with the token of {own}");
        }
    }
    // Going out by one door leaves the others open.
    staff.set_cookie("__Host-session", &stolen[2]);
    let home = staff.get("/staff").await;
    assert_eq!(
        staff.submit(home.form("/staff/logout")).await.path,
        "/staff/login"
    );
    assert_eq!(staff.get("/home").await.path, "/home");
    assert!(staff.get("/staff").await.path.starts_with("/staff/login"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_not_theirs_is_not_found(pool: PgPool) {
    let app = app(pool).await;
    let mut admin = Browser::new(&app.url);
    enter(&app, &mut admin, "staff", "administrator").await;
    let users = admin.get("/staff/users").await;
    assert_eq!(users.status, 200);
    let found = users
        .html
        .split("href=\"/staff/users/")
        .nth(2)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    assert_eq!(
        admin.get(&format!("/staff/users/{found}")).await.status,
        200
    );
    for (door, login, paths) in [
        (
            "staff",
            "operator",
            vec!["/staff/users", "/staff/users/new", "/staff/audit"],
        ),
        (
            "partner",
            "cashier@signal.example",
            vec!["/partner/people", "/partner/people/new"],
        ),
        (
            "partner",
            "12.3456.78",
            vec!["/partner/audit", "/partner/users"],
        ),
    ] {
        let mut browser = Browser::new(&app.url);
        let home = enter(&app, &mut browser, door, login).await;
        assert_eq!(home.status, 200);
        for path in paths {
            assert!(
                !home.html.contains(&format!("href=\"{path}\"")),
                "{login} {path}"
            );
            let page = browser.get(path).await;
            assert_eq!(page.status, 404, "{login} {path}");
            assert!(page.main().contains("нет этого раздела"), "{}", page.main());
            assert!(!page.html.contains("href=\"/home\""), "{login} {path}");
        }
        for path in [
            format!("/staff/users/{found}"),
            format!("/partner/people/{found}"),
        ] {
            let page = browser.get(&path).await;
            let turned_away = page.status == 404 || page.path.contains("/login");
            assert!(turned_away, "{login} {path}");
        }
        let own = if door == "staff" {
            "/staff/users"
        } else {
            "/partner/people"
        };
        let forged = Form {
            action: format!("{own}/{found}/block"),
            fields: Vec::new(),
        };
        assert_eq!(browser.submit(forged).await.status, 404, "{login}");
    }
    for odd in [
        "/staff/users/none",
        "/staff/users/00000000-0000-0000-0000-000000000000",
    ] {
        assert_eq!(admin.get(odd).await.status, 404, "{odd}");
    }
    let mut nobody = Browser::new(&app.url);
    for path in [
        "/staff",
        "/staff/users",
        "/staff/users/none",
        "/staff/audit",
        "/staff/security/codes",
    ] {
        let page = nobody.get(path).await;
        let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!(page.path, format!("/staff/login?next={next}"));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn forms_from_elsewhere_do_nothing(pool: PgPool) {
    let app = app(pool).await;
    let mut admin = Browser::new(&app.url);
    enter(&app, &mut admin, "staff", "administrator").await;
    let session = format!("__Host-staff={}", admin.cookie("__Host-staff").unwrap());
    let client = reqwest::Client::builder().build().unwrap();
    for path in [
        "/staff/logout",
        "/staff/security/others",
        "/staff/users/new",
        "/staff/login",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let answer = client
                .post(format!("{}{path}", app.url))
                .header("cookie", &session)
                .header(name, value)
                .form(&[("login", "x")])
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 403, "{path} {name}");
        }
    }
    assert_eq!(admin.get("/staff").await.path, "/staff");
    let huge = Form {
        action: "/staff/login".into(),
        fields: vec![("login".into(), "x".repeat(70_000))],
    };
    assert_eq!(admin.submit(huge).await.status, 413);
    let zero = Form {
        action: "/staff/login".into(),
        fields: vec![("login".into(), "a\0b".into())],
    };
    assert_eq!(admin.submit(zero).await.status, 400);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn pages_behind_the_doors_stay_in_no_cache_and_lead_nowhere_else(pool: PgPool) {
    let app = app(pool).await;
    let mut browser = Browser::new(&app.url);
    let form = browser
        .get("/staff/login?next=//evil.example/staff")
        .await
        .form("/staff/login");
    let code = code(&app, 0).await;
    let form = form
        .with("login", "administrator")
        .with("password", PASSWORD)
        .with("code", &code);
    let page = browser.submit(form).await;
    assert_eq!(page.path, "/staff");
    assert!(
        page.first("title").starts_with("Сотрудники · "),
        "{}",
        page.first("title")
    );
    for path in [
        "/staff",
        "/staff/users",
        "/staff/audit",
        "/staff/security",
        "/staff/login",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!page.html.contains(".wasm"), "{path}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_typed_outlives_the_session(pool: PgPool) {
    let app = app(pool).await;
    let mut admin = Browser::new(&app.url);
    enter(&app, &mut admin, "staff", "administrator").await;
    let form = admin
        .get("/staff/users/new")
        .await
        .form("/staff/users/new")
        .with("name", "Нина Орлова")
        .with("login", "orlova")
        .with("code", "123456");
    sqlx::query("update office.session set idle_until = now() - interval '1 second'")
        .execute(&app.pool)
        .await
        .unwrap();
    let door = admin.submit(form).await;
    assert!(door.path.starts_with("/staff/login?next="), "{}", door.path);
    assert!(door.main().contains("набранное не пропало"));
    let code = code(&app, 0).await;
    let form = door
        .form("/staff/login")
        .with("login", "administrator")
        .with("password", PASSWORD)
        .with("code", &code);
    let back = admin.submit(form).await;
    assert!(
        back.path.starts_with("/staff/users/new?f="),
        "{}",
        back.path
    );
    let fields = back.form("/staff/users/new").fields;
    let typed = |name: &str| {
        let found = fields.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(
        (typed("name").as_str(), typed("login").as_str()),
        ("Нина Орлова", "orlova")
    );
    assert_eq!(typed("code"), "", "a secret is not kept");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn staff_come_in_from_their_networks_alone(pool: PgPool) {
    let app = app_with(pool, |config| {
        config.office.staff_networks = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut browser = Browser::new(&app.url);
    for path in ["/staff/login", "/staff", "/staff/users", "/staff/invite/x"] {
        assert_eq!(browser.get(path).await.status, 403, "{path}");
    }
    let forged = Form {
        action: "/staff/login".into(),
        fields: vec![
            ("login".into(), "administrator".into()),
            ("password".into(), PASSWORD.into()),
            ("code".into(), code(&app, 0).await),
        ],
    };
    assert_eq!(browser.submit(forged).await.status, 403);
    assert!(browser.cookie("__Host-staff").is_none());
    let partner = enter(&app, &mut browser, "partner", "12.3456.78").await;
    assert_eq!(partner.path, "/partner");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_people_are_called_is_text_everywhere(pool: PgPool) {
    let app = app(pool).await;
    let evil = "<script>alert(1)</script>";
    sqlx::query("update office.person set name = $1 where login in ('administrator', 'operator')")
        .bind(evil)
        .execute(&app.pool)
        .await
        .unwrap();
    sqlx::query("update office.partner set name = $1")
        .bind(evil)
        .execute(&app.pool)
        .await
        .unwrap();
    let mut admin = Browser::new(&app.url);
    enter(&app, &mut admin, "staff", "administrator").await;
    let mut partner = Browser::new(&app.url);
    enter(&app, &mut partner, "partner", "12.3456.78").await;
    for path in [
        "/staff",
        "/staff/users",
        "/staff/audit?q=<script>alert(1)</script>",
        "/partner",
    ] {
        let browser = if path == "/partner" {
            &mut partner
        } else {
            &mut admin
        };
        let page = browser.get(path).await;
        assert_eq!(page.status, 200);
        assert!(!page.html.contains("<script>alert"), "{path}");
        assert!(page.html.contains("&lt;script&gt;alert"), "{path}");
    }
}

#[test]
fn the_demo_has_somebody_in_each_role() {
    for role in domain::office::Role::all() {
        assert!(OFFICE.iter().any(|person| person.role == role), "{role:?}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn without_the_database_a_console_says_so_behind_its_own_door(pool: PgPool) {
    let app = app(pool).await;
    let mut staff = Browser::new(&app.url);
    let home = enter(&app, &mut staff, "staff", "operator").await;
    let out = home.form("/staff/logout");
    app.services.db.close().await;
    for (page, again) in [
        (staff.get("/staff/subscribers").await, ""),
        (staff.submit(out).await, "/staff/subscribers"),
    ] {
        // Not at the address that a form was posted to.
        assert_eq!(page.link("Повторить").as_deref(), Some(again));
        assert_eq!(
            (page.status, page.heading().as_str()),
            (503, "Сейчас не отвечаем")
        );
        assert!(
            page.html.contains("Вход для сотрудников"),
            "still at this door"
        );
        assert!(
            !page.html.contains("/payments/top-up"),
            "nothing of the subscribers’ cabinet"
        );
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_that_is_none_becomes_no_part_of_an_address(pool: PgPool) {
    let app = app(pool).await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for token in ["a%0d%0aSet-Cookie:x", "..%2f..%2fevil", "%D1%84"] {
        let answer = client
            .post(format!("{}/staff/invite/{token}/password", app.url))
            .form(&[("password", "weak")])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 404, "{token}");
        assert!(!answer.headers().contains_key("location"));
    }
}
