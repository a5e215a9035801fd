//! Letters and a real mail server: refusals, sign-in, encryption.

use crate::support::{App, Browser, Smtp, app_with_mail};
use gateways::mail::{Letter, Mail, MailError, Smtp as Adapter};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sqlx::PgPool;
use std::path::PathBuf;

fn letter(to: &str) -> Letter {
    Letter {
        id: "0199-test".into(),
        to: to.into(),
        subject: "Тариф «Стандарт» — 149 ₽".into(),
        text: "Первая строка.\nВторая & <третья>.\n\nhttps://lk.example/a?b=1&c=2".into(),
    }
}

fn adapter(url: &str) -> Adapter {
    Adapter::new(url, "Орион Экспресс <lk@orion.example>", None).unwrap()
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

/// A server whose certificate one's own authority has signed gets the letter, encrypted, and nobody else.
#[tokio::test]
async fn letters_travel_encrypted_to_a_server_that_proves_itself() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("smtp-tls");
    std::fs::create_dir_all(&folder).unwrap();
    let authority = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signed = params.self_signed(&key).unwrap();
        let pem = signed.pem().into_bytes();
        (Issuer::new(params, key), folder.join(name), pem)
    };
    let (issuer, _, ours) = authority("ours");
    let (_, _, other) = authority("other");
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let chain = params.signed_by(&key, &issuer).unwrap();
    let (key_file, chain_file) = (folder.join("key.pem"), folder.join("chain.pem"));
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    std::fs::write(&chain_file, chain.pem()).unwrap();
    let files = [key_file.to_str().unwrap(), chain_file.to_str().unwrap()];
    let smtp = Smtp::start(&["--tls", files[0], files[1]]).await;
    // The address does not ask for encryption, the authority does.
    let url = format!("smtp://lk:secret@localhost:{}", smtp.port);
    let mail = |authority: &[u8]| {
        Adapter::new(&url, "Орион Экспресс <lk@orion.example>", Some(authority)).unwrap()
    };
    let refused = mail(&other).send(&letter("anna@mail.example")).await;
    assert!(
        matches!(refused, Err(MailError::Temporary(_))),
        "{refused:?}"
    );
    assert!(smtp.letters("anna@mail.example").is_empty());
    mail(&ours)
        .send(&letter("anna@mail.example"))
        .await
        .unwrap();
    let arrived = smtp.letter("anna@mail.example").await;
    assert!(arrived.secure);
    assert_eq!(arrived.user.as_deref(), Some("lk"));
}

fn is_cyrillic(sign: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&sign)
}

/// The same letter in each language, as text and as HTML, through the whole queue.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn letters_speak_their_readers_language(pool: PgPool) {
    let smtp = Smtp::start(&[]).await;
    let app = app_with_mail(pool, &smtp, "").await;
    for (lang, email) in [("ru", "ru@mail.example"), ("en", "en@mail.example")] {
        name_address(&app, email).await;
        let mut browser = Browser::new(&app.url);
        browser.set_cookie("lang", lang);
        let form = browser
            .get("/forgot-password")
            .await
            .form("/api/auth/forgot");
        browser.submit(form.with("login", email)).await;
        app.jobs().await;
        let letter = smtp.letter(email).await;
        let link = letter.text.lines().find(|line| line.starts_with("http"));
        let link = link.unwrap_or_else(|| panic!("{}", letter.text));
        assert!(link.contains("/reset-password/"), "{link}");
        assert!(
            letter.html.contains(&format!("href=\"{link}\"")),
            "{}",
            letter.html
        );
        let english = lang == "en";
        for text in [&letter.subject, &letter.text, &letter.html] {
            assert_eq!(text.chars().any(is_cyrillic), !english, "{text}");
        }
    }
}

async fn name_address(app: &App, email: &str) {
    sqlx::query(
        "update identity.account set email = $1 where account_id = (
        select account_id from identity.membership join billing.subscriber using (subscriber_id)
        where contract = '2041008755')",
    )
    .bind(email)
    .execute(&app.pool)
    .await
    .unwrap();
}

async fn forget(app: &App, email: &str) {
    name_address(app, email).await;
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
