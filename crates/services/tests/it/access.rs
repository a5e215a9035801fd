//! Codes, devices, lockout, contacts: everything about access after the first password.

use crate::support::{Cabinet, browser, cabinet, problem};
use domain::Lang;
use domain::form::Problem;
use domain::ids::ChallengeId;
use domain::security::SecurityEvent;
use services::access::activation::Purpose;
use services::access::change::{ChangePassword, change};
use services::access::codes::{self, Opened};
use services::access::registration::{Details, Sent, begin, submit};
use services::access::{confirm, contacts, devices, recovery};
use services::demo::{PASSWORD, PEOPLE};
use services::{Actor, ServiceError, messages};
use sqlx::PgPool;

const CARD: &str = "020723406967";
const EMAIL: &str = "demo0@mail.example";
const PHONE: &str = "+79120001000";
const OWN: &str = "корова-сено7";
const NEW_PHONE: &str = "+79261112233";

fn with_phone_only() -> Details {
    Details {
        contract: "2041009001".into(),
        phone: "8 926 111-22-33".into(),
        terms: true,
        personal_data: true,
        ..Details::default()
    }
}

async fn registered_by_phone(cabinet: &Cabinet) -> ChallengeId {
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, "020723430001")
        .await
        .unwrap();
    let sent = submit(&cabinet.services, &guest, id, &with_phone_only())
        .await
        .unwrap();
    cabinet.jobs().await;
    match sent {
        Sent::Code(id) => id,
        Sent::Letter => panic!("a code was expected"),
    }
}

impl Cabinet {
    async fn type_code(
        &self,
        name: &str,
        id: ChallengeId,
        typed: &str,
    ) -> Result<Opened, ServiceError> {
        codes::verify(&self.services, &browser(name), id, typed, Lang::Ru).await
    }

    async fn forgot(&self, login: &str) -> ChallengeId {
        let id = recovery::request(&self.services, &browser("b"), login, Lang::Ru)
            .await
            .unwrap();
        self.jobs().await;
        id
    }

    async fn newest_title(&self, actor: &Actor) -> Option<String> {
        let inbox = messages::list(&self.services, actor, Lang::Ru)
            .await
            .unwrap();
        inbox
            .messages
            .into_iter()
            .next()
            .map(|message| message.title)
    }
}

fn wrong(code: &str) -> String {
    let last = code.chars().next_back().unwrap();
    let other = if last == '0' { '1' } else { '0' };
    format!("{}{other}", &code[..5])
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_phone_alone_opens_a_cabinet(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = registered_by_phone(&cabinet).await;
    let waiting = codes::look(&cabinet.services, &browser("b"), id)
        .await
        .unwrap();
    assert_eq!(waiting.phone.as_deref(), Some("+7\u{a0}926\u{a0}•••-••-33"));
    let code = cabinet.code(NEW_PHONE).unwrap();
    let spaced = format!(" {} {}", &code[..3], &code[3..]);

    let refused = problem(cabinet.type_code("b", id, &wrong(&code)).await);
    assert_eq!(refused, Problem::CodeMismatch { left: 4 });
    assert!(matches!(
        cabinet.type_code("thief", id, &code).await,
        Err(ServiceError::NotFound)
    ));
    let Opened::Password(Purpose::Activation, secret) =
        cabinet.type_code("b", id, &spaced).await.unwrap()
    else {
        panic!("the page of the password was expected");
    };
    assert!(matches!(
        cabinet.type_code("b", id, &code).await,
        Err(ServiceError::NotFound)
    ));
    cabinet
        .set_password(Purpose::Activation, &secret, OWN)
        .await
        .unwrap();
    for login in ["8 (926) 111-22-33", "020723430001"] {
        assert!(cabinet.sign_in(login, OWN).await.is_ok(), "{login}");
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_code_by_phone_sets_a_new_password_and_an_unknown_phone_looks_alike(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let unknown = cabinet.forgot("+7 999 000-00-00").await;
    let known = cabinet.forgot(PHONE).await;
    let [of_unknown, of_known] = [
        codes::look(&cabinet.services, &browser("b"), unknown).await,
        codes::look(&cabinet.services, &browser("b"), known).await,
    ]
    .map(Result::unwrap);
    assert_eq!(of_unknown.phone, of_known.phone);
    assert_eq!(of_unknown.purpose, of_known.purpose);
    let code = cabinet.code(PHONE).unwrap();
    for id in [unknown, known] {
        let refused = problem(cabinet.type_code("b", id, &wrong(&code)).await);
        assert_eq!(refused, Problem::CodeMismatch { left: 4 });
    }
    let Opened::Password(Purpose::Recovery, secret) =
        cabinet.type_code("b", known, &code).await.unwrap()
    else {
        panic!("the page of the password was expected");
    };
    assert!(cabinet.sign_in(CARD, PASSWORD).await.is_ok());
    cabinet
        .set_password(Purpose::Recovery, &secret, OWN)
        .await
        .unwrap();
    assert!(cabinet.sign_in(CARD, PASSWORD).await.is_err());
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "Пароль восстановлен"), 1);
    assert_eq!(cabinet.texts(PHONE, "Пароль восстановлен"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_code_dies_after_five_tries(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = cabinet.forgot(PHONE).await;
    let code = cabinet.code(PHONE).unwrap();
    for left in [4, 3, 2, 1, 0] {
        let refused = problem(cabinet.type_code("b", id, &wrong(&code)).await);
        assert_eq!(refused, Problem::CodeMismatch { left });
    }
    let refused = problem(cabinet.type_code("b", id, &code).await);
    assert!(
        matches!(refused, Problem::TooManyTries { .. }),
        "{refused:?}"
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn another_code_comes_after_a_minute_and_ends_the_first(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = cabinet.forgot(PHONE).await;
    let first = cabinet.code(PHONE).unwrap();
    let soon = problem(codes::again(&cabinet.services, &browser("b"), id, Lang::Ru).await);
    assert!(
        matches!(soon, Problem::ResendLater { seconds: 50..=60 }),
        "{soon:?}"
    );
    cabinet.shift(61).await;
    codes::again(&cabinet.services, &browser("b"), id, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let second = cabinet.code(PHONE).unwrap();
    if first != second {
        assert!(cabinet.type_code("b", id, &first).await.is_err());
    }
    assert!(cabinet.type_code("b", id, &second).await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_late_code_is_replaced_by_a_new_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let id = cabinet.forgot(PHONE).await;
    let late = cabinet.code(PHONE).unwrap();
    cabinet.shift(15 * 60 + 1).await;
    assert_eq!(
        problem(cabinet.type_code("b", id, &late).await),
        Problem::CodeExpired
    );
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(PHONE, "код для нового пароля"), 2);
    let fresh = cabinet.code(PHONE).unwrap();
    assert!(cabinet.type_code("b", id, &fresh).await.is_ok());
}

/// Whoever guesses codes of one account has fifteen tries a day, whatever they are for; after that
/// even a right one reads like a wrong one.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn codes_of_one_account_have_fifteen_tries_a_day(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    for _ in 0..3 {
        let id = cabinet.forgot(PHONE).await;
        let code = cabinet.code(PHONE).unwrap();
        for _ in 0..5 {
            let refused = problem(cabinet.type_code("b", id, &wrong(&code)).await);
            assert!(matches!(refused, Problem::CodeMismatch { .. }));
        }
    }
    let id = cabinet.forgot(PHONE).await;
    let code = cabinet.code(PHONE).unwrap();
    let refused = problem(cabinet.type_code("b", id, &code).await);
    assert_eq!(refused, Problem::CodeMismatch { left: 4 });
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_can_lock_the_owner_out_of_the_owners_device(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    for _ in 0..12 {
        assert!(cabinet.sign_in_on("thief", CARD, "guess-1!").await.is_err());
    }
    let paused = problem(cabinet.sign_in_on("thief", CARD, PASSWORD).await);
    assert!(matches!(paused, Problem::TooManyTries { .. }), "{paused:?}");
    let owner = cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "подбирает пароль"), 1, "told once");
    assert_eq!(
        cabinet.texts(PHONE, "подбирает"),
        0,
        "nobody spends our money on SMS"
    );
    assert_eq!(
        cabinet.newest_title(&owner).await.as_deref(),
        Some(SecurityEvent::SignInPaused.title(Lang::Ru))
    );
}

/// The owner's device is no free ticket: it has ten tries of its own.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_known_device_has_its_own_tries(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    for left in (0..10).rev() {
        let refused = problem(cabinet.sign_in_on("own", CARD, "guess-1!").await);
        assert_eq!(refused, Problem::SignInMismatch { left });
    }
    let paused = problem(cabinet.sign_in_on("own", CARD, PASSWORD).await);
    assert!(matches!(paused, Problem::TooManyTries { .. }), "{paused:?}");
    // Another device of the owner is not concerned.
    cabinet.sign_in_on("other", CARD, PASSWORD).await.unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_new_device_is_told_and_a_known_one_is_not(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "нового устройства"), 0);
    let second = cabinet.sign_in_on("other", CARD, PASSWORD).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "нового устройства"), 1);
    assert_eq!(cabinet.texts(PHONE, "нового устройства"), 1);
    assert_eq!(
        cabinet.newest_title(&second).await.as_deref(),
        Some(SecurityEvent::NewDevice.title(Lang::Ru))
    );
    let security = devices::load(&cabinet.services, &second, Lang::Ru)
        .await
        .unwrap();
    let events: Vec<_> = security.log.iter().map(|entry| entry.event).collect();
    assert_eq!(
        events,
        [
            SecurityEvent::NewDevice,
            SecurityEvent::SignedIn,
            SecurityEvent::SignedIn
        ]
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_password_is_changed_with_the_old_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let other = cabinet.sign_in_on("other", CARD, PASSWORD).await.unwrap();
    let own = cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    let form = |current: &str, new: &str| ChangePassword {
        current: current.into(),
        new: new.into(),
    };
    for (current, new, expected) in [
        (PASSWORD, "short", Problem::PasswordShort { got: 5 }),
        (PASSWORD, "Password1!", Problem::PasswordKnown),
        ("not-mine-1", OWN, Problem::PasswordMismatch { left: 9 }),
    ] {
        let refused = problem(change(&cabinet.services, &own, form(current, new)).await);
        assert_eq!(refused, expected);
    }
    change(&cabinet.services, &own, form(PASSWORD, OWN))
        .await
        .unwrap();
    let living = devices::load(&cabinet.services, &own, Lang::Ru)
        .await
        .unwrap();
    assert_eq!(
        living.devices.len(),
        1,
        "the other device has to sign in anew"
    );
    assert!(living.devices[0].current);
    assert_ne!(living.devices[0].id, other.viewer.unwrap().session);
    assert!(cabinet.sign_in(CARD, PASSWORD).await.is_err());
    assert!(cabinet.sign_in(CARD, OWN).await.is_ok());
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "Пароль изменён"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn devices_are_signed_out_from_afar(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let stranger = cabinet.person("ends in two days").await;
    let phone = cabinet.sign_in_on("phone", CARD, PASSWORD).await.unwrap();
    let tablet = cabinet.sign_in_on("tablet", CARD, PASSWORD).await.unwrap();
    let own = cabinet.sign_in_on("own", CARD, PASSWORD).await.unwrap();
    let of = |actor: &Actor| actor.viewer.as_ref().unwrap().session;
    assert!(matches!(
        devices::end_one(&cabinet.services, &stranger, of(&phone)).await,
        Err(ServiceError::NotFound)
    ));
    devices::end_one(&cabinet.services, &own, of(&phone))
        .await
        .unwrap();
    assert!(matches!(
        devices::end_one(&cabinet.services, &own, of(&phone)).await,
        Err(ServiceError::NotFound)
    ));
    let ids = |security: devices::Security| -> Vec<_> {
        security.devices.iter().map(|device| device.id).collect()
    };
    let left = devices::load(&cabinet.services, &own, Lang::Ru)
        .await
        .unwrap();
    assert_eq!(ids(left), [of(&own), of(&tablet)]);
    devices::end_others(&cabinet.services, &own).await.unwrap();
    let left = devices::load(&cabinet.services, &own, Lang::Ru)
        .await
        .unwrap();
    assert_eq!(ids(left), [of(&own)]);
    // A device that was signed out from afar is a stranger: its sign-in is told.
    cabinet.jobs().await;
    let before = cabinet.texts(EMAIL, "нового устройства");
    cabinet.sign_in_on("phone", CARD, PASSWORD).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "нового устройства"), before + 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_email_is_changed_by_its_new_owner_and_the_old_one_hears(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let begin =
        |typed: &'static str| contacts::begin_email(&cabinet.services, &actor, typed, "", Lang::Ru);
    assert_eq!(problem(begin("masha@").await), Problem::EmailMalformed);
    let cyrillic = "маша@почта.рф";
    assert_eq!(problem(begin(cyrillic).await), Problem::EmailNotLatin);
    let waiting = async || {
        let contacts = contacts::list(&cabinet.services, &actor).await.unwrap();
        contacts.waiting.map(|(email, _)| email.as_str().to_owned())
    };
    assert_eq!(waiting().await, None);
    assert_eq!(problem(begin(EMAIL).await), Problem::ContactSame);
    begin("Masha@new.example").await.unwrap();
    assert_eq!(waiting().await.as_deref(), Some("masha@new.example"));
    cabinet.jobs().await;
    let link = cabinet.link("masha@new.example").unwrap();
    let looked = contacts::look(&cabinet.services, &link).await.unwrap();
    assert!(
        matches!(looked, contacts::Link::Ready(email) if email.as_str() == "masha@new.example")
    );
    assert!(
        cabinet.sign_in(EMAIL, PASSWORD).await.is_ok(),
        "nothing has changed yet"
    );
    // The letter may be opened on a device where nobody is signed in.
    contacts::finish_email(&cabinet.services, &browser("mail"), &link)
        .await
        .unwrap();
    assert_eq!(waiting().await, None, "it is bound");
    assert!(cabinet.sign_in("masha@new.example", PASSWORD).await.is_ok());
    assert!(cabinet.sign_in(EMAIL, PASSWORD).await.is_err());
    assert_eq!(
        contacts::look(&cabinet.services, &link).await.unwrap(),
        contacts::Link::Used
    );
    assert!(matches!(
        contacts::finish_email(&cabinet.services, &actor, &link).await,
        Err(ServiceError::NotFound)
    ));
    cabinet.jobs().await;
    for contact in [EMAIL, "masha@new.example", PHONE] {
        assert_eq!(cabinet.texts(contact, "Почта изменена"), 1, "{contact}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_email_of_another_cabinet_is_refused_to_whoever_can_read_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let taken = "demo1@mail.example";
    contacts::begin_email(&cabinet.services, &actor, taken, "", Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let link = cabinet.link(taken).unwrap();
    let refused = contacts::finish_email(&cabinet.services, &actor, &link).await;
    assert_eq!(problem(refused), Problem::ContactTaken);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_phone_is_changed_by_a_code_and_the_old_one_hears(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let typed = "8 926 111 22 33";
    let id = contacts::begin_phone(&cabinet.services, &actor, typed, Lang::Ru)
        .await
        .unwrap();
    cabinet.jobs().await;
    let code = cabinet.code(NEW_PHONE).unwrap();
    let opened = codes::verify(&cabinet.services, &actor, id, &code, Lang::Ru)
        .await
        .unwrap();
    assert_eq!(opened, Opened::Phone);
    assert!(cabinet.sign_in(NEW_PHONE, PASSWORD).await.is_ok());
    assert!(cabinet.sign_in(PHONE, PASSWORD).await.is_err());
    cabinet.jobs().await;
    for contact in [EMAIL, PHONE, NEW_PHONE] {
        assert_eq!(cabinet.texts(contact, "Телефон изменён"), 1, "{contact}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_device_left_open_does_not_change_contacts(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let command = services::access::sign_in::SignIn {
        login: CARD.into(),
        password: PASSWORD.into(),
        remember: true,
    };
    let session = services::access::sign_in::sign_in(&cabinet.services, &browser("b"), &command)
        .await
        .unwrap();
    cabinet.shift(10 * 60 + 1).await;
    let actor = cabinet.actor(&session).await;
    let email = "masha@new.example";
    let refused = contacts::begin_email(&cabinet.services, &actor, email, "", Lang::Ru).await;
    assert!(matches!(refused, Err(ServiceError::ConfirmFirst)));
    let refused = contacts::begin_phone(&cabinet.services, &actor, NEW_PHONE, Lang::Ru).await;
    assert!(matches!(refused, Err(ServiceError::ConfirmFirst)));
    for left in (0..10).rev() {
        let refused = problem(confirm::confirm(&cabinet.services, &actor, "guess-1!").await);
        assert_eq!(refused, Problem::PasswordMismatch { left });
    }
    let paused = problem(confirm::confirm(&cabinet.services, &actor, PASSWORD).await);
    assert!(matches!(paused, Problem::TooManyTries { .. }), "{paused:?}");
    cabinet.shift(26 * 60).await;
    confirm::confirm(&cabinet.services, &actor, PASSWORD)
        .await
        .unwrap();
    let actor = cabinet.actor(&session).await;
    contacts::begin_email(&cabinet.services, &actor, email, "", Lang::Ru)
        .await
        .unwrap();
}

/// A registration cannot find out which addresses have a cabinet: only their owners hear.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_taken_address_is_told_to_its_owner_alone(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let id = begin(&cabinet.services, &guest, "020723430001")
        .await
        .unwrap();
    let form = Details {
        email: EMAIL.into(),
        phone: String::new(),
        ..with_phone_only()
    };
    let sent = submit(&cabinet.services, &guest, id, &form).await.unwrap();
    assert_eq!(sent, Sent::Letter);
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "уже есть кабинет"), 1);
    assert_eq!(
        cabinet
            .count("select count(*) from identity.one_time_token")
            .await,
        0
    );
}

/// After a recovery a browser on which the old password was used is a stranger again.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_recovery_forgets_the_browsers_of_before(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("thief", CARD, PASSWORD).await.unwrap();
    cabinet.forgot(CARD).await;
    let token = cabinet.link(EMAIL).unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    assert_eq!(
        cabinet
            .count("select count(*) from identity.known_browser")
            .await,
        1
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_partners_number_is_shown_the_right_door(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let refused = problem(begin(&cabinet.services, &browser("b"), "12.3456.78").await);
    assert_eq!(refused, Problem::PartnerNumber);
    let refused = problem(cabinet.sign_in("12.3456.78", PASSWORD).await);
    assert_eq!(refused, Problem::PartnerNumber);
}

/// What was begun before the access changed hands is not finished after it.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_pending_change_of_contact_ends_with_the_password(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let thief = cabinet.sign_in_on("thief", CARD, PASSWORD).await.unwrap();
    let id = contacts::begin_phone(&cabinet.services, &thief, NEW_PHONE, Lang::Ru)
        .await
        .unwrap();
    contacts::begin_email(
        &cabinet.services,
        &thief,
        "thief@mail.example",
        "",
        Lang::Ru,
    )
    .await
    .unwrap();
    cabinet.jobs().await;
    let code = cabinet.code(NEW_PHONE).unwrap();
    let link = cabinet.link("thief@mail.example").unwrap();
    // Without a session the code is nobody's.
    assert!(matches!(
        cabinet.type_code("thief", id, &code).await,
        Err(ServiceError::NotFound)
    ));
    cabinet.forgot(CARD).await;
    let token = cabinet.link(EMAIL).unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    for actor in [&thief, &browser("thief")] {
        assert!(matches!(
            codes::verify(&cabinet.services, actor, id, &code, Lang::Ru).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            codes::again(&cabinet.services, actor, id, Lang::Ru).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            contacts::finish_email(&cabinet.services, actor, &link).await,
            Err(ServiceError::NotFound)
        ));
    }
}

/// An address that floods fills no count but its own, and alarms nobody.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flood_from_one_address_concerns_nobody_else(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    sqlx::query(
        "insert into app.throttle (key, hits, window_ends_at)
         values ('sign-in-from:192.0.2.1', 100, app.now() + interval '10 minutes')",
    )
    .execute(&cabinet.pool)
    .await
    .unwrap();
    for _ in 0..12 {
        let paused = problem(cabinet.sign_in_on("flood", CARD, "guess-1!").await);
        assert!(matches!(paused, Problem::TooManyTries { .. }));
    }
    assert_eq!(
        cabinet
            .count("select count(*) from app.throttle where key like 'sign-in%' and key not like 'sign-in-from:%'")
            .await,
        0
    );
    cabinet.jobs().await;
    assert_eq!(cabinet.texts(EMAIL, "подбирает пароль"), 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_account_cannot_send_to_many_strangers(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let mut sent = 0;
    for number in 0..8 {
        let phone = format!("+7999000{number:04}");
        let begun = contacts::begin_phone(&cabinet.services, &actor, &phone, Lang::Ru).await;
        sent += u32::from(begun.is_ok());
        let email = format!("stranger-{number}@mail.example");
        let begun = contacts::begin_email(&cabinet.services, &actor, &email, "", Lang::Ru).await;
        sent += u32::from(begun.is_ok());
    }
    assert_eq!(sent, 5);
}

/// Asking for a link too often must not take the one away that has arrived.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn asking_too_often_takes_nobodys_link_away(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    for _ in 0..8 {
        cabinet.forgot(CARD).await;
    }
    let token = cabinet.link(EMAIL).unwrap();
    assert!(
        cabinet
            .set_password(Purpose::Recovery, &token, OWN)
            .await
            .is_ok()
    );
}

/// Strangers use up their own tries of codes, not those of the owner's browser.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn strangers_cannot_use_up_the_owners_codes(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.sign_in_on("b", CARD, PASSWORD).await.unwrap();
    for _ in 0..3 {
        let id = recovery::request(&cabinet.services, &browser("thief"), PHONE, Lang::Ru)
            .await
            .unwrap();
        cabinet.jobs().await;
        let code = cabinet.code(PHONE).unwrap();
        for _ in 0..5 {
            assert!(cabinet.type_code("thief", id, &wrong(&code)).await.is_err());
        }
    }
    let id = cabinet.forgot(PHONE).await;
    let code = cabinet.code(PHONE).unwrap();
    assert!(cabinet.type_code("b", id, &code).await.is_ok());
}

/// Whoever goes on with a registration that another one began is told to the contract too.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_submission_is_told_to_the_contract(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    registered_by_phone(&cabinet).await;
    let thief = browser("thief");
    let id = begin(&cabinet.services, &thief, "020723430001")
        .await
        .unwrap();
    let form = Details {
        email: "thief@mail.example".into(),
        phone: String::new(),
        ..with_phone_only()
    };
    submit(&cabinet.services, &thief, id, &form).await.unwrap();
    cabinet.jobs().await;
    let phone: String =
        sqlx::query_scalar("select phone from billing.subscriber where contract = '2041009001'")
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    assert_eq!(cabinet.texts(&phone, "создают личный кабинет"), 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn right_passwords_at_once_all_open_while_the_hash_is_renewed(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let card = PEOPLE[0].card;
    // As it was written with older parameters: Argon2id, 8 KiB, one pass.
    let old =
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$hLa9znjWZ7F30GJ4SdIUv8pjSaJMdXtI7a+0KhU604Y";
    sqlx::query("update identity.account set password_hash = $1")
        .bind(old)
        .execute(&cabinet.pool)
        .await
        .unwrap();
    let names = ["a", "b", "c", "d"];
    let tries = names.map(|name| cabinet.sign_in_on(name, card, PASSWORD));
    for tried in futures_util::future::join_all(tries).await {
        assert!(tried.is_ok(), "{tried:?}");
    }
    let renewed = "select count(*) from identity.account where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(cabinet.count(renewed).await, 1);
}
