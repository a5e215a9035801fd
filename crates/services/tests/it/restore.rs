//! An operator lets a caller back in.

use crate::office::not_found;
use crate::support::{Cabinet, cabinet, problem};
use domain::form::Problem;
use domain::ids::CaseId;
use domain::office::Door;
use services::access::activation::Purpose;
use services::demo::{PASSWORD, PEOPLE, Person};
use services::office::OfficeActor;
use services::office::case::{self, Answers};
use services::office::restore;
use sqlx::PgPool;

const OWN: &str = "корова-сено7";

/// Somebody with an open cabinet.
fn owner() -> &'static Person {
    let mut people = PEOPLE.iter();
    people
        .find(|one| one.shows.contains("three weeks"))
        .unwrap()
}

/// The owner, opened by somebody of the staff.
async fn opened(cabinet: &Cabinet, by: &OfficeActor) -> CaseId {
    case::find(&cabinet.services, by, owner().card)
        .await
        .unwrap()
}

fn answers(surname: &str, contract: &str, card: &str) -> Answers {
    Answers {
        surname: surname.into(),
        contract: contract.into(),
        card: card.into(),
        reference: "31-7745".into(),
        code: String::new(),
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_caller_who_proves_who_it_is_gets_a_link_that_binds_a_new_contact(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let thief = cabinet.sign_in(owner.card, PASSWORD).await.unwrap();
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let id = case::find(services, &operator, "0207 2340-6967")
        .await
        .unwrap();
    // Two numbers of one subscriber lead to pages that do not tell so.
    let other = case::find(services, &operator, owner.contract)
        .await
        .unwrap();
    assert_ne!(id, other);
    let unknown = case::find(services, &operator, "020723499999").await;
    assert_eq!(problem(unknown), Problem::SubscriberUnknown);

    // Nothing to read out before the check, on the page or in the log.
    let case = case::look(services, &operator, id).await.unwrap();
    assert_eq!((case.owner, case.found_by.as_str()), (None, "6967"));
    not_found(restore::send(services, &operator, id, "new@mail.example").await);
    let said: i64 =
        sqlx::query_scalar("select count(*) from office.audit where position($1 in subject) > 0")
            .bind(owner.contract)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    assert_eq!(said, 0);

    let spelled = answers(
        &owner.surname.to_uppercase(),
        owner.contract,
        "0207 2340 6967",
    );
    case::check(services, &operator, id, &spelled)
        .await
        .unwrap();
    let case = case::look(services, &operator, id).await.unwrap();
    assert!(case.owner.is_some());
    // That a contact is somebody else's is told to that contact alone.
    restore::send(services, &operator, id, "demo1@mail.example")
        .await
        .unwrap();
    restore::send(services, &operator, id, "New@Mail.example")
        .await
        .unwrap();
    cabinet.jobs().await;
    assert_eq!(
        cabinet.texts("demo0@mail.example", "Оператор отправил ссылку"),
        1
    );
    assert_eq!(cabinet.texts("demo1@mail.example", "уже есть кабинет"), 1);
    assert_eq!(cabinet.texts("demo1@mail.example", "/reset-password/"), 0);

    // Until the link is used everything is as it was.
    assert!(
        cabinet
            .sign_in("demo0@mail.example", PASSWORD)
            .await
            .is_ok()
    );
    let token = cabinet.link("new@mail.example").unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    cabinet.jobs().await;
    assert!(cabinet.sign_in("new@mail.example", OWN).await.is_ok());
    assert!(cabinet.sign_in(owner.card, OWN).await.is_ok());
    assert!(matches!(
        problem(cabinet.sign_in("demo0@mail.example", OWN).await),
        Problem::SignInMismatch { .. }
    ));
    assert_eq!(cabinet.texts("demo0@mail.example", "Почта изменена"), 1);
    // Whoever was signed in before is out.
    let ended = sqlx::query_scalar::<_, bool>(
        "select ended_at is not null from identity.session where session_id = $1",
    )
    .bind(thief.viewer.unwrap().session.0)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    assert!(ended);
    not_found(
        cabinet
            .set_password(Purpose::Recovery, &token, "другой-пароль9")
            .await,
    );
    let used = "select count(*) from office.audit where event = 'contact-bound'";
    assert_eq!(cabinet.count(used).await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_link_goes_by_sms_too(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let operator = cabinet.enter(Door::Staff, "supervisor").await;
    let id = opened(&cabinet, &operator).await;
    let said = answers(owner.surname, owner.contract, owner.card);
    case::check(services, &operator, id, &said).await.unwrap();
    restore::send(services, &operator, id, "8 926 000-11-22")
        .await
        .unwrap();
    cabinet.jobs().await;
    let token = cabinet.link("+79260001122").unwrap();
    cabinet
        .set_password(Purpose::Recovery, &token, OWN)
        .await
        .unwrap();
    assert!(cabinet.sign_in("8 926 000-11-22", OWN).await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_wrong_answers_close_the_check_and_it_counts_for_one_call(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let supervisor = cabinet.enter(Door::Staff, "supervisor").await;
    let id = opened(&cabinet, &operator).await;
    let right = answers(owner.surname, owner.contract, owner.card);
    let no_call = Answers {
        reference: " ".into(),
        ..right.clone()
    };
    let refused = case::check(services, &operator, id, &no_call).await;
    assert_eq!(problem(refused), Problem::CallEmpty);
    // Counts in the session in which it was passed, and for a quarter of an hour.
    case::check(services, &operator, id, &right).await.unwrap();
    let theirs = opened(&cabinet, &supervisor).await;
    not_found(case::look(services, &supervisor, id).await);
    not_found(restore::send(services, &supervisor, theirs, "a@mail.example").await);
    for at in [5, 10, 16] {
        cabinet.shift(at * 60).await;
        let operator_there = case::look(services, &operator, id).await;
        let checked = operator_there.is_ok_and(|found| found.owner.is_some());
        assert_eq!(checked, at < 15, "{at}");
    }
    let wrong = answers("Иванова", owner.contract, owner.card);
    let first = case::check(services, &supervisor, theirs, &wrong).await;
    assert_eq!(problem(first), Problem::IdentityMismatch { left: 1 });
    let second = case::check(services, &operator, id, &wrong).await;
    assert_eq!(problem(second), Problem::IdentityRefused);
    let late = case::check(services, &operator, id, &right).await;
    assert_eq!(problem(late), Problem::IdentityRefused);
    let written = "select count(*) from office.audit where event = 'identity-refused'";
    assert_eq!(cabinet.count(written).await, 3);

    for (door, login) in [
        (Door::Staff, "administrator"),
        (Door::Staff, "auditor"),
        (Door::Partner, "12.3456.78"),
    ] {
        cabinet.shift(0).await;
        let other = cabinet.enter(door, login).await;
        not_found(case::find(services, &other, owner.card).await);
        not_found(case::look(services, &other, id).await);
        not_found(case::check(services, &other, id, &right).await);
        not_found(restore::send(services, &other, id, "a@mail.example").await);
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn many_answers_at_once_are_two_answers(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let id = opened(&cabinet, &operator).await;
    let wrong = answers("Иванова", owner.contract, owner.card);
    let right = answers(owner.surname, owner.contract, owner.card);
    let tries = (0..8).map(|_| case::check(services, &operator, id, &wrong));
    let refused = futures_util::future::join_all(tries).await;
    let judged = refused
        .into_iter()
        .filter(|result| {
            matches!(result, Err(services::ServiceError::Invalid(errors))
                if matches!(errors[0].problem, Problem::IdentityMismatch { .. }))
        })
        .count();
    assert_eq!(
        judged, 1,
        "the first says that one is left, all others that none is"
    );
    let late = case::check(services, &operator, id, &right).await;
    assert_eq!(problem(late), Problem::IdentityRefused);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_call_sends_three_links_at_most(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let id = opened(&cabinet, &operator).await;
    let right = answers(owner.surname, owner.contract, owner.card);
    case::check(services, &operator, id, &right).await.unwrap();
    for number in 0..5 {
        let phone = format!("+7926000110{number}");
        let sent = restore::send(services, &operator, id, &phone).await;
        assert_eq!(sent.is_ok(), number < 3, "{number}: {sent:?}");
    }
    cabinet.jobs().await;
    // Only the last one works.
    let first = cabinet.link("+79260001100").unwrap();
    not_found(cabinet.set_password(Purpose::Recovery, &first, OWN).await);
    let last = cabinet.link("+79260001102").unwrap();
    assert!(
        cabinet
            .set_password(Purpose::Recovery, &last, OWN)
            .await
            .is_ok()
    );
    let refused = "select count(*) from office.audit where event = 'contact-refused'";
    assert_eq!(cabinet.count(refused).await, 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_check_is_of_one_call_and_a_failure_takes_it_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = owner();
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let right = answers(owner.surname, owner.contract, owner.card);
    let wrong = answers("Иванова", owner.contract, owner.card);
    let first = opened(&cabinet, &operator).await;
    case::check(services, &operator, first, &right)
        .await
        .unwrap();
    // Somebody else calls about the same contract a minute later.
    let second = opened(&cabinet, &operator).await;
    assert!(
        case::look(services, &operator, second)
            .await
            .unwrap()
            .owner
            .is_none()
    );
    not_found(restore::send(services, &operator, second, "thief@mail.example").await);
    // Within one call a wrong answer after a right one counts.
    assert!(
        case::check(services, &operator, first, &wrong)
            .await
            .is_err()
    );
    assert!(
        case::look(services, &operator, first)
            .await
            .unwrap()
            .owner
            .is_none()
    );
    not_found(restore::send(services, &operator, first, "thief@mail.example").await);
    case::check(services, &operator, first, &right)
        .await
        .unwrap();
    assert!(
        restore::send(services, &operator, first, "own@mail.example")
            .await
            .is_ok()
    );
    // The second failure of the day closes it for every case that was open.
    let last = case::check(services, &operator, second, &wrong).await;
    assert_eq!(problem(last), Problem::IdentityRefused);
    not_found(restore::send(services, &operator, first, "other@mail.example").await);
}
