//! Registration, activation, sign-in, recovery.

use crate::support::{Cabinet, browser, cabinet, problem};
use domain::Lang;
use domain::form::Problem;
use domain::ids::RegistrationId;
use services::ServiceError;
use services::access::activation::{Link, Purpose, look};
use services::access::registration::{Details, begin, progress, resend, submit};
use services::access::{activation, recovery, sessions};
use services::demo::PASSWORD;
use sqlx::PgPool;

const CARD: &str = "020723430001";
const CONTRACT: &str = "2041009001";
const OWN: &str = "корова-сено7";

fn details(contract: &str) -> Details {
    Details {
        contract: contract.into(),
        email: "Elena@Mail.example".into(),
        terms: true,
        personal_data: true,
        ..Details::default()
    }
}

async fn registered(cabinet: &Cabinet) -> RegistrationId {
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, "0207 2343-0001")
        .await
        .unwrap();
    submit(&cabinet.services, &guest, id, &details(CONTRACT))
        .await
        .unwrap();
    cabinet.jobs().await;
    id
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_card_becomes_a_cabinet(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = registered(&cabinet).await;
    let sent = progress(&cabinet.services, &browser("b"), id)
        .await
        .unwrap()
        .sent_to;
    assert_eq!(sent.as_deref(), Some("e•••@mail.example"));
    assert!(
        cabinet
            .mailbox
            .texts()
            .iter()
            .any(|text| text.to.starts_with("+7912")),
        "the contract's phone is told"
    );

    let token = cabinet.link("elena@mail.example").unwrap();
    for _ in 0..3 {
        // Mail scanners look; looking uses nothing up, and offers another password each time.
        let link = look(
            &cabinet.services,
            &browser("x"),
            Purpose::Activation,
            &token,
        )
        .await
        .unwrap();
        assert!(matches!(link, Link::Ready { .. }));
    }
    let session = cabinet
        .set_password(Purpose::Activation, &token, OWN)
        .await
        .unwrap();
    assert!(cabinet.actor(&session).await.viewer.is_some());
    let used = look(
        &cabinet.services,
        &browser("b"),
        Purpose::Activation,
        &token,
    )
    .await
    .unwrap();
    assert_eq!(used, Link::Used);
    assert!(matches!(
        cabinet.set_password(Purpose::Activation, &token, OWN).await,
        Err(ServiceError::NotFound)
    ));
    for login in [CARD, "0207 2343 0001", "ELENA@mail.example"] {
        assert!(cabinet.sign_in(login, OWN).await.is_ok(), "{login}");
    }
    assert_eq!(
        cabinet
            .count(
                "select count(*) from identity.consent join identity.account using (account_id)
                 where document <> 'advertising' and given and email = 'elena@mail.example'"
            )
            .await,
        2
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn another_browser_cannot_go_on_with_a_registration(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = begin(&cabinet.services, &browser("b"), CARD).await.unwrap();
    let stolen = submit(&cabinet.services, &browser("thief"), id, &details(CONTRACT)).await;
    assert!(matches!(stolen, Err(ServiceError::NotFound)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_wrong_number_says_what_is_wrong(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    for (card, expected) in [
        ("", Problem::CardEmpty),
        ("0207 2343 000O", Problem::CardNotDigits),
        ("0207 2343 00", Problem::CardLength { got: 10 }),
        ("020799999999", Problem::CardUnknown),
        ("020723440000", Problem::CardBlocked),
        ("79927398710", Problem::CardCheckDigit),
    ] {
        assert_eq!(
            problem(begin(&cabinet.services, &guest, card).await),
            expected,
            "{card}"
        );
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn three_tries_to_match_a_contract_and_then_a_day(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, CARD).await.unwrap();
    for left in [2, 1, 0] {
        let answer = submit(&cabinet.services, &guest, id, &details("1111111111")).await;
        assert_eq!(problem(answer), Problem::NoMatch { left });
    }
    // The right number does not help any more, from a new registration either.
    let id = begin(&cabinet.services, &guest, CARD).await.unwrap();
    let answer = problem(submit(&cabinet.services, &guest, id, &details(CONTRACT)).await);
    assert!(
        matches!(
            answer,
            Problem::TooManyTries {
                minutes: 1430..=1440
            }
        ),
        "{answer:?}"
    );
    cabinet.shift(24 * 3600 + 60).await;
    let id = begin(&cabinet.services, &guest, CARD).await.unwrap();
    assert!(
        submit(&cabinet.services, &guest, id, &details(CONTRACT))
            .await
            .is_ok()
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn surname_and_known_contact_prove_the_contract_too(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, CARD).await.unwrap();
    let by_name = Details {
        contract: String::new(),
        surname: " новикова ".into(),
        known_contact: "8 (912) 000-10-07".into(),
        ..details("")
    };
    submit(&cabinet.services, &guest, id, &by_name)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_existing_cabinet_is_told_only_after_the_match(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, "020723406967")
        .await
        .unwrap();
    let wrong = submit(&cabinet.services, &guest, id, &details("1111111111")).await;
    assert_eq!(problem(wrong), Problem::NoMatch { left: 2 });
    let right = submit(&cabinet.services, &guest, id, &details("2041008755")).await;
    assert_eq!(problem(right), Problem::AlreadyRegistered);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn links_expire_and_a_new_one_ends_the_old(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = registered(&cabinet).await;
    let first = cabinet.link("elena@mail.example").unwrap();
    resend(&cabinet.services, &browser("b"), id, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let second = cabinet.link("elena@mail.example").unwrap();
    assert_ne!(first, second);
    let looked = look(
        &cabinet.services,
        &browser("b"),
        Purpose::Activation,
        &first,
    )
    .await
    .unwrap();
    let again = Some("e•••@mail.example".to_owned());
    let expired = Link::Expired { again };
    assert_eq!(looked, expired);
    // The purpose is part of the link.
    let other = look(&cabinet.services, &browser("b"), Purpose::Recovery, &second)
        .await
        .unwrap();
    assert_eq!(other, Link::Unknown);
    cabinet.shift(24 * 3600 + 1).await;
    let late = look(
        &cabinet.services,
        &browser("b"),
        Purpose::Activation,
        &second,
    )
    .await
    .unwrap();
    assert_eq!(late, expired);
    assert!(matches!(
        cabinet
            .set_password(Purpose::Activation, &second, OWN)
            .await,
        Err(ServiceError::NotFound)
    ));
    // Whoever holds the late link gets another one, at the same address.
    activation::again(&cabinet.services, &second, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let third = cabinet.link("elena@mail.example").unwrap();
    assert_ne!(second, third);
    for fresh in [third.as_str(), "no-such-link"] {
        let refused = activation::again(&cabinet.services, fresh, Lang::Ru).await;
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{fresh}");
    }
    cabinet
        .set_password(Purpose::Activation, &third, OWN)
        .await
        .unwrap();
    // The cabinet is open: a late link of before has nothing to renew.
    let refused = activation::again(&cabinet.services, &second, Lang::Ru).await;
    assert!(matches!(refused, Err(ServiceError::NotFound)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_weak_password_does_not_use_the_link_up(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    registered(&cabinet).await;
    let token = cabinet.link("elena@mail.example").unwrap();
    for (password, expected) in [
        ("", Problem::PasswordNew),
        ("a1!", Problem::PasswordShort { got: 3 }),
        ("longenough!", Problem::PasswordNoDigit),
        ("longenough1", Problem::PasswordNoSpecial),
        ("Password1!", Problem::PasswordKnown),
    ] {
        let answer = cabinet
            .set_password(Purpose::Activation, &token, password)
            .await;
        assert_eq!(problem(answer), expected, "{password}");
    }
    assert!(
        cabinet
            .set_password(Purpose::Activation, &token, OWN)
            .await
            .is_ok()
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn of_many_uses_of_one_link_at_once_one_wins(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    registered(&cabinet).await;
    let token = cabinet.link("elena@mail.example").unwrap();
    let tries = (0..8).map(|_| cabinet.set_password(Purpose::Activation, &token, OWN));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn ten_wrong_passwords_pause_this_login_only(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    for left in (0..10).rev() {
        let answer = cabinet.sign_in("020723406967", "wrong-1!").await;
        assert_eq!(problem(answer), Problem::SignInMismatch { left });
    }
    // Spaces are no new login, and the right password does not end the pause.
    let answer = problem(cabinet.sign_in("0207 2340 6967", PASSWORD).await);
    assert!(
        matches!(answer, Problem::TooManyTries { minutes: 14..=15 }),
        "{answer:?}"
    );
    assert!(cabinet.sign_in("020723411002", PASSWORD).await.is_ok());
    cabinet.shift(15 * 60 + 1).await;
    assert!(cabinet.sign_in("020723406967", PASSWORD).await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn unknown_logins_read_like_wrong_passwords(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let known = problem(cabinet.sign_in("020723406967", "wrong-1!").await);
    for unknown in [
        "020799999999",
        "nobody@mail.example",
        "+79990000000",
        "чепуха",
        CARD,
    ] {
        assert_eq!(
            problem(cabinet.sign_in(unknown, "wrong-1!").await),
            known,
            "{unknown}"
        );
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn recovery_answers_alike_and_keeps_the_old_password_until_the_new(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    for login in ["020723406967", "020799999999", "nobody@mail.example"] {
        assert!(
            recovery::request(&cabinet.services, &guest, login, Lang::Ru)
                .await
                .is_ok()
        );
    }
    cabinet.jobs().await;
    assert_eq!(cabinet.mailbox.texts().len(), 1);
    let signed_in = cabinet.sign_in("020723406967", PASSWORD).await.unwrap();
    let token = cabinet.link("demo0@mail.example").unwrap();
    let session = cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    assert!(cabinet.actor(&session).await.viewer.is_some());
    assert!(
        services::home::load(&cabinet.services, &signed_in, Lang::Ru)
            .await
            .is_ok(),
        "an actor resolved earlier finishes its request"
    );
    assert!(cabinet.sign_in("020723406967", PASSWORD).await.is_err());
    assert!(cabinet.sign_in("020723406967", OWN).await.is_ok());
    cabinet.jobs().await;
    assert!(
        cabinet
            .mailbox
            .texts()
            .iter()
            .any(|text| text.subject == "Пароль восстановлен" && !text.text.contains(OWN))
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_new_password_ends_other_sessions(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let command = services::access::sign_in::SignIn {
        login: "020723406967".into(),
        password: PASSWORD.into(),
        remember: true,
    };
    let session = services::access::sign_in::sign_in(&cabinet.services, &browser("b"), &command)
        .await
        .unwrap();
    recovery::request(&cabinet.services, &browser("b"), "020723406967", Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let token = cabinet.link("demo0@mail.example").unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    assert!(cabinet.actor(&session).await.viewer.is_none());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sessions_end_by_sign_out_and_by_time(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let sign_in = |remember| services::access::sign_in::SignIn {
        login: "020723406967".into(),
        password: PASSWORD.into(),
        remember,
    };
    let guest = browser("b");
    let short = services::access::sign_in::sign_in(&cabinet.services, &guest, &sign_in(false))
        .await
        .unwrap();
    let long = services::access::sign_in::sign_in(&cabinet.services, &guest, &sign_in(true))
        .await
        .unwrap();
    assert!(short.max_age.is_none() && long.max_age == Some(90 * 24 * 3600));
    cabinet.shift(24 * 3600 + 1).await;
    assert!(cabinet.actor(&short).await.viewer.is_none());
    cabinet.shift(89 * 24 * 3600).await;
    let actor = cabinet.actor(&long).await;
    assert!(actor.viewer.is_some());
    // Used on day 89, so it slides.
    cabinet.shift(120 * 24 * 3600).await;
    assert!(cabinet.actor(&long).await.viewer.is_some());
    sessions::sign_out(&cabinet.services, &actor).await.unwrap();
    assert!(cabinet.actor(&long).await.viewer.is_none());
}

/// A link proves the address it was sent to and no other: changing the address ends it, even when no
/// new letter may be sent.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_proves_only_the_address_it_was_sent_to(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = registered(&cabinet).await;
    let to = |email: &str| Details {
        email: email.into(),
        ..details(CONTRACT)
    };
    // The victim's letters of this hour are used up by others.
    sqlx::query(
        "insert into app.throttle (key, hits, window_ends_at)
         select 'letters:' || substr(encode(sha256('victim@mail.example'), 'hex'), 1, 24), 100,
             now() + interval '1 hour'",
    )
    .execute(&cabinet.pool)
    .await
    .unwrap();
    submit(&cabinet.services, &guest, id, &to("attacker@mail.example"))
        .await
        .unwrap();
    cabinet.jobs().await;
    let token = cabinet.link("attacker@mail.example").unwrap();
    let throttled = submit(&cabinet.services, &guest, id, &to("victim@mail.example")).await;
    assert_eq!(problem(throttled), Problem::TooManyTries { minutes: 60 });
    let refused = cabinet.set_password(Purpose::Activation, &token, OWN).await;
    assert!(
        matches!(refused, Err(ServiceError::NotFound)),
        "{refused:?}"
    );

    // Even a link that were still alive would not prove another address.
    sqlx::query("update identity.one_time_token set expires_at = now() + interval '1 day'")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    let refused = cabinet.set_password(Purpose::Activation, &token, OWN).await;
    assert!(
        matches!(refused, Err(ServiceError::NotFound)),
        "{refused:?}"
    );
    assert_eq!(
        cabinet
            .count("select count(*) from identity.account where email = 'victim@mail.example' and state = 'active'")
            .await,
        0
    );
}

/// Signing in with the old password while it is being changed leaves no session behind.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_old_password_opens_nothing_once_it_is_changed(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let person = "020723406967";
    recovery::request(&cabinet.services, &browser("b"), person, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let to = cabinet.mailbox.texts()[0].to.clone();
    let token = cabinet.link(&to).unwrap();
    let guesses = futures_util::future::join_all((0..8).map(|_| cabinet.sign_in(person, PASSWORD)));
    let (changed, _) = tokio::join!(
        cabinet.set_password(Purpose::Recovery, &token, OWN),
        guesses
    );
    changed.unwrap();
    // Whoever was quick enough was signed out; whoever was late was refused.
    assert_eq!(
        cabinet
            .count("select count(*) from identity.session where ended_at is null")
            .await,
        1
    );
}

/// Cards, phone and e-mail of one login have as many tries together as one of them.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn spellings_of_one_login_share_its_tries(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let email: String = sqlx::query_scalar(
        "select a.email from identity.account a join identity.membership using (account_id)
         join billing.subscriber using (subscriber_id) where contract = '2041008755'",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    for login in ["020723406967", &email] {
        for _ in 0..5 {
            let refused = problem(cabinet.sign_in(login, "wrong-one-1").await);
            assert!(
                matches!(refused, Problem::SignInMismatch { .. }),
                "{refused:?}"
            );
        }
    }
    let paused = problem(cabinet.sign_in("020723406967", PASSWORD).await);
    assert!(matches!(paused, Problem::TooManyTries { .. }), "{paused:?}");
}

/// The second step is no cannon: letters to strangers end after ten.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_contract_cannot_write_to_everybody(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, CARD).await.unwrap();
    let mut sent = 0;
    for number in 0..20 {
        let form = Details {
            email: format!("stranger-{number}@mail.example"),
            ..details(CONTRACT)
        };
        sent += u32::from(submit(&cabinet.services, &guest, id, &form).await.is_ok());
    }
    assert_eq!(sent, 10);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_slip_of_the_finger_sends_nobody_waiting(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = crate::support::browser("b");
    for (typed, said) in [
        ("", Problem::LoginEmpty),
        ("abc", Problem::LoginMalformed),
        ("0207 2340", Problem::LoginMalformed),
        ("12.3456.78", Problem::PartnerNumber),
    ] {
        let asked = recovery::request(&cabinet.services, &actor, typed, domain::Lang::Ru).await;
        assert_eq!(problem(asked), said, "{typed}");
    }
    let nobody = recovery::request(
        &cabinet.services,
        &actor,
        "nobody@mail.example",
        domain::Lang::Ru,
    );
    assert!(nobody.await.is_ok());
}
