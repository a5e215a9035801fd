//! The main job through the routes, without scripts and with a real mail server: from the card in
//! hand to working television and back in.

use crate::support::{Browser, Smtp, app, app_with_mail, person};
use sqlx::PgPool;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn from_a_card_in_hand_to_working_television_and_back_in(pool: PgPool) {
    let smtp = Smtp::start(&[]).await;
    let app = app_with_mail(pool, &smtp, "lk:secret@").await;
    let newcomer = person("try the registration");
    let mut browser = Browser::new(&app.url);

    // Registers; spaces and dashes are welcome.
    let form = browser.get("/register").await.form("/api/auth/register");
    let spaced = format!(" {}-{} ", &newcomer.card[..4], &newcomer.card[4..]);
    let page = browser.submit(form.with("card", &spaced)).await;
    assert!(page.path.starts_with("/register/details?r="), "{page:?}");
    let form = page
        .form("/api/auth/register-details")
        .with("contract", newcomer.contract)
        .with("email", "elena@mial.example")
        .with("terms", "true")
        .with("personal_data", "true");
    let page = browser.submit(form).await;
    assert_eq!(page.heading(), "Откройте письмо");
    // The address was mistyped: back to it, all else is as it was, but consents are given anew.
    let back = page.path.replace("/register/check", "/register/details");
    let back = back.replace("&d=", "&f=");
    assert!(
        page.html.contains(&back.replace('&', "&amp;")),
        "{}",
        page.html
    );
    let form = browser.get(&back).await.form("/api/auth/register-details");
    let field = |name: &str| form.fields.iter().find(|(found, _)| found == name);
    assert_eq!(field("contract").unwrap().1, newcomer.contract);
    assert_eq!(field("email").unwrap().1, "elena@mial.example");
    assert!(field("terms").is_none());
    let form = form
        .with("email", "elena@mail.example")
        .with("terms", "true")
        .with("personal_data", "true");
    let page = browser.submit(form).await;
    assert_eq!(page.heading(), "Откройте письмо");

    // The letter, as a mail program shows it.
    app.jobs().await;
    let letter = smtp.letter("elena@mail.example").await;
    assert_eq!(letter.subject, "Откройте личный кабинет");
    assert_eq!(letter.from, "\"Орион Экспресс\" <lk@orion.example>");
    assert_eq!(letter.user.as_deref(), Some("lk"));
    let link = letter
        .text
        .lines()
        .find(|line| line.starts_with(&app.url))
        .unwrap();
    assert!(letter.html.contains(&format!("href=\"{link}\"")));
    assert!(letter.id.ends_with("@orion.example>"));

    // A mail scanner looks first; the link still works.
    let path = link.strip_prefix(&app.url).unwrap();
    assert_eq!(Browser::new(&app.url).get(path).await.status, 200);
    let page = browser.get(path).await;
    assert_eq!(page.heading(), "Осталось выбрать пароль");
    assert_eq!(page.header("cache-control"), "private, no-store");
    let form = page.form("/api/auth/activate");
    let offered = form
        .fields
        .iter()
        .find(|(name, _)| name == "offered")
        .unwrap()
        .1
        .clone();
    let page = browser.submit(form).await;
    assert_eq!(page.path, "/home");
    assert!(page.main().contains("Приостановлено"), "{}", page.main());
    assert_eq!(browser.get(path).await.status, 410);

    // Pays what is missing; the acquirer's notification decides.
    let form = browser
        .get("/payments/top-up")
        .await
        .form("/api/payments/start");
    let page = browser.submit(form.clone()).await;
    assert!(page.path.contains("/pay/"), "{}", page.path);
    let object = app.acquirer.payments()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.acquirer.complete(&object).unwrap();
    wait_for_notification(&app.pool).await;
    app.jobs().await;
    let home = browser.get("/home").await;
    assert!(home.main().contains("Работает"), "{}", home.main());
    assert_eq!(home.status, 200);
    // The same form again, as after Back: the same payment.
    let page = browser.submit(form).await;
    assert_eq!(page.heading(), "Платёж прошёл");
    assert_eq!(app.acquirer.payments().len(), 1);
    assert!(browser.get("/expenses").await.main().contains("+140 ₽"));
    assert!(browser.get("/messages").await.main().contains("Зачислено"));
    assert!(browser.get("/payments").await.main().contains("140 ₽"));

    // Leaves and comes back.
    let form = browser.get("/menu").await.form("/api/sign-out");
    assert_eq!(browser.submit(form).await.path, "/login");
    assert!(browser.get("/home").await.path.starts_with("/login?next="));
    assert_eq!(browser.sign_in(newcomer.card, &offered).await.path, "/home");
    app.check().await;
}

/// The notification is stored by its own request; the queue's run has to come after it.
async fn wait_for_notification(pool: &PgPool) {
    crate::support::wait_for(
        "a notification",
        std::time::Duration::from_secs(10),
        async || {
            sqlx::query_scalar::<_, bool>("select exists (select from billing.webhook_inbox)")
                .fetch_one(pool)
                .await
                .unwrap()
        },
    )
    .await;
}

/// A forgotten password: the same answer for everybody, a letter only for those who exist.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_forgotten_password_is_set_anew_by_a_letter(pool: PgPool) {
    let smtp = Smtp::start(&[]).await;
    let app = app_with_mail(pool, &smtp, "").await;
    let person = person("three weeks");
    let mut answers = Vec::new();
    for login in [person.card, "020799999999", "nobody@mail.example"] {
        let mut browser = Browser::new(&app.url);
        let form = browser
            .get("/forgot-password")
            .await
            .form("/api/auth/forgot");
        let page = browser.submit(form.with("login", login)).await;
        answers.push((page.status, page.main()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    app.jobs().await;
    let email: String = sqlx::query_scalar(
        "select a.email from identity.account a join identity.membership m using (account_id)
         join billing.subscriber s using (subscriber_id) where s.contract = $1",
    )
    .bind(person.contract)
    .fetch_one(&app.pool)
    .await
    .unwrap();
    let letter = smtp.letter(&email).await;
    let link = letter
        .text
        .lines()
        .find(|line| line.starts_with(&app.url))
        .unwrap();
    let path = link.strip_prefix(&app.url).unwrap();

    let mut browser = Browser::new(&app.url);
    let page = browser.get(path).await;
    // What was typed counts, even when the other choice is still marked.
    let form = page
        .form("/api/auth/reset")
        .with("password", "корова-сено7");
    assert_eq!(browser.submit(form).await.path, "/home");
    let mut old = Browser::new(&app.url);
    let refused = old.sign_in(person.card, services::demo::PASSWORD).await;
    assert!(refused.summary().contains("не подходят"), "{refused:?}");
    assert_eq!(old.sign_in(person.card, "корова-сено7").await.path, "/home");
    app.jobs().await;
    // The link, the new password, and the sign-in on a browser that the account does not know.
    assert_eq!(smtp.letters(&email).len(), 3, "the contact is told");
}

/// Whoever has the letter or the code sent again and then names another contact types nothing anew.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_typed_outlives_sending_again(pool: PgPool) {
    let app = app(pool).await;
    for (card, contact, typed, again) in [
        (
            "020723430001",
            "email",
            "elena@mail.example",
            "/api/auth/resend",
        ),
        (
            "020723430019",
            "phone",
            "+79261112233",
            "/api/auth/code-again",
        ),
    ] {
        let mut browser = Browser::new(&app.url);
        let form = browser.get("/register").await.form("/api/auth/register");
        let page = browser.submit(form.with("card", card)).await;
        let contract = match card {
            "020723430001" => "2041009001",
            _ => "2041009019",
        };
        let details = page
            .form("/api/auth/register-details")
            .with("contract", contract)
            .with(contact, typed)
            .with("terms", "true")
            .with("personal_data", "true");
        let waiting = browser.submit(details).await;
        // A code is not sent again within the first minute: only the clock of the database knows.
        let mut conn = app.pool.acquire().await.unwrap();
        storage::db::shift_clock(&mut conn, 120).await.unwrap();
        let sent = browser.submit(waiting.form(again)).await;
        assert!(sent.html.contains("Отправили ещё раз"), "{}", sent.path);
        let words = match again {
            "/api/auth/resend" => "Указать другую почту",
            _ => "Указать другой контакт",
        };
        let back = sent.link(words).unwrap_or_else(|| panic!("{}", sent.path));
        let details = browser.get(&back).await.form("/api/auth/register-details");
        for (name, value) in [("contract", contract), (contact, typed)] {
            let kept = (name.to_owned(), value.to_owned());
            assert!(
                details.fields.contains(&kept),
                "{name}: {:?}",
                details.fields
            );
        }
        storage::db::shift_clock(&mut conn, 0).await.unwrap();
    }
}
