//! The doors of partners and staff.

use crate::support::{Cabinet, browser, cabinet, problem};
use domain::Lang;
use domain::form::Problem;
use domain::office::{AuditEvent, Door, Role};
use services::access::sessions::NewSession;
use services::demo::{PASSWORD, office_code_at};
use services::office::enrolment::{self, Step};
use services::office::people::{self, Change, Invite, Standing};
use services::office::sign_in::{SignIn, sign_in};
use services::office::{OfficeActor, audit, command_line, guest, resolve, security, sign_out};
use services::{ServiceError, office};
use sqlx::PgPool;

const OWN: &str = "корова-сено7";

impl Cabinet {
    /// The code that the demo's apps show, some steps away.
    pub async fn app_code(&self, steps: i64) -> String {
        let (_, now) = self.services.db.begin().await.unwrap();
        office_code_at(now.plus_seconds(30 * steps))
    }

    pub fn at(door: Door, name: &str) -> OfficeActor {
        guest(door, browser(name).origin, name, Lang::Ru)
    }

    pub async fn behind(&self, door: Door, name: &str, session: &NewSession) -> OfficeActor {
        let origin = browser(name).origin;
        resolve(
            &self.services,
            door,
            origin,
            name,
            Lang::Ru,
            Some(&session.token),
        )
        .await
        .unwrap()
    }

    pub async fn enter_with(
        &self,
        door: Door,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<OfficeActor, ServiceError> {
        let command = SignIn {
            login: login.into(),
            password: password.into(),
            code: code.into(),
        };
        let session = sign_in(&self.services, &Self::at(door, login), &command).await?;
        Ok(self.behind(door, login, &session).await)
    }

    /// Somebody of the demo, come in with a code of the step before, so that two more are left.
    pub async fn enter(&self, door: Door, login: &str) -> OfficeActor {
        let code = self.app_code(-1).await;
        self.enter_with(door, login, PASSWORD, &code).await.unwrap()
    }
}

pub fn invite(login: &str, email: &str, role: &str, code: &str) -> Invite {
    Invite {
        name: "Нина Орлова".into(),
        login: login.into(),
        email: email.into(),
        role: role.into(),
        code: code.into(),
    }
}

pub fn not_found<T: std::fmt::Debug>(result: Result<T, ServiceError>) {
    match result {
        Err(ServiceError::NotFound) => {}
        other => panic!("not found was expected: {other:?}"),
    }
}

/// The code that an app shows which was told a secret.
fn code_of(setup: &office::Setup, at: domain::Timestamp) -> String {
    let secret = setup.secret.replace(' ', "");
    let totp = totp_rs::Totp::from_url(&setup.url).unwrap();
    assert_eq!(totp.secret().to_base32(), secret);
    totp.generate(u64::try_from(at.micros() / 1_000_000).unwrap())
        .to_string()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn three_things_open_a_door_and_none_is_named_when_it_does_not(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let code = cabinet.app_code(0).await;
    for (login, password, code) in [
        ("administrator", PASSWORD, "000000"),
        ("administrator", "wrong-password1", code.as_str()),
        ("nobody", PASSWORD, code.as_str()),
    ] {
        let refused = cabinet.enter_with(Door::Staff, login, password, code).await;
        assert!(
            matches!(problem(refused), Problem::OfficeMismatch { .. }),
            "{login}"
        );
    }
    let actor = cabinet
        .enter_with(Door::Staff, "Administrator ", PASSWORD, &code)
        .await
        .unwrap();
    assert_eq!(actor.member().unwrap().role, Role::Administrator);
    for login in ["12.3456.78", "owner@signal.example"] {
        let code = cabinet.app_code(i64::from(login.contains('@'))).await;
        let actor = cabinet
            .enter_with(Door::Partner, login, PASSWORD, &code)
            .await
            .unwrap();
        let member = actor.member().unwrap();
        assert_eq!(member.role, Role::Owner);
        assert_eq!(member.organisation.as_deref(), Some("Сигнал"));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_code_opens_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let code = cabinet.app_code(0).await;
    let enter = || cabinet.enter_with(Door::Staff, "auditor", PASSWORD, &code);
    let (one, other) = tokio::join!(enter(), enter());
    assert_eq!(
        [one.is_ok(), other.is_ok()]
            .iter()
            .filter(|ok| **ok)
            .count(),
        1
    );
    assert!(matches!(problem(enter().await), Problem::TotpMismatch));
    // Neither does one of an earlier step.
    let earlier = cabinet.app_code(-1).await;
    let late = cabinet
        .enter_with(Door::Staff, "auditor", PASSWORD, &earlier)
        .await;
    assert!(matches!(problem(late), Problem::TotpMismatch));
    let next = cabinet.app_code(1).await;
    assert!(
        cabinet
            .enter_with(Door::Staff, "auditor", PASSWORD, &next)
            .await
            .is_ok()
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_stands_at_the_wrong_door_is_told_and_stays_outside(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let code = cabinet.app_code(0).await;
    let at = |door, login: &'static str| {
        let (cabinet, code) = (&cabinet, &code);
        async move { problem(cabinet.enter_with(door, login, PASSWORD, code).await) }
    };
    assert_eq!(
        at(Door::Partner, "0207 2340 6967").await,
        Problem::SubscriberLogin
    );
    assert_eq!(
        at(Door::Staff, "+7 912 000-10-00").await,
        Problem::SubscriberLogin
    );
    assert_eq!(at(Door::Staff, "12.3456.78").await, Problem::PartnerNumber);
    assert_eq!(
        problem(cabinet.sign_in("12.3456.78", PASSWORD).await),
        Problem::PartnerNumber
    );
    // Right in everything but the door.
    assert!(matches!(
        at(Door::Partner, "administrator@orion.example").await,
        Problem::OfficeMismatch { .. }
    ));
    assert!(matches!(
        problem(cabinet.sign_in("owner@signal.example", PASSWORD).await),
        Problem::SignInMismatch { .. }
    ));
    assert_eq!(
        cabinet.count("select count(*) from office.session").await,
        0
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_session_of_one_door_is_unknown_behind_the_others(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let command = |login: &str, code: String| SignIn {
        login: login.into(),
        password: PASSWORD.into(),
        code,
    };
    let code = cabinet.app_code(0).await;
    let staff = sign_in(
        &cabinet.services,
        &Cabinet::at(Door::Staff, "b"),
        &command("auditor", code.clone()),
    )
    .await
    .unwrap();
    let partner = sign_in(
        &cabinet.services,
        &Cabinet::at(Door::Partner, "b"),
        &command("12.3456.78", code),
    )
    .await
    .unwrap();
    let subscriber = services::access::sign_in::sign_in(
        &cabinet.services,
        &browser("b"),
        &services::access::sign_in::SignIn {
            login: "020723406967".into(),
            password: PASSWORD.into(),
            remember: true,
        },
    )
    .await
    .unwrap();
    for (session, opens) in [
        (&staff, Some(Door::Staff)),
        (&partner, Some(Door::Partner)),
        (&subscriber, None),
    ] {
        for door in [Door::Staff, Door::Partner] {
            let inside = cabinet.behind(door, "b", session).await.member.is_some();
            assert_eq!(inside, opens == Some(door), "{door:?}");
        }
        let inside = cabinet.actor(session).await.viewer.is_some();
        assert_eq!(inside, opens.is_none());
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sessions_end_when_they_are_not_used_and_in_any_case(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    for (door, login, idle) in [
        (Door::Staff, "auditor", 15 * 60),
        (Door::Partner, "12.3456.78", 30 * 60),
    ] {
        let session = |steps| {
            let cabinet = &cabinet;
            async move {
                let command = SignIn {
                    login: login.into(),
                    password: PASSWORD.into(),
                    code: cabinet.app_code(steps).await,
                };
                sign_in(&cabinet.services, &Cabinet::at(door, "b"), &command)
                    .await
                    .unwrap()
            }
        };
        cabinet.shift(0).await;
        let first = session(-1).await;
        cabinet.shift(idle - 10).await;
        assert!(cabinet.behind(door, "b", &first).await.member.is_some());
        // That was a use: it lives on.
        cabinet.shift(2 * idle - 30).await;
        assert!(cabinet.behind(door, "b", &first).await.member.is_some());
        cabinet.shift(3 * idle).await;
        assert!(cabinet.behind(door, "b", &first).await.member.is_none());
        // Used all the time it ends too.
        let second = session(0).await;
        let begun = 3 * idle;
        let mut at = begun;
        while at < begun + 12 * 3600 - idle {
            at += idle - 60;
            cabinet.shift(at).await;
            assert!(cabinet.behind(door, "b", &second).await.member.is_some());
        }
        cabinet.shift(begun + 12 * 3600 + 1).await;
        assert!(cabinet.behind(door, "b", &second).await.member.is_none());
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn going_out_ends_the_session_and_is_written_down(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.enter(Door::Staff, "supervisor").await;
    sign_out(&cabinet.services, &actor).await.unwrap();
    let living = "select count(*) from office.session where ended_at is null";
    assert_eq!(cabinet.count(living).await, 0);
    let reader = cabinet.enter(Door::Staff, "auditor").await;
    let log = audit::read(&cabinet.services, &reader, "ширяев", 1)
        .await
        .unwrap();
    let events: Vec<_> = log.entries.iter().map(|entry| entry.event.code()).collect();
    assert_eq!(events, ["signed-out", "signed-in"]);
    let none = audit::read(&cabinet.services, &reader, "нет такого", 1)
        .await
        .unwrap();
    assert!(none.entries.is_empty());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn guessing_pauses_and_the_owners_browser_still_gets_in(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let owner = cabinet.enter(Door::Staff, "operator").await;
    sign_out(&cabinet.services, &owner).await.unwrap();
    let enter = async |browser: &str, password: &str, code: &str| {
        let command = SignIn {
            login: "operator".into(),
            password: password.into(),
            code: code.into(),
        };
        let door = Cabinet::at(Door::Staff, browser);
        sign_in(&cabinet.services, &door, &command).await
    };
    for _ in 0..10 {
        let refused = enter("stranger", "wrong-password1", "000000").await;
        assert!(matches!(problem(refused), Problem::OfficeMismatch { .. }));
    }
    // Right in everything, and refused: the count is of the account.
    let code = cabinet.app_code(0).await;
    let refused = enter("another stranger", PASSWORD, &code).await;
    assert!(matches!(problem(refused), Problem::TooManyTries { .. }));
    assert!(enter("operator", PASSWORD, &code).await.is_ok());
    cabinet.jobs().await;
    assert_eq!(
        cabinet.texts("operator@orion.example", "Много неверных попыток"),
        1
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn somebody_is_asked_in_and_comes_in_with_both_factors(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    let code = cabinet.app_code(0).await;
    let form = invite("Orlova", "orlova@orion.example", "operator", &code);
    let id = people::invite(services, &admin, &form).await.unwrap();
    cabinet.jobs().await;
    let token = cabinet.link("orlova@orion.example").unwrap();
    let guest = Cabinet::at(Door::Staff, "new");
    let step = enrolment::look(services, &guest, &token).await.unwrap();
    assert!(matches!(step, Step::Password { login, .. } if login == "orlova"));
    // Behind the other door there is no such link.
    let elsewhere = Cabinet::at(Door::Partner, "new");
    let step = enrolment::look(services, &elsewhere, &token).await.unwrap();
    assert_eq!(step, Step::Unknown);
    not_found(enrolment::choose_password(services, &elsewhere, &token, OWN).await);

    // The second step does not come before the first.
    not_found(enrolment::finish(services, &guest, &token, "123456").await);
    let weak = enrolment::choose_password(services, &guest, &token, "qwerty1!").await;
    assert_eq!(problem(weak), Problem::PasswordKnown);
    enrolment::choose_password(services, &guest, &token, OWN)
        .await
        .unwrap();
    // A password alone opens nothing.
    let early = cabinet
        .enter_with(Door::Staff, "orlova", OWN, "123456")
        .await;
    assert!(matches!(problem(early), Problem::OfficeMismatch { .. }));
    let Step::SecondFactor { setup } = enrolment::look(services, &guest, &token).await.unwrap()
    else {
        panic!("the second step");
    };
    let wrong = enrolment::finish(services, &guest, &token, "000000").await;
    assert_eq!(problem(wrong), Problem::TotpMismatch);
    let (_, now) = services.db.begin().await.unwrap();
    let code = code_of(&setup, now);
    let finish = || enrolment::finish(services, &guest, &token, &code);
    let (one, other) = tokio::join!(finish(), finish());
    let session = match (one, other) {
        (Ok(session), Err(_)) | (Err(_), Ok(session)) => session,
        both => panic!("a link works once: {both:?}"),
    };
    assert_eq!(
        enrolment::look(services, &guest, &token).await.unwrap(),
        Step::Used
    );
    let actor = cabinet.behind(Door::Staff, "new", &session).await;
    assert_eq!(actor.member().unwrap().role, Role::Operator);

    // The same code does not come in again.
    let again = cabinet.enter_with(Door::Staff, "orlova", OWN, &code).await;
    assert_eq!(problem(again), Problem::TotpMismatch);

    let codes = enrolment::codes(services, &actor).await.unwrap();
    assert_eq!(codes.len(), 10);
    enrolment::keep_codes(services, &actor).await.unwrap();
    assert!(enrolment::codes(services, &actor).await.unwrap().is_empty());
    let spaced = codes[0].to_uppercase().replace('-', " ");
    let by_recovery = cabinet
        .enter_with(Door::Staff, "orlova", OWN, &spaced)
        .await
        .unwrap();
    let left = security::load(services, &by_recovery).await.unwrap();
    assert_eq!((left.codes_left, left.others), (9, 1));
    let used = cabinet
        .enter_with(Door::Staff, "orlova", OWN, &codes[0])
        .await;
    assert!(matches!(problem(used), Problem::OfficeMismatch { .. }));
    cabinet.jobs().await;
    assert_eq!(
        cabinet.texts("orlova@orion.example", "Вход с резервным кодом"),
        1
    );
    security::end_others(services, &by_recovery).await.unwrap();
    assert!(
        cabinet
            .behind(Door::Staff, "new", &session)
            .await
            .member
            .is_none()
    );
    let shown = people::one(services, &admin, id).await.unwrap();
    assert_eq!(shown.standing, Standing::Active);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nothing_of_a_second_factor_can_be_read_in_the_database(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    let code = cabinet.app_code(0).await;
    let form = invite("orlova", "orlova@orion.example", "auditor", &code);
    people::invite(services, &admin, &form).await.unwrap();
    cabinet.jobs().await;
    let token = cabinet.link("orlova@orion.example").unwrap();
    let guest = Cabinet::at(Door::Staff, "new");
    enrolment::choose_password(services, &guest, &token, OWN)
        .await
        .unwrap();
    let Step::SecondFactor { setup } = enrolment::look(services, &guest, &token).await.unwrap()
    else {
        panic!("the second step");
    };
    let (_, now) = services.db.begin().await.unwrap();
    let session = enrolment::finish(services, &guest, &token, &code_of(&setup, now))
        .await
        .unwrap();
    let actor = cabinet.behind(Door::Staff, "new", &session).await;
    let codes = enrolment::codes(services, &actor).await.unwrap();
    let totp = totp_rs::Totp::from_url(&setup.url).unwrap();
    let secret = totp.secret().as_bytes().to_vec();
    let texts: Vec<String> = sqlx::query_scalar(
        "select p::text from office.person p union all select e::text from office.enrolment e
         union all select s::text from office.session s
         union all select r::text from office.recovery_code r",
    )
    .fetch_all(&cabinet.pool)
    .await
    .unwrap();
    let all = texts.join("\n");
    assert!(all.contains("orlova"));
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |all, b| all + &format!("{b:02x}"))
    };
    for hidden in [
        hex(&secret),
        hex(setup.secret.replace(' ', "").as_bytes()),
        hex(codes[0].as_bytes()),
        codes[0].clone(),
        hex(token.as_bytes()),
        token.clone(),
        hex(session.token.as_bytes()),
        OWN.to_owned(),
    ] {
        assert!(!all.contains(&hidden), "{hidden}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_a_role_may_not_do_does_not_exist(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    let someone = people::list(services, &admin).await.unwrap().people[0].id;
    for (door, login) in [
        (Door::Staff, "operator"),
        (Door::Staff, "supervisor"),
        (Door::Staff, "auditor"),
        (Door::Partner, "cashier@signal.example"),
        (Door::Partner, "installer@signal.example"),
    ] {
        let actor = cabinet.enter(door, login).await;
        let code = cabinet.app_code(0).await;
        not_found(people::list(services, &actor).await);
        not_found(people::one(services, &actor, someone).await);
        not_found(people::change(services, &actor, someone, &Change::Block, "").await);
        let form = invite("xenia", "x@orion.example", "administrator", &code);
        not_found(people::invite(services, &actor, &form).await);
        let reads = actor
            .member()
            .unwrap()
            .role
            .may(domain::office::Right::ReadAudit);
        assert_eq!(audit::read(services, &actor, "", 1).await.is_ok(), reads);
    }
    let nobody = Cabinet::at(Door::Staff, "nobody");
    for result in [
        people::list(services, &nobody).await.map(drop),
        audit::read(services, &nobody, "", 1).await.map(drop),
        security::load(services, &nobody).await.map(drop),
        enrolment::codes(services, &nobody).await.map(drop),
        people::change(services, &nobody, someone, &Change::Block, "").await,
    ] {
        assert!(matches!(result, Err(ServiceError::SignedOut)), "{result:?}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_owner_manages_the_own_people_alone(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = cabinet.enter(Door::Partner, "12.3456.78").await;
    let own = people::list(services, &owner).await.unwrap().people;
    assert_eq!(own.len(), 3);
    let stranger = cabinet.enter(Door::Partner, "21.0001.01").await;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    for one in &own {
        for other in [&stranger, &admin] {
            not_found(people::one(services, other, one.id).await);
            not_found(people::change(services, other, one.id, &Change::Block, "").await);
        }
    }
    let me = own.iter().find(|one| one.oneself).unwrap();
    let code = cabinet.app_code(0).await;
    let alone = people::change(services, &owner, me.id, &Change::Block, &code).await;
    assert_eq!(problem(alone), Problem::OwnAccess);
    let form = invite("", "new@signal.example", "owner", &code);
    let refused = people::invite(services, &owner, &form).await;
    assert_eq!(problem(refused), Problem::RoleMissing);
    let form = invite("", "new@signal.example", "administrator", &code);
    let refused = people::invite(services, &owner, &form).await;
    assert_eq!(problem(refused), Problem::RoleMissing);
    let form = invite("", "New@Signal.example", "cashier", &code);
    people::invite(services, &owner, &form).await.unwrap();
    let twice = Invite {
        code: cabinet.app_code(1).await,
        ..form
    };
    let refused = people::invite(services, &owner, &twice).await;
    assert_eq!(problem(refused), Problem::StaffLoginTaken);
    assert_eq!(
        people::list(services, &owner).await.unwrap().people.len(),
        4
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_blocked_one_is_out_at_once_and_comes_back_when_let_in(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    let command = |code: String| SignIn {
        login: "operator".into(),
        password: PASSWORD.into(),
        code,
    };
    let door = Cabinet::at(Door::Staff, "o");
    let session = sign_in(services, &door, &command(cabinet.app_code(-1).await))
        .await
        .unwrap();
    let list = people::list(services, &admin).await.unwrap().people;
    let operator = list.iter().find(|one| one.login == "operator").unwrap().id;
    people::change(services, &admin, operator, &Change::Block, "")
        .await
        .unwrap();
    assert!(
        cabinet
            .behind(Door::Staff, "o", &session)
            .await
            .member
            .is_none()
    );
    let wrong = sign_in(services, &door, &command("000000".into())).await;
    assert!(matches!(problem(wrong), Problem::OfficeMismatch { .. }));
    let refused = sign_in(services, &door, &command(cabinet.app_code(0).await)).await;
    assert_eq!(problem(refused), Problem::AccessBlocked);
    // Letting in again is for whoever sits there now, not for an open desk.
    let wrong = people::change(services, &admin, operator, &Change::Unblock, "000000").await;
    assert_eq!(problem(wrong), Problem::TotpMismatch);
    let code = cabinet.app_code(0).await;
    people::change(services, &admin, operator, &Change::Unblock, &code)
        .await
        .unwrap();
    assert!(
        sign_in(services, &door, &command(cabinet.app_code(1).await))
            .await
            .is_ok()
    );
    assert!(
        cabinet
            .behind(Door::Staff, "o", &session)
            .await
            .member
            .is_none(),
        "the old session stays over"
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_role_counts_from_the_next_click_and_the_last_administrator_stays(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let admin = cabinet.enter(Door::Staff, "administrator").await;
    let other = cabinet.enter(Door::Staff, "administrator-2").await;
    let list = people::list(services, &admin).await.unwrap().people;
    let id = |login: &str| list.iter().find(|one| one.login == login).unwrap().id;
    for gone in ["administrator-3", "administrator-4"] {
        people::change(services, &admin, id(gone), &Change::Block, "")
            .await
            .unwrap();
    }
    // Two administrators take the right from each other at once: one of them stays.
    let role = Change::Role("auditor".into());
    let code = cabinet.app_code(0).await;
    let (first, second) = tokio::join!(
        people::change(services, &admin, id("administrator-2"), &role, &code),
        people::change(services, &other, id("administrator"), &role, &code),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let refused = if first.is_ok() { second } else { first };
    assert_eq!(problem(refused), Problem::LastAdministrator);
    assert_eq!(
        cabinet
            .count("select count(*) from office.person where role = 'administrator' and blocked_at is null")
            .await,
        1
    );
    let seen = |login: &str| {
        let list = &list;
        list.iter().any(|one| one.login == login)
    };
    assert!(seen("auditor"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_way_in_is_set_up_anew_and_the_old_one_ends_with_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = cabinet.enter(Door::Partner, "12.3456.78").await;
    let wrong = enrolment::again(services, &owner, "wrong-password1", "000000").await;
    assert!(matches!(problem(wrong), Problem::OfficeMismatch { .. }));
    let code = cabinet.app_code(0).await;
    let token = enrolment::again(services, &owner, PASSWORD, &code)
        .await
        .unwrap();
    enrolment::choose_password(services, &owner, &token, OWN)
        .await
        .unwrap();
    // The link is of this session alone.
    let elsewhere = Cabinet::at(Door::Partner, "elsewhere");
    let step = enrolment::look(services, &elsewhere, &token).await.unwrap();
    assert_eq!(step, Step::Unknown);
    not_found(enrolment::choose_password(services, &elsewhere, &token, OWN).await);
    // Until it is finished the old way works.
    let code = cabinet.app_code(1).await;
    let elsewhere = cabinet
        .enter_with(Door::Partner, "owner@signal.example", PASSWORD, &code)
        .await
        .unwrap();
    let Step::SecondFactor { setup } = enrolment::look(services, &owner, &token).await.unwrap()
    else {
        panic!("the second step");
    };
    let (_, now) = services.db.begin().await.unwrap();
    enrolment::finish(services, &owner, &token, &code_of(&setup, now))
        .await
        .unwrap();
    let living = "select count(*) from office.session where ended_at is null";
    assert_eq!(cabinet.count(living).await, 1);
    assert!(elsewhere.member.is_some());
    cabinet.shift(120).await;
    let code = cabinet.app_code(0).await;
    let old = cabinet
        .enter_with(Door::Partner, "12.3456.78", PASSWORD, &code)
        .await;
    assert!(matches!(problem(old), Problem::OfficeMismatch { .. }));
    cabinet.jobs().await;
    assert_eq!(cabinet.texts("owner@signal.example", "Вход настроен"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_to_oneself_ends_with_the_session(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = cabinet.enter(Door::Partner, "12.3456.78").await;
    let code = cabinet.app_code(0).await;
    let token = enrolment::again(services, &owner, PASSWORD, &code)
        .await
        .unwrap();
    sign_out(services, &owner).await.unwrap();
    let code = cabinet.app_code(1).await;
    let again = cabinet
        .enter_with(Door::Partner, "12.3456.78", PASSWORD, &code)
        .await
        .unwrap();
    let step = enrolment::look(services, &again, &token).await.unwrap();
    assert_eq!(step, Step::Unknown);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_known_password_does_not_give_months_to_guess_the_code(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let mut refused = None;
    for quarter in 0..7 {
        cabinet.shift(quarter * 16 * 60).await;
        for guess in 0..10 {
            let code = format!("{:06}", quarter * 10 + guess);
            let tried = cabinet
                .enter_with(Door::Staff, "auditor", PASSWORD, &code)
                .await;
            if let Problem::TooManyTries { minutes } = problem(tried) {
                refused = Some((quarter, minutes));
                break;
            }
        }
    }
    let (quarter, minutes) = refused.unwrap();
    assert!(quarter >= 5 && minutes > 15 * 60, "{quarter} {minutes}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_changes_the_log(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.enter(Door::Staff, "auditor").await;
    for role in ["", "set local role cabinet_app;"] {
        for change in [
            "update office.audit set subject = 'x'",
            "delete from office.audit",
            "truncate office.audit",
        ] {
            let mut tx = cabinet.pool.begin().await.unwrap();
            if !role.is_empty() {
                sqlx::query(role).execute(&mut *tx).await.unwrap();
            }
            let refused = sqlx::query(change).execute(&mut *tx).await;
            assert!(refused.is_err(), "{role} {change}");
        }
    }
    assert_eq!(cabinet.count("select count(*) from office.audit").await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn links_to_one_address_have_an_end(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let limit = services.settings.access.letters_per_contact;
    let administrator = cabinet.enter(Door::Staff, "administrator").await;
    let people = people::list(services, &administrator).await.unwrap().people;
    let auditor = people.iter().find(|one| one.login == "auditor").unwrap().id;
    for sent in 0..=limit {
        cabinet.shift(i64::from(sent) * 31).await;
        let code = cabinet.app_code(0).await;
        let reset = people::change(services, &administrator, auditor, &Change::Reset, &code).await;
        assert_eq!(reset.is_ok(), sent < limit, "{sent}: {reset:?}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_log_tells_a_stranger_from_the_command_line(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    for _ in 0..=services.settings.access.sign_in_tries {
        let guess = cabinet
            .enter_with(Door::Staff, "operator", "guess-1", "000000")
            .await;
        assert!(guess.is_err());
    }
    let form = invite("root", "root@orion.example", "auditor", "");
    command_line::invite_staff(services, &form, false)
        .await
        .unwrap();
    let auditor = cabinet.enter(Door::Staff, "auditor").await;
    let log = audit::read(services, &auditor, "", 1).await.unwrap();
    let of = |event| {
        log.entries
            .iter()
            .find(|entry| entry.event == event)
            .unwrap()
    };
    let paused = of(AuditEvent::SignInPaused);
    assert_eq!((&paused.name, paused.command_line), (&None, false));
    assert_eq!(paused.subject, "Ольга Дьякова");
    let invited = of(AuditEvent::Invited);
    assert_eq!((&invited.name, invited.command_line), (&None, true));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_finishes_what_somebody_else_has_begun(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let form = invite("root", "root@orion.example", "administrator", "");
    let invited = command_line::invite_staff(services, &form, false)
        .await
        .unwrap();
    let token = invited.link.rsplit('/').next().unwrap().to_owned();
    let thief = Cabinet::at(Door::Staff, "thief");
    let owner = Cabinet::at(Door::Staff, "owner");
    let secret = async |who: &OfficeActor| match enrolment::look(services, who, &token).await {
        Ok(Step::SecondFactor { setup }) => Some(setup),
        Ok(Step::Password { .. }) => None,
        other => panic!("{other:?}"),
    };
    enrolment::choose_password(services, &thief, &token, "чужой-пароль7")
        .await
        .unwrap();
    let stolen = secret(&thief).await.unwrap();
    // The owner begins at the beginning, with a secret that the thief has not seen.
    assert!(secret(&owner).await.is_none());
    enrolment::choose_password(services, &owner, &token, OWN)
        .await
        .unwrap();
    let own = secret(&owner).await.unwrap();
    assert_ne!(own.secret, stolen.secret);
    assert!(secret(&thief).await.is_none());
    let (_, now) = services.db.begin().await.unwrap();
    not_found(enrolment::finish(services, &thief, &token, &code_of(&stolen, now)).await);
    // Stepping back makes another secret too.
    enrolment::choose_again(services, &owner, &token)
        .await
        .unwrap();
    enrolment::choose_password(services, &owner, &token, OWN)
        .await
        .unwrap();
    let again = secret(&owner).await.unwrap();
    assert_ne!(again.secret, own.secret);
    enrolment::finish(services, &owner, &token, &code_of(&again, now))
        .await
        .unwrap();
}
