//! A clerk replaces a lost card.

use crate::office::not_found;
use crate::support::{Cabinet, cabinet, problem};
use domain::form::Problem;
use domain::ids::CaseId;
use domain::office::Door;
use services::access::registration;
use services::demo::{PASSWORD, PEOPLE, Person};
use services::office::OfficeActor;
use services::office::case::{self, Answers, OwnCard};
use services::office::replacement::{Replacement, replace};
use services::office::restore;
use services::{ServiceError, billing, home};
use sqlx::PgPool;

const NEW: &str = "0207 2345 0001";

fn person(shows: &str) -> &'static Person {
    PEOPLE.iter().find(|one| one.shows.contains(shows)).unwrap()
}

fn papers(owner: &Person) -> Answers {
    Answers {
        surname: owner.surname.into(),
        contract: owner.contract.into(),
        reference: "З-118".into(),
        ..Answers::default()
    }
}

/// The owner's case, found by the contract, and checked.
async fn checked(cabinet: &Cabinet, clerk: &OfficeActor, owner: &Person) -> CaseId {
    let services = &cabinet.services;
    let id = case::find(services, clerk, owner.contract).await.unwrap();
    case::check(services, clerk, id, &papers(owner))
        .await
        .unwrap();
    id
}

async fn cards(cabinet: &Cabinet, clerk: &OfficeActor, id: CaseId) -> Vec<OwnCard> {
    let case = case::look(&cabinet.services, clerk, id).await.unwrap();
    case.owner.unwrap().cards
}

fn form(card: &OwnCard, number: &str) -> Replacement {
    Replacement {
        card: card.id.to_string(),
        number: number.into(),
        reason: "lost".into(),
    }
}

fn problems<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> Vec<Problem> {
    match result {
        Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|one| one.problem).collect(),
        other => panic!("mistakes were expected: {other:?}"),
    }
}

/// What runs on the card with this number: day paid until, and what the head-end should do.
async fn running(cabinet: &Cabinet, number: &str) -> Vec<(String, String)> {
    sqlx::query_as(
        "select s.paid_through::text, i.want from billing.card c
         join billing.subscription s using (subscriber_id, card_id)
         join billing.entitlement_intent i using (subscriber_id, subscription_id)
         where c.number = $1",
    )
    .bind(number.replace(' ', ""))
    .fetch_all(&cabinet.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_new_card_takes_the_place_of_the_lost_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("has lost the card");
    let there = cabinet.sign_in(owner.card, PASSWORD).await.unwrap();
    let before = home::load(services, &there).await.unwrap();
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, owner).await;
    let own = cards(&cabinet, &clerk, id).await;
    assert_eq!(own.len(), 1);
    let ran = running(&cabinet, owner.card).await;
    assert_eq!(ran.len(), 1);
    let seqs = "select sum(seq)::int8 from billing.entitlement_intent";
    let told_before = cabinet.count(seqs).await;

    let form = form(&own[0], NEW);
    let none = Replacement::default();
    let refused = replace(services, &clerk, id, &none).await;
    assert_eq!(
        problems(refused),
        [
            Problem::CardChoice,
            Problem::ReplacementReason,
            Problem::CardEmpty
        ]
    );
    let no_reason = Replacement {
        reason: String::new(),
        ..form.clone()
    };
    let refused = replace(services, &clerk, id, &no_reason).await;
    assert_eq!(problem(refused), Problem::ReplacementReason);
    let refused = replace(
        services,
        &clerk,
        id,
        &Replacement {
            number: "12".into(),
            ..form.clone()
        },
    )
    .await;
    assert_eq!(problem(refused), Problem::CardLength { got: 2 });
    for taken in [owner.card, person("two days").card] {
        let refused = replace(
            services,
            &clerk,
            id,
            &Replacement {
                number: taken.into(),
                ..form.clone()
            },
        )
        .await;
        assert_eq!(problem(refused), Problem::CardInUse, "{taken}");
    }
    replace(services, &clerk, id, &form).await.unwrap();
    // Sent twice: nothing more happens.
    replace(services, &clerk, id, &form).await.unwrap();
    let other = Replacement {
        number: "020723450019".into(),
        ..form.clone()
    };
    let refused = replace(services, &clerk, id, &other).await;
    assert_eq!(problem(refused), Problem::CardReplacedAlready);

    // Days and tariff run on the new card, and the head-end hears of it once.
    assert_eq!(running(&cabinet, owner.card).await, []);
    assert_eq!(running(&cabinet, NEW).await, ran);
    assert_eq!(cabinet.count(seqs).await, told_before + 1);
    // Whoever is in stays in and sees the same money and days.
    let after = home::load(services, &there).await.unwrap();
    assert_eq!(after.balance, before.balance);
    assert_eq!(after.state, before.state);
    assert_eq!(after.tariff, before.tariff);
    // The login follows; the old number is dead at every door.
    assert!(cabinet.sign_in(NEW, PASSWORD).await.is_ok());
    let old = cabinet.sign_in(owner.card, PASSWORD).await;
    assert!(matches!(problem(old), Problem::SignInMismatch { .. }));
    let again = registration::begin(services, &crate::support::browser("x"), owner.card).await;
    assert_eq!(problem(again), Problem::CardBlocked);
    // Told and written down.
    cabinet.jobs().await;
    let told = "select count(*) from outbox.delivery where subject = 'Карта доступа заменена'";
    assert_eq!(cabinet.count(told).await, 1);
    let written = "select count(*) from office.audit where event = 'card-replaced'
                   and subject = '2041009175 · •• 0167 → •• 0001'";
    assert_eq!(cabinet.count(written).await, 1);
    let way =
        "select count(*) from office.identity_check where way = 'papers' and reference = 'З-118'";
    assert_eq!(cabinet.count(way).await, 1);
    // The number of the old card is kept, and nobody else gets it.
    let refused = {
        let id = checked(&cabinet, &clerk, person("two days")).await;
        let own = cards(&cabinet, &clerk, id).await;
        replace(
            services,
            &clerk,
            id,
            &Replacement {
                card: own[0].id.to_string(),
                number: owner.card.into(),
                ..form
            },
        )
        .await
    };
    assert_eq!(problem(refused), Problem::CardInUse);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn of_two_cards_one_is_replaced_and_keeps_its_name_and_its_debt(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("two cards");
    let there = cabinet.sign_in(owner.card, PASSWORD).await.unwrap();
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, owner).await;
    let own = cards(&cabinet, &clerk, id).await;
    let dacha = own
        .iter()
        .find(|card| card.name.as_deref() == Some("Дача"))
        .unwrap();
    home::choose_card(services, &there, dacha.id).await.unwrap();
    let broken = Replacement {
        reason: "broken".into(),
        ..form(dacha, NEW)
    };
    replace(services, &clerk, id, &broken).await.unwrap();
    let own = cards(&cabinet, &clerk, id).await;
    let names: Vec<_> = own.iter().map(|card| card.name.as_deref()).collect();
    assert_eq!(names, [Some("Дом"), Some("Дача")]);
    assert_eq!(own[1].last4, "0001");
    let holds = "select count(*) from billing.card c join billing.subscription s using (subscriber_id, card_id)
                 join billing.subscription_hold h using (subscriber_id, subscription_id)
                 where c.number = '020723450001' and h.reason = 'debt'";
    assert_eq!(cabinet.count(holds).await, 1);
    assert_eq!(running(&cabinet, NEW).await[0].1, "off");
    // The card in view is the new one.
    let in_view = "select count(*) from identity.session s join billing.card c using (card_id)
                   where c.number = '020723450001'";
    assert_eq!(cabinet.count(in_view).await, 1);
    // Money that comes in pays for it, as before.
    let subscriber = there.viewer.as_ref().unwrap().subscriber;
    billing::settle_due(services, subscriber).await.unwrap();
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn without_a_cabinet_the_contract_is_told(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let owner = person("no cabinet yet, suspended");
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, owner).await;
    let own = cards(&cabinet, &clerk, id).await;
    replace(&cabinet.services, &clerk, id, &form(&own[0], NEW))
        .await
        .unwrap();
    let told = "select count(*) from outbox.delivery where channel = 'sms' and body like '%карта доступа заменена%'";
    assert_eq!(cabinet.count(told).await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_a_clerk_who_has_checked_the_papers_replaces(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("has lost the card");
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = case::find(services, &clerk, owner.contract).await.unwrap();
    let card = {
        let id = checked(&cabinet, &clerk, owner).await;
        cards(&cabinet, &clerk, id).await.remove(0)
    };
    let form = form(&card, NEW);
    // Somebody else's card, with a check of one's own.
    let neighbour = checked(&cabinet, &clerk, person("two days")).await;
    not_found(replace(services, &clerk, neighbour, &form).await);
    for login in ["operator", "supervisor", "auditor", "administrator"] {
        let other = cabinet.enter(Door::Staff, login).await;
        not_found(replace(services, &other, id, &form).await);
    }
    // A check counts for a quarter of an hour.
    cabinet.shift(16 * 60).await;
    not_found(replace(services, &clerk, id, &form).await);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_callers_failures_close_no_office_and_papers_have_tries_of_their_own(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("has lost the card");
    let operator = cabinet.enter(Door::Staff, "operator").await;
    let id = case::find(services, &operator, owner.card).await.unwrap();
    let wrong = Answers {
        surname: "Иванова".into(),
        card: owner.card.into(),
        ..papers(owner)
    };
    for _ in 0..2 {
        assert!(case::check(services, &operator, id, &wrong).await.is_err());
    }
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let here = case::find(services, &clerk, owner.contract).await.unwrap();
    let none = Answers::default();
    let refused = case::check(services, &clerk, here, &none).await;
    assert_eq!(
        problems(refused),
        [
            Problem::SurnameEmpty,
            Problem::ContractEmpty,
            Problem::ApplicationEmpty
        ]
    );
    for left in (0..5).rev() {
        let refused = case::check(services, &clerk, here, &wrong).await;
        let expected = match left {
            0 => Problem::PapersRefused,
            left => Problem::IdentityMismatch { left },
        };
        assert_eq!(problem(refused), expected);
    }
    let late = case::check(services, &clerk, here, &papers(owner)).await;
    assert_eq!(problem(late), Problem::PapersRefused);
    let case = case::look(services, &clerk, here).await.unwrap();
    assert_eq!(case.refused, Some(Problem::PapersRefused));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_clerk_also_lets_somebody_back_in(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, person("has lost the card")).await;
    restore::send(services, &clerk, id, "fresh@mail.example")
        .await
        .unwrap();
    cabinet.jobs().await;
    assert!(cabinet.link("fresh@mail.example").is_some());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_clerks_at_once_give_out_one_card(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("has lost the card");
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, owner).await;
    let card = cards(&cabinet, &clerk, id).await.remove(0);
    let numbers = [
        "020723450001",
        "020723450019",
        "020723450027",
        "020723450035",
    ];
    let forms: Vec<_> = numbers.iter().map(|number| form(&card, number)).collect();
    let tries = forms.iter().map(|form| replace(services, &clerk, id, form));
    let done = futures_util::future::join_all(tries).await;
    assert_eq!(
        done.iter().filter(|result| result.is_ok()).count(),
        1,
        "{done:?}"
    );
    let active =
        "select count(*) from billing.card c join billing.subscriber s using (subscriber_id)
                  where s.contract = '2041009175' and c.state = 'active'";
    assert_eq!(cabinet.count(active).await, 1);
}
