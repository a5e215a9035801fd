//! The promised payment: who gets it, what it does, how it ends, and that no kopeck goes astray on
//! the way, in whatever order things happen.

use crate::support::{Cabinet, cabinet, problem};
use domain::Money;
use domain::form::Problem;
use domain::ids::SubscriberId;
use domain::overview::HomeState;
use domain::promise::{PromiseState, Reason, Standing};
use domain::settings::{OnDefault, PromiseTerms};
use services::{Actor, ServiceError, home, promise, upkeep};
use sqlx::PgPool;
use std::sync::Arc;

const SUSPENDED: &str = "suspended, 140";
const SOON: &str = "ends in two days";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Whose wallet it is.
fn of(actor: &Actor) -> SubscriberId {
    actor.viewer.as_ref().unwrap().subscriber
}

async fn standing(cabinet: &Cabinet, actor: &Actor) -> Standing {
    let page = promise::page(&cabinet.services, actor).await.unwrap();
    page.standing
}

/// The number of a person's contract, as the form carries it; nothing for a guest.
async fn contract(cabinet: &Cabinet, actor: &Actor) -> String {
    match promise::page(&cabinet.services, actor).await {
        Ok(page) => page.contract.as_str().to_owned(),
        Err(_) => String::new(),
    }
}

/// Takes what is offered; how much it was.
async fn take(cabinet: &Cabinet, actor: &Actor) -> Money {
    let Standing::Offered(offer) = standing(cabinet, actor).await else {
        panic!("nothing is offered");
    };
    promise::take(
        &cabinet.services,
        actor,
        &contract(cabinet, actor).await,
        &offer.amount.to_gateway(),
    )
    .await
    .unwrap();
    offer.amount
}

/// Everything that is due at a moment after the real one.
async fn later(cabinet: &Cabinet, seconds: i64) {
    cabinet.shift(seconds).await;
    for _ in 0..2 {
        upkeep::find_due(&cabinet.services).await.unwrap();
        cabinet.jobs().await;
    }
}

/// What a person has and owes: the wallet, the promised debt, television.
async fn has(cabinet: &Cabinet, actor: &Actor) -> (i64, i64, bool) {
    let subscriber = of(actor);
    let mut conn = cabinet.services.db.statement().await.unwrap();
    let wallet = storage::ledger::get(&mut conn, subscriber).await.unwrap();
    let running = storage::subscription::list(&mut conn, subscriber)
        .await
        .unwrap();
    (
        wallet.available.kopecks(),
        wallet.promised_debt.kopecks(),
        running.iter().any(|stored| stored.rules.is_served()),
    )
}

/// How many messages of a kind a person has.
async fn told(cabinet: &Cabinet, actor: &Actor, kind: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from inbox.message where subscriber_id = $1 and notice ? $2",
    )
    .bind(of(actor).0)
    .bind(kind)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap()
}

/// The last thing that was said to the head-end.
async fn wanted(cabinet: &Cabinet, actor: &Actor) -> String {
    sqlx::query_scalar(
        "select want from billing.entitlement_intent where subscriber_id = $1
         order by changed_at desc limit 1",
    )
    .bind(of(actor).0)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn it_brings_television_back_at_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    assert_eq!(has(&cabinet, &actor).await, (25_900, 0, false));
    assert_eq!(take(&cabinet, &actor).await, Money::from_roubles(140));
    assert_eq!(has(&cabinet, &actor).await, (0, 14_000, true));
    assert_eq!(wanted(&cabinet, &actor).await, "on");
    assert_eq!(told(&cabinet, &actor, "promise_granted").await, 1);
    let Standing::Open(open) = standing(&cabinet, &actor).await else {
        panic!("it is open");
    };
    assert_eq!(open.owed, Money::from_roubles(140));
    assert!((72 * HOUR - 60..=72 * HOUR).contains(&open.seconds_left));
    let home = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(matches!(home.state, HomeState::Promise { owed, .. } if owed == open.owed));
    // Paid back in time, it leaves nothing but a month of television; and there is one a month.
    cabinet.paid(&actor, "140", "form-0001").await;
    assert_eq!(has(&cabinet, &actor).await, (0, 0, true));
    later(&cabinet, 4 * DAY).await;
    assert_eq!(has(&cabinet, &actor).await, (0, 0, true));
    let page = promise::page(&cabinet.services, &actor).await.unwrap();
    assert!(matches!(
        page.standing,
        Standing::Refused(Reason::NotNeeded(_))
    ));
    assert_eq!(
        (page.history[0].state, page.history[0].late),
        (PromiseState::Repaid, false)
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_hundred_clicks_take_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let contract = contract(&cabinet, &actor).await;
    let clicks = (0..100).map(|_| promise::take(&cabinet.services, &actor, &contract, "140.00"));
    for click in futures_util::future::join_all(clicks).await {
        click.unwrap();
    }
    assert_eq!(has(&cabinet, &actor).await, (0, 14_000, true));
    assert_eq!(told(&cabinet, &actor, "promise_granted").await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_taken_is_what_was_shown(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    // Another tab pays a part between the look and the click.
    cabinet.paid(&actor, "40", "form-0001").await;
    let amount = Money::from_roubles(100);
    assert_eq!(
        problem(
            promise::take(
                &cabinet.services,
                &actor,
                &contract(&cabinet, &actor).await,
                "140.00"
            )
            .await
        ),
        Problem::PromiseChanged { amount }
    );
    assert_eq!(has(&cabinet, &actor).await, (29_900, 0, false));
    assert_eq!(take(&cabinet, &actor).await, amount);
    for forged in ["", "1", "-140.00", "1e9", "140,00"] {
        let answer = promise::take(
            &cabinet.services,
            &actor,
            &contract(&cabinet, &actor).await,
            forged,
        )
        .await;
        assert!(
            matches!(answer, Err(ServiceError::NotFound)),
            "{forged}: {answer:?}"
        );
    }
    let guest = crate::support::browser("b");
    assert!(matches!(
        promise::take(
            &cabinet.services,
            &guest,
            &contract(&cabinet, &guest).await,
            "100.00"
        )
        .await,
        Err(ServiceError::SignedOut)
    ));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_does_not_need_it_or_may_not_have_it_is_told_why(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    for (person, refused) in [
        ("paid for three weeks", "not_needed"),
        ("yearly tariff", "not_needed"),
    ] {
        let actor = cabinet.person(person).await;
        let found = standing(&cabinet, &actor).await;
        let text = serde_json::to_string(&found).unwrap();
        assert!(text.contains(refused), "{person}: {text}");
        promise::take(
            &cabinet.services,
            &actor,
            &contract(&cabinet, &actor).await,
            "399.00",
        )
        .await
        .unwrap();
        assert_eq!(told(&cabinet, &actor, "promise_granted").await, 0);
    }
    let actor = cabinet.person(SUSPENDED).await;
    let id = of(&actor).0;
    for (change, refused) in [
        (
            "update billing.subscriber set created_at = app.now() - interval '29 days'
             where subscriber_id = $1",
            "too_early",
        ),
        (
            "update billing.subscriber set created_at = app.now() - interval '31 days'
             where subscriber_id = $1",
            "offered",
        ),
        (
            "update billing.subscription_hold set since = app.now() - interval '31 days'
             where subscriber_id = $1",
            "off_too_long",
        ),
        (
            "insert into billing.subscription_hold
             select subscriber_id, subscription_id, 'card_lost', app.now()
             from billing.subscription where subscriber_id = $1",
            "stopped",
        ),
    ] {
        sqlx::query(change)
            .bind(id)
            .execute(&cabinet.pool)
            .await
            .unwrap();
        let text = serde_json::to_string(&standing(&cabinet, &actor).await).unwrap();
        assert!(text.contains(refused), "{refused}: {text}");
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_reminders_come_and_none_twice(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    for (hours, reminders) in [(1, 0), (47, 0), (48, 1), (60, 1), (70, 2), (71, 2)] {
        later(&cabinet, hours * HOUR + 60).await;
        assert_eq!(
            told(&cabinet, &actor, "promise_due").await,
            reminders,
            "after {hours} hours"
        );
        assert_eq!(has(&cabinet, &actor).await, (0, 14_000, true));
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_that_slept_reminds_once_and_then_ends_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    later(&cabinet, 71 * HOUR + 60).await;
    assert_eq!(told(&cabinet, &actor, "promise_due").await, 1);
    later(&cabinet, 90 * HOUR).await;
    assert_eq!(told(&cabinet, &actor, "promise_due").await, 1);
    assert_eq!(told(&cabinet, &actor, "promise_ended").await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn not_paid_back_it_costs_the_used_days_and_nothing_else(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    cabinet.shift(72 * HOUR + 60).await;
    // Ended by many workers at once, and twice over.
    let subscriber = of(&actor);
    let workers = (0..20).map(|_| promise::step(&cabinet.services, subscriber));
    for worker in futures_util::future::join_all(workers).await {
        worker.unwrap();
    }
    // Three days of a month of 399 ₽ were used; the month has 28 to 31 days.
    let (available, debt, served) = has(&cabinet, &actor).await;
    let used = 25_900 - available;
    let three_days = [28, 29, 30, 31].map(|days| 39_900 * 3 / days);
    assert!(three_days.contains(&used), "{used}");
    assert_eq!((debt, served), (0, false));
    assert_eq!(wanted(&cabinet, &actor).await, "off");
    assert_eq!(told(&cabinet, &actor, "promise_ended").await, 1);
    assert_eq!(told(&cabinet, &actor, "suspended").await, 1);
    assert!(matches!(
        standing(&cabinet, &actor).await,
        Standing::Refused(Reason::WasLate(_))
    ));
    cabinet.check().await;
    // What is missing is what was used more than before; with it a whole month begins today.
    let missing = Money::from_kopecks(39_900 - available).to_gateway();
    cabinet.paid(&actor, &missing, "form-0001").await;
    assert_eq!(has(&cabinet, &actor).await, (0, 0, true));
    assert_eq!(wanted(&cabinet, &actor).await, "on");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_still_owed_is_repaid_before_television_comes_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("did not pay a promised payment back").await;
    later(&cabinet, 0).await;
    // Nine roubles of one's own, three days of thirty used.
    assert_eq!(has(&cabinet, &actor).await, (0, 3_090, false));
    assert_eq!(wanted(&cabinet, &actor).await, "off");
    assert_eq!(told(&cabinet, &actor, "promise_overdue").await, 1);
    assert!(matches!(standing(&cabinet, &actor).await, Standing::Open(open) if open.overdue));
    let home = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(
        matches!(home.state, HomeState::Suspended { missing, .. } if missing.kopecks() == 39_900 + 3_090),
        "{:?}",
        home.state
    );
    cabinet.check().await;
    cabinet.paid(&actor, "20", "form-0001").await;
    assert_eq!(has(&cabinet, &actor).await, (0, 1_090, false));
    cabinet.paid(&actor, "110,90", "form-0002").await;
    assert_eq!(has(&cabinet, &actor).await, (10_000, 0, false));
    assert!(matches!(
        standing(&cabinet, &actor).await,
        Standing::Refused(Reason::WasLate(_))
    ));
    cabinet.check().await;
    let back = cabinet.paid(&actor, "299", "form-0003").await;
    assert_eq!((back.balance, back.served), (Money::ZERO, true));
    assert_eq!(wanted(&cabinet, &actor).await, "on");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn taken_before_the_end_it_carries_over_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SOON).await;
    let Standing::Offered(offer) = standing(&cabinet, &actor).await else {
        panic!("it is offered");
    };
    assert!(
        offer.paid_through.is_some(),
        "the page says that it is early"
    );
    assert_eq!(take(&cabinet, &actor).await, Money::from_roubles(390));
    // Nothing is due yet: the money waits on the wallet.
    assert_eq!(has(&cabinet, &actor).await, (39_900, 39_000, true));
    cabinet.check().await;
    later(&cabinet, 2 * DAY).await;
    assert_eq!(has(&cabinet, &actor).await, (0, 39_000, true));
    assert_eq!(
        told(&cabinet, &actor, "charged").await,
        0,
        "nothing is called paid that was paid with lent money"
    );
    later(&cabinet, 3 * DAY + 60).await;
    let (available, debt, served) = has(&cabinet, &actor).await;
    assert_eq!((available, served), (0, false));
    // Charged at midnight, due in the course of the day after: one day was used.
    let days = [28, 29, 30, 31].map(|month| 39_900 / month - 900);
    assert!(days.contains(&debt), "{debt}");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_that_slept_over_the_end_charges_first(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SOON).await;
    take(&cabinet, &actor).await;
    cabinet.shift(6 * DAY).await;
    let subscriber = of(&actor);
    promise::step(&cabinet.services, subscriber).await.unwrap();
    let (available, debt, served) = has(&cabinet, &actor).await;
    let days = [28, 29, 30, 31].map(|month| 39_900 / month - 900);
    assert!(
        days.contains(&debt),
        "the same as if it had been awake: {debt}"
    );
    assert_eq!((available, served), (0, false));
    cabinet.check().await;
}

/// A subscription of a person as it is stored.
async fn subscription(cabinet: &Cabinet, actor: &Actor) -> storage::subscription::Stored {
    let mut conn = cabinet.services.db.statement().await.unwrap();
    let subscriber = of(actor);
    let running = storage::subscription::list(&mut conn, subscriber).await;
    running.unwrap().remove(0)
}

async fn run(cabinet: &Cabinet, actor: &Actor, statement: &'static str) {
    sqlx::query(statement)
        .bind(of(actor).0)
        .execute(&cabinet.pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn repaid_weeks_later_it_charges_no_day_without_television(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SOON).await;
    take(&cabinet, &actor).await;
    later(&cabinet, 3 * DAY + 60).await;
    let (_, debt, _) = has(&cabinet, &actor).await;
    assert!(debt > 0);
    later(&cabinet, 40 * DAY).await;
    assert_eq!(has(&cabinet, &actor).await, (0, debt, false));
    let before = subscription(&cabinet, &actor).await;
    cabinet.paid(&actor, "500", "form-0001").await;
    assert_eq!(
        has(&cabinet, &actor).await,
        (50_000 - debt - 39_900, 0, true)
    );
    let after = subscription(&cabinet, &actor).await;
    assert!(
        after.period_from.days_since(before.rules.paid_through) > 30,
        "a month from the day of payment"
    );
    assert_eq!(after.rules.anchor_day, after.period_from.day());
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_card_that_is_lost_meanwhile_keeps_no_free_days(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    run(
        &cabinet,
        &actor,
        "with held as (update billing.subscription set next_charge_at = null
             where subscriber_id = $1 returning subscriber_id, subscription_id)
         insert into billing.subscription_hold
         select subscriber_id, subscription_id, 'card_lost', app.now() from held",
    )
    .await;
    later(&cabinet, 72 * HOUR + 60).await;
    let (available, debt, served) = has(&cabinet, &actor).await;
    assert_eq!((debt, served), (0, false));
    let stored = subscription(&cabinet, &actor).await;
    assert_eq!(stored.rules.paid_through.days_since(stored.period_from), 3);
    cabinet.check().await;
    // The new card is there, and with it what a clerk's replacement writes: what was given back as
    // money is not there as days.
    run(
        &cabinet,
        &actor,
        "with free as (delete from billing.subscription_hold
             where subscriber_id = $1 and reason = 'card_lost')
         update billing.subscription set next_charge_at = app.now() where subscriber_id = $1",
    )
    .await;
    later(&cabinet, 73 * HOUR).await;
    assert_eq!(has(&cabinet, &actor).await, (available, 0, false));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_renewal_day_follows_the_cut(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SOON).await;
    // Days run out in two days, on a day that another month does not have.
    run(
        &cabinet,
        &actor,
        "update billing.subscription set anchor_day = 31 where subscriber_id = $1",
    )
    .await;
    take(&cabinet, &actor).await;
    later(&cabinet, 3 * DAY + 60).await;
    let cut = subscription(&cabinet, &actor).await.rules;
    assert_eq!(cut.anchor_day, cut.paid_through.day());
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn money_on_its_way_in_time_is_in_time(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    cabinet.shift(72 * HOUR - 60).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    let token: String =
        sqlx::query_scalar("select return_token from billing.payment where payment_id = $1")
            .bind(started.payment.0)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    services::payments::returned(&cabinet.services, &token)
        .await
        .unwrap();
    later(&cabinet, 72 * HOUR + 60).await;
    assert_eq!(
        has(&cabinet, &actor).await,
        (0, 14_000, true),
        "the bank is waited for"
    );
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    assert_eq!(has(&cabinet, &actor).await, (0, 0, true));
    let page = promise::page(&cabinet.services, &actor).await.unwrap();
    assert!(!page.history[0].late);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_bank_that_does_not_answer_is_waited_for_a_quarter_of_an_hour(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    cabinet.shift(72 * HOUR - 60).await;
    cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    run(
        &cabinet,
        &actor,
        "update billing.payment set returned_at = app.now()
         where subscriber_id = $1 and form_key = 'form-0001'",
    )
    .await;
    later(&cabinet, 72 * HOUR + 14 * 60).await;
    assert_eq!(has(&cabinet, &actor).await.1, 14_000);
    later(&cabinet, 72 * HOUR + 16 * 60).await;
    assert_eq!(has(&cabinet, &actor).await.1, 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_part_paid_back_is_not_owed_again(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SOON).await;
    take(&cabinet, &actor).await;
    let part = cabinet.paid(&actor, "385", "form-0001").await;
    assert_eq!(part.balance, Money::from_roubles(399));
    let form = services::payments::form(&cabinet.services, &actor)
        .await
        .unwrap();
    assert_eq!(form.promised_debt, Money::from_roubles(5));
    assert_eq!(
        form.preview(Money::from_roubles(4)).promised_debt,
        Money::from_roubles(1)
    );
    later(&cabinet, 3 * DAY + 60).await;
    // One day of the month was used, and paid with own money: nothing is owed.
    let (available, debt, served) = has(&cabinet, &actor).await;
    let kept = [28, 29, 30, 31].map(|month| 39_900 - 39_900 / month - 500);
    assert!(kept.contains(&available), "{available}");
    assert_eq!((debt, served), (0, false));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn of_two_cards_the_one_that_is_off_is_lent_for(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("two cards").await;
    let Standing::Offered(offer) = standing(&cabinet, &actor).await else {
        panic!("it is offered");
    };
    assert_eq!(
        (offer.amount, offer.tariff.as_str()),
        (Money::from_roubles(119), "Любимый")
    );
    assert_eq!(offer.card.unwrap().as_str(), "020723418887");
    take(&cabinet, &actor).await;
    let all = "select count(*) from billing.subscription s join billing.card c using (subscriber_id, card_id)
        where c.number in ('020723418887', '020723419999') and not exists (
            select from billing.subscription_hold h where h.subscription_id = s.subscription_id)";
    assert_eq!(cabinet.count(all).await, 2);
    later(&cabinet, 3 * DAY + 60).await;
    assert_eq!(cabinet.count(all).await, 1, "the other card stays on");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_terms_are_those_on_which_it_was_taken(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.promise.on_default = OnDefault::OweAll;
    later(&cabinet, 72 * HOUR + 60).await;
    assert_eq!(
        has(&cabinet, &actor).await.1,
        0,
        "the unused days came back all the same"
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_fee_is_posted_apart_and_owed_like_the_rest(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.promise.fee = Money::from_roubles(10);
    let actor = cabinet.person(SUSPENDED).await;
    assert_eq!(take(&cabinet, &actor).await, Money::from_roubles(150));
    let fees = "select count(*) from ledger.posting where dr_code = 2010 and cr_code = 4010 and amount_kop = 1000";
    assert_eq!(cabinet.count(fees).await, 1);
    later(&cabinet, 72 * HOUR + 60).await;
    let (available, debt, _) = has(&cabinet, &actor).await;
    let kept = [28, 29, 30, 31].map(|days| 25_900 - 1_000 - 39_900 * 3 / days);
    assert!(debt == 0 && kept.contains(&available), "{available}");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn taking_topping_up_and_ending_at_one_moment_leave_the_books_right(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    // It ends the moment it is taken.
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.promise.term = 1;
    for (round, person) in ["try the promised payment", SUSPENDED]
        .into_iter()
        .enumerate()
    {
        let actor = cabinet.person(person).await;
        let subscriber = of(&actor);
        let started = cabinet
            .top_up(&actor, "20", &format!("form-000{round}"))
            .await
            .unwrap();
        let object = cabinet.object(&started).await;
        cabinet.acquirer.complete(&object).unwrap();
        cabinet.notify(&object).await;
        let taking = async {
            for amount in ["140.00", "120.00", "140.00", "120.00"] {
                let answer = promise::take(
                    &cabinet.services,
                    &actor,
                    &contract(&cabinet, &actor).await,
                    amount,
                )
                .await;
                assert!(
                    matches!(answer, Ok(()) | Err(ServiceError::Invalid(_))),
                    "{answer:?}"
                );
                tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            }
        };
        let ending = async {
            for _ in 0..20 {
                promise::step(&cabinet.services, subscriber).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        };
        tokio::join!(taking, ending, cabinet.jobs());
        later(&cabinet, 5).await;
        let payment = services::payments::view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap();
        assert_eq!(payment.state, domain::payment::PaymentState::Succeeded);
        assert_eq!(told(&cabinet, &actor, "promise_granted").await, 1);
        assert_eq!(
            told(&cabinet, &actor, "promise_ended").await,
            1,
            "it was granted, and ended"
        );
        let (_, debt, _) = has(&cabinet, &actor).await;
        assert_eq!(debt, 0);
        cabinet.check().await;
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_operator_may_want_all_of_it_back_and_a_fee(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.promise = PromiseTerms {
        fee: Money::from_roubles(10),
        on_default: OnDefault::OweAll,
        ..PromiseTerms::default()
    };
    let actor = cabinet.person(SUSPENDED).await;
    assert_eq!(take(&cabinet, &actor).await, Money::from_roubles(150));
    assert_eq!(has(&cabinet, &actor).await, (0, 15_000, true));
    let paid_through = "select count(*) from billing.subscription
        where paid_through > (app.now() at time zone 'Europe/Moscow')::date + 20
          and subscription_id = (select subscription_id from billing.charge
              where promise_id is not null and period @> (app.now() at time zone 'Europe/Moscow')::date
              order by op_id desc limit 1)";
    assert_eq!(cabinet.count(paid_through).await, 1);
    later(&cabinet, 3 * DAY + 60).await;
    assert_eq!(has(&cabinet, &actor).await, (0, 15_000, false));
    assert_eq!(wanted(&cabinet, &actor).await, "off");
    let home = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(
        matches!(home.state, HomeState::Suspended { missing, .. } if missing.kopecks() == 15_000),
        "the debt alone brings it back: {:?}",
        home.state
    );
    cabinet.check().await;
    // The period was not cut: it goes on as soon as the debt is paid, and is not charged again.
    let back = cabinet.paid(&actor, "150", "form-0001").await;
    assert_eq!((back.balance, back.served), (Money::ZERO, true));
    assert_eq!(wanted(&cabinet, &actor).await, "on");
    assert_eq!(cabinet.count(paid_through).await, 1);
    let next: i64 = sqlx::query_scalar(
        "select count(next_charge_at) from billing.subscription where subscriber_id = $1",
    )
    .bind(of(&actor).0)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    assert_eq!(next, 1, "it will be charged again when it ends");
    cabinet.check().await;
}

/// The order in which a worker that slept finds its jobs does not matter.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn settling_first_or_ending_first_comes_to_the_same(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let mut ends = Vec::new();
    for (person, settle_first) in [(SOON, true), ("promised payment open", false)] {
        let actor = cabinet.person(person).await;
        let subscriber = of(&actor);
        if person == SOON {
            take(&cabinet, &actor).await;
        }
        // A month and a half: the period after the lent one is due too.
        cabinet.shift(45 * DAY).await;
        for round in 0..2 {
            if (round == 0) == settle_first {
                services::billing::settle_due(&cabinet.services, subscriber)
                    .await
                    .unwrap();
            } else {
                promise::step(&cabinet.services, subscriber).await.unwrap();
            }
        }
        let charges: i64 = sqlx::query_scalar(
            "select count(*) from billing.charge where subscriber_id = $1 and promise_id is not null",
        )
        .bind(subscriber.0)
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
        let (_, _, served) = has(&cabinet, &actor).await;
        ends.push((charges, served));
        cabinet.check().await;
        cabinet.shift(0).await;
    }
    assert_eq!(ends, [(1, false), (1, false)]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_the_acquirer_knows_is_asked_before_the_end(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    take(&cabinet, &actor).await;
    cabinet.shift(72 * HOUR - 60).await;
    // Paid in time, the tab closed, no notification, and nobody worked for twenty minutes.
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.shift(72 * HOUR + 20 * 60).await;
    let subscriber = of(&actor);
    promise::step(&cabinet.services, subscriber).await.unwrap();
    assert_eq!(has(&cabinet, &actor).await, (0, 0, true));
    let page = promise::page(&cabinet.services, &actor).await.unwrap();
    assert!(!page.history[0].late);
    cabinet.check().await;
}
