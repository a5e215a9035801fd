//! A clerk replaces a lost card.

use crate::office::not_found;
use crate::support::{Cabinet, cabinet, problem};
use domain::form::Problem;
use domain::ids::CaseId;
use domain::office::Door;
use services::access::activation::Purpose;
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

fn papers(owner: &Person, code: &str) -> Answers {
    Answers {
        surname: owner.surname.into(),
        contract: owner.contract.into(),
        reference: "З-118".into(),
        code: code.into(),
        ..Answers::default()
    }
}

/// The owner's case, found by the contract, and checked with the code of a step that is still unused.
async fn checked(cabinet: &Cabinet, clerk: &OfficeActor, owner: &Person, step: i64) -> CaseId {
    let services = &cabinet.services;
    let id = case::find(services, clerk, owner.contract).await.unwrap();
    let code = cabinet.app_code(step).await;
    case::check(services, clerk, id, &papers(owner, &code))
        .await
        .unwrap();
    id
}

/// A clerk with the owner's checked case and its cards.
async fn at_the_counter(cabinet: &Cabinet, owner: &Person) -> (OfficeActor, CaseId, Vec<OwnCard>) {
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(cabinet, &clerk, owner, 0).await;
    let own = cards(cabinet, &clerk, id).await;
    (clerk, id, own)
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
        sure: number.into(),
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
         join billing.entitlement_intent i using (subscriber_id, subscription_id, card_id)
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
    let before = home::load(services, &there, domain::Lang::Ru)
        .await
        .unwrap();
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
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
    // Somebody's phone by which they sign in is no card, though its digits would do for one.
    let phone = "89120009900";
    sqlx::query(
        "update identity.account set phone = '+79120009900' where account_id =
             (select account_id from identity.membership join billing.subscriber using (subscriber_id)
              where contract = '2041008755')",
    )
    .execute(&cabinet.pool)
    .await
    .unwrap();
    assert!(domain::CardNumber::parse(phone).is_ok());
    let of_phone = self::form(&own[0], phone);
    let refused = replace(services, &clerk, id, &of_phone).await;
    assert_eq!(problem(refused), Problem::CardInUse);
    let refusals = "select count(*) from office.audit where event = 'card-refused'";
    assert_eq!(cabinet.count(refusals).await, 3);
    // Both numbers are compared first; whoever changes the number compares anew.
    for sure in ["", "020723450019"] {
        let unsure = Replacement {
            sure: sure.into(),
            ..form.clone()
        };
        let refused = replace(services, &clerk, id, &unsure).await;
        assert!(matches!(problem(refused), Problem::ReplacementSure { .. }));
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
    assert_eq!(cabinet.count(seqs).await, told_before + 2);
    let off = "select count(*) from billing.entitlement_intent join billing.card using (subscriber_id, card_id)
               where number = '020723430167' and want = 'off'";
    assert_eq!(cabinet.count(off).await, 1, "the lost card is switched off");
    // Whoever is in stays in and sees the same money and days.
    let after = home::load(services, &there, domain::Lang::Ru)
        .await
        .unwrap();
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
                   and subject like '2041009175 · %0167 → %0001 · потеряна · З-118'";
    assert_eq!(cabinet.count(written).await, 1);
    let way =
        "select count(*) from office.identity_check where way = 'papers' and reference = 'З-118'";
    assert_eq!(cabinet.count(way).await, 1);
    // The number of the old card is kept, and nobody else gets it.
    let refused = {
        let id = checked(&cabinet, &clerk, person("two days"), 1).await;
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
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
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
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
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
    let open = case::find(services, &clerk, owner.contract).await.unwrap();
    let right = papers(owner, "123456");
    let wrong_code = case::check(services, &clerk, open, &right).await;
    assert_eq!(problem(wrong_code), Problem::TotpMismatch);
    let id = checked(&cabinet, &clerk, owner, 0).await;
    let card = cards(&cabinet, &clerk, id).await.remove(0);
    let form = form(&card, NEW);
    // A check is of one case: another look at the same subscriber begins anew.
    not_found(replace(services, &clerk, open, &form).await);
    assert!(
        case::look(services, &clerk, open)
            .await
            .unwrap()
            .owner
            .is_none()
    );
    // Somebody else's card, with a check of one's own.
    let neighbour = checked(&cabinet, &clerk, person("two days"), 1).await;
    not_found(replace(services, &clerk, neighbour, &form).await);
    let operator = cabinet.enter(Door::Staff, "operator").await;
    not_found(replace(services, &operator, id, &form).await);
    for login in ["supervisor", "auditor", "administrator"] {
        let other = cabinet.enter(Door::Staff, login).await;
        not_found(replace(services, &other, id, &form).await);
    }
    // What an operator has checked on the phone gives out no card, whatever becomes of the operator.
    let call = case::find(services, &operator, owner.card).await.unwrap();
    let said = Answers {
        card: owner.card.into(),
        ..papers(owner, "")
    };
    case::check(services, &operator, call, &said).await.unwrap();
    let mut promoted = operator.clone();
    if let Some(member) = &mut promoted.member {
        member.role = domain::office::Role::Clerk;
    }
    not_found(replace(services, &promoted, call, &form).await);
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
        ..papers(owner, "000000")
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
            Problem::TotpEmpty,
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
    let code = cabinet.app_code(0).await;
    let late = case::check(services, &clerk, here, &papers(owner, &code)).await;
    assert_eq!(problem(late), Problem::PapersRefused);
    let case = case::look(services, &clerk, here).await.unwrap();
    assert_eq!(case.refused, Some(Problem::PapersRefused));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_clerk_also_lets_somebody_back_in(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let clerk = cabinet.enter(Door::Staff, "clerk").await;
    let id = checked(&cabinet, &clerk, person("has lost the card"), 0).await;
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
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
    let card = &own[0];
    let numbers = [
        "020723450001",
        "020723450019",
        "020723450027",
        "020723450035",
    ];
    let forms: Vec<_> = numbers.iter().map(|number| form(card, number)).collect();
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

/// Whoever holds the lost card may have begun to open a cabinet with it.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_registration_with_the_lost_card_goes_no_further(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let owner = person("no cabinet yet, suspended");
    let thief = crate::support::browser("thief");
    let details = registration::Details {
        contract: owner.contract.into(),
        email: "thief@mail.example".into(),
        terms: true,
        personal_data: true,
        ..registration::Details::default()
    };
    let begun = registration::begin(services, &thief, owner.card)
        .await
        .unwrap();
    registration::submit(services, &thief, begun, &details)
        .await
        .unwrap();
    let late = registration::begin(services, &thief, owner.card)
        .await
        .unwrap();
    cabinet.jobs().await;
    let link = cabinet.link("thief@mail.example").unwrap();
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
    let card = &own[0];
    replace(services, &clerk, id, &form(card, NEW))
        .await
        .unwrap();
    not_found(
        cabinet
            .set_password(Purpose::Activation, &link, "корова-сено7")
            .await,
    );
    not_found(registration::submit(services, &thief, begun, &details).await);
    not_found(registration::submit(services, &thief, late, &details).await);
    not_found(registration::resend(services, &thief, begun, domain::Lang::Ru).await);
    let accounts = "select count(*) from identity.account where state = 'pending'";
    assert_eq!(cabinet.count(accounts).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_cabinet_that_nobody_can_write_to_has_its_contract_told(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    sqlx::query("update identity.account set email_confirmed_at = null, phone_confirmed_at = null")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    let owner = person("has lost the card");
    let (clerk, id, own) = at_the_counter(&cabinet, owner).await;
    replace(&cabinet.services, &clerk, id, &form(&own[0], NEW))
        .await
        .unwrap();
    let told = "select count(*) from outbox.delivery where body like '%карта доступа заменена%'";
    assert_eq!(cabinet.count(told).await, 1);
}
