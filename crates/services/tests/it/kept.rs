//! What is kept of people, for whom and for how long.

use crate::support::{Cabinet, browser, cabinet, enter, problem};
use domain::Lang;
use domain::form::{FieldError, Problem};
use domain::ids::RegistrationId;
use domain::office::Door;
use services::access::activation::Purpose;
use services::access::contracts::{self, Add};
use services::access::registration::{Details, begin, submit};
use services::access::{codes, recovery};
use services::demo::{PASSWORD, PEOPLE};
use services::{ServiceError, drafts, messages, privacy, upkeep};
use sqlx::PgPool;

const CARD: &str = "020723406967";
const OTHER_CARD: &str = "020723430001";
const OTHER: &str = "2041009001";
const DAY: i64 = 24 * 3600;

fn details(email: &str, advertising: bool) -> Details {
    Details {
        contract: OTHER.into(),
        email: email.into(),
        terms: true,
        personal_data: true,
        advertising,
        ..Details::default()
    }
}

async fn register(cabinet: &Cabinet, name: &str, form: &Details) -> RegistrationId {
    let id = begin(&cabinet.services, &browser(name), OTHER_CARD)
        .await
        .unwrap();
    submit(&cabinet.services, &browser(name), id, form)
        .await
        .unwrap();
    cabinet.jobs().await;
    id
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_registration_of_somebody_else_is_forgotten_as_a_whole(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    register(
        &cabinet,
        "stranger",
        &details("stranger@mail.example", true),
    )
    .await;
    let strangers = cabinet.link("stranger@mail.example").unwrap();
    let id = register(&cabinet, "owner", &details("typo@mail.example", false)).await;
    // The owner's own second try keeps what was given: it is the same registration.
    submit(
        &cabinet.services,
        &browser("owner"),
        id,
        &details("owner@mail.example", false),
    )
    .await
    .unwrap();
    cabinet.jobs().await;
    assert!(
        cabinet
            .set_password(Purpose::Activation, &strangers, "корова-сено7")
            .await
            .is_err()
    );
    let token = cabinet.link("owner@mail.example").unwrap();
    let session = cabinet
        .set_password(Purpose::Activation, &token, "корова-сено7")
        .await
        .unwrap();
    let actor = cabinet.actor(&session).await;
    let json = privacy::export(&cabinet.services, &actor).await.unwrap();
    assert!(!json.contains("stranger@mail.example"));
    assert!(!json.contains("advertising"), "the stranger's consent");
    let left = "select count(*) from outbox.delivery where recipient = 'stranger@mail.example'";
    assert_eq!(cabinet.count(left).await, 0);
    let accounts = "select count(*) from identity.account where state = 'pending'";
    assert_eq!(cabinet.count(accounts).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_registration_that_nobody_opens_is_forgotten_after_a_week(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    register(&cabinet, "b", &details("elena@mail.example", true)).await;
    let pending = "select count(*) from identity.account where state = 'pending'";
    for (days, left) in [(6, 1), (8, 0)] {
        cabinet.shift(days * DAY).await;
        upkeep::sweep(&cabinet.services).await.unwrap();
        assert_eq!(cabinet.count(pending).await, left, "after {days} days");
    }
    assert_eq!(
        cabinet
            .count("select count(*) from identity.account where state = 'active'")
            .await,
        PEOPLE.iter().filter(|person| person.registered).count() as i64
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn notices_stay_with_the_login_when_the_contract_moves(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let form = Add {
        card: OTHER_CARD.into(),
        contract: OTHER.into(),
        ..Add::default()
    };
    contracts::add(services, &actor, &form, Lang::Ru)
        .await
        .unwrap();
    // A new device is told in the inbox of both contracts.
    let elsewhere = cabinet.sign_in_on("c", OTHER_CARD, PASSWORD).await.unwrap();
    let there = messages::list(services, &elsewhere, Lang::Ru)
        .await
        .unwrap();
    assert!(there.unread > 0 && !there.messages.is_empty());
    let held = contracts::list(services, &elsewhere).await.unwrap();
    let parents = held.iter().find(|one| one.contract.as_str() == OTHER);
    contracts::remove(services, &elsewhere, parents.unwrap().id)
        .await
        .unwrap();

    register(&cabinet, "d", &details("elena@mail.example", false)).await;
    let token = cabinet.link("elena@mail.example").unwrap();
    let session = cabinet
        .set_password(Purpose::Activation, &token, "корова-сено7")
        .await
        .unwrap();
    let new = cabinet.actor(&session).await;
    let inbox = messages::list(services, &new, Lang::Ru).await.unwrap();
    assert!(
        !inbox
            .messages
            .iter()
            .any(|message| message.topic == domain::notice::Topic::Security
                && message.title != "Кабинет открыт"),
        "{inbox:?}"
    );
    let others: Vec<uuid::Uuid> = sqlx::query_scalar(
        "select message_id from inbox.message join billing.subscriber using (subscriber_id)
         where contract = $1 and account_id <> $2",
    )
    .bind(OTHER)
    .bind(new.viewer.as_ref().unwrap().account.0)
    .fetch_all(&cabinet.pool)
    .await
    .unwrap();
    assert!(!others.is_empty());
    for id in others {
        let found = messages::open(services, &new, domain::ids::MessageId(id), Lang::Ru).await;
        assert!(matches!(found, Err(ServiceError::NotFound)));
    }
    let json = privacy::export(services, &new).await.unwrap();
    assert!(!json.contains("new_device"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn old_traces_are_swept(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    for name in ["b", "c", "d"] {
        cabinet.sign_in_on(name, CARD, PASSWORD).await.unwrap();
    }
    cabinet.jobs().await;
    cabinet.enter(Door::Staff, "auditor").await;
    let browsers = "select count(*) from office.known_browser";
    assert_eq!(cabinet.count(browsers).await, 1);
    let sessions = "select count(*) from identity.session";
    let log = "select count(*) from identity.security_log";
    let letters = "select count(*) from outbox.delivery where recipient <> ''";
    assert!(cabinet.count(letters).await > 0);
    cabinet.shift(89 * DAY).await;
    upkeep::sweep(services).await.unwrap();
    assert_eq!(cabinet.count(browsers).await, 1);
    cabinet.shift(90 * DAY).await;
    upkeep::sweep(services).await.unwrap();
    assert_eq!(cabinet.count(browsers).await, 0);
    assert_eq!(
        cabinet.count(sessions).await,
        3,
        "one day of life and 90 after"
    );
    cabinet.shift(92 * DAY).await;
    upkeep::sweep(services).await.unwrap();
    assert_eq!(
        cabinet.count(sessions).await,
        1,
        "the newest tells that there was one"
    );
    assert_eq!(cabinet.count(letters).await, 0);
    assert_eq!(cabinet.count(log).await, 3);
    // A device is still new after all that.
    cabinet.sign_in_on("e", CARD, PASSWORD).await.unwrap();
    let new = "select count(*) from identity.security_log where event = 'new_device'";
    assert_eq!(cabinet.count(new).await, 3);
    cabinet.shift((3 * 365 + 93) * DAY).await;
    upkeep::sweep(services).await.unwrap();
    assert_eq!(cabinet.count(log).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_sweeps_what_is_young(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("b", CARD, PASSWORD).await.unwrap();
    cabinet.sign_in_on("c", CARD, PASSWORD).await.unwrap();
    let mut tx = cabinet.pool.begin().await.unwrap();
    sqlx::query("set local role cabinet_app")
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("select identity.sweep_traces('infinity', 'infinity')")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for table in [
        "select count(*) from identity.security_log",
        "select count(*) from identity.session",
    ] {
        assert_eq!(cabinet.count(table).await, 2, "{table}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_recovery_takes_passkeys_away(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    sqlx::query(
        "insert into identity.passkey (account_id, credential_id, name, credential, created_at)
         select account_id, '\\x01', 'Телефон', '{}', now() from identity.account
         where email in ('demo0@mail.example', 'demo1@mail.example')
         limit 1",
    )
    .execute(&cabinet.pool)
    .await
    .unwrap();
    let email: String = sqlx::query_scalar(
        "select email from identity.account join identity.passkey using (account_id)",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    recovery::request(&cabinet.services, &browser("b"), &email, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let token = cabinet.link(&email).unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, "корова-сено7")
        .await
        .unwrap();
    cabinet.jobs().await;
    let passkeys = "select count(*) from identity.passkey";
    assert_eq!(cabinet.count(passkeys).await, 0);
    assert_eq!(cabinet.texts(&email, "Удалён ключ доступа"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn guessing_at_large_pauses_codes_for_strangers(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    // The owner of the third phone has a browser that is known.
    cabinet
        .sign_in_on("c", "020723413318", PASSWORD)
        .await
        .unwrap();
    let services = cabinet.node(|settings| {
        settings.access.wrong_codes_everywhere = 6;
    });
    let guess = async |name: &str, phone: &str, code: Option<&str>| {
        let actor = browser(name);
        let id = recovery::request(&services, &actor, phone, Lang::Ru)
            .await
            .unwrap();
        cabinet.jobs().await;
        let sent = cabinet.code(phone).unwrap();
        let typed = code.unwrap_or(&sent).to_owned();
        codes::verify(&services, &actor, id, &typed, Lang::Ru).await
    };
    for (name, phone) in [("a", "+79120001000"), ("b", "+79120001001")] {
        for _ in 0..3 {
            let refused = guess(name, phone, Some("000000")).await;
            assert!(matches!(problem(refused), Problem::CodeMismatch { .. }));
        }
    }
    let paused = guess("x", "+79120001002", None).await;
    assert!(matches!(problem(paused), Problem::TooManyTries { .. }));
    assert!(guess("c", "+79120001002", None).await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_password_is_not_hashed_without_end(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = cabinet.node(|settings| {
        settings.access.sign_ins_an_hour = 3;
    });
    let enter = async |name: &str| enter(&services, &browser(name), CARD, PASSWORD).await;
    for _ in 0..4 {
        assert!(enter("b").await.is_ok());
    }
    assert!(matches!(
        problem(enter("b").await),
        Problem::TooManyTries { .. }
    ));
    assert!(enter("c").await.is_ok(), "another browser is not concerned");
    // Nor by giving it again and again inside.
    let inside = cabinet.sign_in_on("d", CARD, PASSWORD).await.unwrap();
    for fits in [true, true, true, false] {
        let confirmed = services::access::confirm::confirm(&services, &inside, PASSWORD).await;
        assert_eq!(confirmed.is_ok(), fits);
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn refused_forms_of_one_address_are_not_kept_without_end(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = cabinet.node(|settings| {
        settings.access.drafts_per_address = 3;
    });
    let typed = || drafts::Draft {
        fields: [("card".to_owned(), "12".to_owned())].into(),
        errors: vec![FieldError::new("card", Problem::CardEmpty)],
    };
    let (actor, page) = (browser("b"), "/register");
    for turn in 1..=61 {
        let kept = drafts::keep(&services, &actor, page, None, typed()).await;
        assert_eq!(kept.is_ok(), turn <= 60, "{turn}");
        let Ok(id) = kept else { break };
        let id = id.to_string();
        let shown = drafts::find(&services, &actor, "/register?f=x", None, &id).await;
        let shown = shown.unwrap().unwrap();
        // What was wrong is always told.
        assert_eq!(shown.errors, typed().errors);
        assert_eq!(shown.fields.is_empty(), turn > 3, "{turn}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_kept_form_is_of_one_page_browser_and_person(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let typed = drafts::Draft {
        fields: [("email".to_owned(), "own@mail.example".to_owned())].into(),
        errors: Vec::new(),
    };
    let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let actor = browser("b");
    let page = "/profile/contacts/email?f=old";
    let id = drafts::keep(services, &actor, page, Some(one), typed.clone())
        .await
        .unwrap()
        .to_string();
    let find = async |actor: &services::Actor, page: &str, owner| {
        drafts::find(services, actor, page, owner, &id)
            .await
            .unwrap()
    };
    let here = "/profile/contacts/email";
    assert_eq!(find(&actor, here, Some(one)).await, Some(typed));
    assert_eq!(find(&actor, "/register/details", Some(one)).await, None);
    assert_eq!(find(&actor, here, Some(other)).await, None);
    assert_eq!(find(&actor, here, None).await, None);
    assert_eq!(find(&browser("c"), here, Some(one)).await, None);
}
