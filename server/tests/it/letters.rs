//! Letters and a real mail server: refusals, sign-in, encryption.

use crate::support::{App, Smtp, app_with_mail};
use gateways::mail::{Letter, Mail, MailError, Smtp as Adapter};
use sqlx::PgPool;

fn letter(to: &str) -> Letter {
    Letter {
        id: "0199-test".into(),
        to: to.into(),
        subject: "Тариф «Стандарт» — 149 ₽".into(),
        text: "Первая строка.\nВторая & <третья>.\n\nhttps://lk.example/a?b=1&c=2".into(),
    }
}

fn adapter(url: &str) -> Adapter {
    Adapter::new(url, "Орион Экспресс <lk@orion.example>").unwrap()
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let smtp = Smtp::start(&[]).await;
    let mail = adapter(&format!("smtp://127.0.0.1:{}", smtp.port));
    mail.send(&letter("anna@mail.example")).await.unwrap();
    let arrived = smtp.letter("anna@mail.example").await;
    assert_eq!(arrived.subject, "Тариф «Стандарт» — 149 ₽");
    assert_eq!(arrived.id, "<0199-test@orion.example>");
    assert_eq!(arrived.text.trim_end(), letter("").text);
    assert!(arrived.html.contains("Вторая &amp; &lt;третья&gt;."));
    assert!(
        arrived
            .html
            .contains("href=\"https://lk.example/a?b=1&amp;c=2\"")
    );
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let smtp = Smtp::start(&[]).await;
    let mail = adapter(&format!("smtp://lk:secret@127.0.0.1:{}", smtp.port));
    let never = mail.send(&letter("nobody@mail.example")).await;
    assert!(matches!(never, Err(MailError::Permanent(_))), "{never:?}");
    let later = mail.send(&letter("busy-1@mail.example")).await;
    assert!(matches!(later, Err(MailError::Temporary(_))), "{later:?}");
    mail.send(&letter("busy-1@mail.example")).await.unwrap();
    assert_eq!(smtp.letters("busy-1@mail.example").len(), 1);

    let away = adapter("smtp://127.0.0.1:1").send(&letter("a@b.ru")).await;
    assert!(matches!(away, Err(MailError::Temporary(_))), "{away:?}");
}

/// A wrong password of ours is our mistake, not the reader's address: the letter waits.
#[tokio::test]
async fn a_wrong_password_of_ours_does_not_lose_letters() {
    let smtp = Smtp::start(&[]).await;
    let mail = adapter(&format!("smtp://lk:wrong@127.0.0.1:{}", smtp.port));
    let refused = mail.send(&letter("anna@mail.example")).await;
    assert!(
        matches!(refused, Err(MailError::Temporary(_))),
        "{refused:?}"
    );
}

/// A server that cannot prove who it is gets neither the letter nor the password.
#[tokio::test]
async fn encryption_that_is_asked_for_is_not_given_up() {
    let smtp = Smtp::start(&["--tls"]).await;
    let url = format!("smtp://lk:secret@localhost:{}?tls=required", smtp.port);
    let refused = adapter(&url).send(&letter("anna@mail.example")).await;
    assert!(
        matches!(refused, Err(MailError::Temporary(_))),
        "{refused:?}"
    );
    assert!(smtp.letters("anna@mail.example").is_empty());

    // The same of a server that does not offer it.
    let smtp = Smtp::start(&[]).await;
    let url = format!("smtp://lk:secret@localhost:{}?tls=required", smtp.port);
    assert!(adapter(&url).send(&letter("a@b.ru")).await.is_err());
    assert!(smtp.letters("a@b.ru").is_empty());
}

async fn forget(app: &App, email: &str) {
    sqlx::query(
        "update identity.account set email = $1 where account_id = (
        select account_id from identity.membership join billing.subscriber using (subscriber_id)
        where contract = '2041008755')",
    )
    .bind(email)
    .execute(&app.pool)
    .await
    .unwrap();
    let guest = services::access::sessions::guest(
        services::Origin {
            address: None,
            user_agent: String::new(),
        },
        "b",
    );
    services::access::recovery::request(&app.services, &guest, email, domain::Lang::Ru)
        .await
        .unwrap();
}

async fn states(app: &App, email: &str) -> Vec<(String, i32)> {
    sqlx::query_as("select state, attempts from outbox.delivery where recipient = $1")
        .bind(email)
        .fetch_all(&app.pool)
        .await
        .unwrap()
}

/// The queue tries again by itself, and gives up only on what is refused for good.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_letter_waits_for_a_busy_server(pool: PgPool) {
    let smtp = Smtp::start(&[]).await;
    let app = app_with_mail(pool, &smtp, "").await;
    forget(&app, "busy-2@mail.example").await;
    for _ in 0..4 {
        app.jobs().await;
        // The queue's own pauses are passed over.
        sqlx::query("update graphile_worker._private_jobs set run_at = now()")
            .execute(&app.pool)
            .await
            .unwrap();
    }
    assert_eq!(smtp.letters("busy-2@mail.example").len(), 1);
    assert_eq!(
        states(&app, "busy-2@mail.example").await,
        [("sent".to_owned(), 3)]
    );

    forget(&app, "nobody@mail.example").await;
    for _ in 0..3 {
        app.jobs().await;
    }
    assert_eq!(
        states(&app, "nobody@mail.example").await,
        [("dead".to_owned(), 1)]
    );
}
