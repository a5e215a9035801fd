//! Saved cards and autopay: told beforehand, never more than told, never after a refusal, once a month,
//! whatever the worker, the bank and the clock do.

use crate::support::{Cabinet, browser, cabinet, problem, start};
use domain::autopay::page::{On, Standing, mandate};
use domain::autopay::{DayOfMonth, EndedBy, RunState};
use domain::form::Problem;
use domain::ids::{MethodId, PaymentId, SubscriberId};
use domain::payment::{CancelReason, PaymentState};
use domain::{Lang, Money, Timestamp};
use sandbox::{FaultRule, OutcomeRule, Reason};
use services::autopay::{self, Enable, Ended, Link};
use services::payments::{StartTopUp, view};
use services::{Actor, ServiceError, cards, privacy, upkeep};
use sqlx::PgPool;
use std::sync::Arc;

const PAYER: &str = "save a bank card";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn of(actor: &Actor) -> SubscriberId {
    actor.viewer.as_ref().unwrap().subscriber
}

async fn now(cabinet: &Cabinet) -> Timestamp {
    cabinet.services.db.look().await.unwrap().1
}

/// Moves the clock to a moment and does everything that is due then.
async fn at(cabinet: &Cabinet, moment: Timestamp) {
    cabinet.shift(0).await;
    let seconds = moment.seconds_since(now(cabinet).await) + 1;
    cabinet.shift(seconds).await;
    due(cabinet).await;
}

async fn due(cabinet: &Cabinet) {
    for _ in 0..3 {
        upkeep::find_due(&cabinet.services).await.unwrap();
        cabinet.jobs().await;
    }
}

async fn contract(cabinet: &Cabinet, actor: &Actor) -> String {
    let page = cards::page(&cabinet.services, actor).await.unwrap();
    page.contract.as_str().to_owned()
}

/// Tops up by a new card that is to be kept; the card.
async fn save_card(cabinet: &Cabinet, actor: &Actor, key: &str) -> MethodId {
    let command = StartTopUp {
        sum: "other".into(),
        amount: "10".into(),
        key: key.into(),
        receipt_email: String::new(),
        means: "bank_card".into(),
        save: true,
        ..StartTopUp::default()
    };
    let started = start(&cabinet.services, actor, command).await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    cards::page(&cabinet.services, actor).await.unwrap().cards[0].id
}

async fn form(cabinet: &Cabinet, actor: &Actor, card: MethodId) -> Enable {
    let setup = autopay::setup(&cabinet.services, actor, None, None)
        .await
        .unwrap();
    Enable {
        contract: contract(cabinet, actor).await,
        card: card.to_string(),
        receipt_email: String::new(),
        agreed: true,
        ..on_day(setup.day)
    }
}

/// A day with the text that is shown for it.
fn on_day(day: DayOfMonth) -> Enable {
    Enable {
        day: day.get().to_string(),
        shown: autopay::digest(&mandate(Lang::Ru, day, 3, 24)),
        ..Enable::default()
    }
}

/// Switches it on; how it stands then.
async fn switch_on(cabinet: &Cabinet, actor: &Actor, card: MethodId) -> On {
    let form = form(cabinet, actor, card).await;
    autopay::enable(&cabinet.services, actor, &form)
        .await
        .unwrap();
    on(cabinet, actor).await
}

async fn standing(cabinet: &Cabinet, actor: &Actor) -> Standing {
    let page = autopay::page(&cabinet.services, actor).await.unwrap();
    page.standing
}

async fn on(cabinet: &Cabinet, actor: &Actor) -> On {
    match standing(cabinet, actor).await {
        Standing::On(on) => on,
        other => panic!("it is not on: {other:?}"),
    }
}

/// Everything switched on and announced: three days before the charge.
async fn announced(cabinet: &Cabinet) -> (Actor, MethodId, On) {
    let actor = cabinet.person(PAYER).await;
    let card = save_card(cabinet, &actor, "save-card-1").await;
    let before = switch_on(cabinet, &actor, card).await;
    at(cabinet, before.next.at.plus_seconds(-3 * DAY)).await;
    let told = on(cabinet, &actor).await;
    assert!(told.announced, "{told:?}");
    (actor, card, told)
}

async fn available(cabinet: &Cabinet, actor: &Actor) -> Money {
    let mut conn = cabinet.services.db.statement().await.unwrap();
    let wallet = storage::ledger::get(&mut conn, of(actor)).await.unwrap();
    wallet.available
}

/// Payments that autopay made: sum and state.
async fn charges(cabinet: &Cabinet, actor: &Actor) -> Vec<(i64, String)> {
    sqlx::query_as(
        "select amount_kop, state from billing.payment
         where subscriber_id = $1 and purpose = 'autopay' order by created_at",
    )
    .bind(of(actor).0)
    .fetch_all(&cabinet.pool)
    .await
    .unwrap()
}

async fn told(cabinet: &Cabinet, actor: &Actor, kind: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from inbox.message where subscriber_id = $1
         and (notice ? $2 or notice = to_jsonb($2::text))",
    )
    .bind(of(actor).0)
    .bind(kind)
    .fetch_one(&cabinet.pool)
    .await
    .unwrap()
}

/// The secret of the newest notice's link.
fn off_link(cabinet: &Cabinet) -> String {
    let texts = cabinet.mailbox.texts();
    let letter = texts
        .iter()
        .find(|text| text.text.contains("/autopay/off/"))
        .unwrap();
    let (_, rest) = letter.text.split_once("/autopay/off/").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn decline(cabinet: &Cabinet, reason: Reason) {
    cabinet.acquirer.set_outcome(Some(OutcomeRule {
        reason: Some(reason),
        times: None,
    }));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_saved_card_pays_without_the_banks_page(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let card = save_card(&cabinet, &actor, "save-card-1").await;
    let before = available(&cabinet, &actor).await;
    let pay = |means: String, key: &str| StartTopUp {
        sum: "other".into(),
        amount: "20".into(),
        key: key.into(),
        receipt_email: String::new(),
        means,
        save: false,
        confirmed: true,
        contract: String::new(),
    };
    let started = start(
        &cabinet.services,
        &actor,
        pay(card.to_string(), "by-saved-1"),
    )
    .await
    .unwrap();
    assert_eq!(started.confirmation_url, None);
    let paid = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(paid.state, PaymentState::Succeeded);
    assert_eq!(
        available(&cabinet, &actor).await.kopecks() - before.kopecks(),
        2_000
    );
    // Somebody else's card is no card; nor is one that never was.
    let other = cabinet.person("ends in two days").await;
    for means in [card.to_string(), "cash".into()] {
        let refused = start(&cabinet.services, &other, pay(means, "by-saved-2")).await;
        let problem = problem(refused);
        assert!(
            matches!(problem, Problem::SavedCardGone | Problem::MethodUnavailable),
            "{problem:?}"
        );
    }
    // The token is not in the database, and nothing of it is left after the removal.
    let sealed: Vec<u8> =
        sqlx::query_scalar("select token_sealed from billing.payment_method where method_id = $1")
            .bind(card.0)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    assert!(sealed.len() > 40);
    let token = cabinet.acquirer.payments()[0]["payment_method"]["id"].clone();
    let token = token.as_str().unwrap();
    let plain = sealed
        .windows(token.len())
        .any(|part| part == token.as_bytes());
    assert!(!plain, "the token lies open");
    let number = contract(&cabinet, &actor).await;
    let removed = cards::remove(&cabinet.services, &actor, &number, card)
        .await
        .unwrap();
    assert_eq!(removed.autopay, None);
    let left = cabinet
        .count("select count(*) from billing.payment_method where token_sealed is not null")
        .await;
    assert_eq!(left, 0);
    let refused = start(
        &cabinet.services,
        &actor,
        pay(card.to_string(), "by-saved-3"),
    )
    .await;
    assert_eq!(problem(refused), Problem::SavedCardGone);
    cards::remove(&cabinet.services, &actor, &number, card)
        .await
        .unwrap();
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn other_means_go_to_the_acquirers_page(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    for means in ["sbp", "yoo_money"] {
        let command = StartTopUp {
            sum: "other".into(),
            amount: "150".into(),
            key: format!("by-means-{}", means.len()),
            receipt_email: String::new(),
            means: means.into(),
            // A wish to keep a card does not belong to these.
            save: true,
            ..StartTopUp::default()
        };
        let started = start(&cabinet.services, &actor, command).await.unwrap();
        assert!(started.confirmation_url.is_some(), "{means}");
        let object = cabinet.object(&started).await;
        let shown = cabinet.acquirer.payment(&object).unwrap();
        assert_eq!(shown["payment_method"]["type"], means);
        cabinet.acquirer.complete(&object).unwrap();
        cabinet.notify(&object).await;
        cabinet.jobs().await;
        let paid = view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap();
        assert_eq!(paid.state, PaymentState::Succeeded, "{means}");
    }
    let kept = cabinet
        .count("select count(*) from billing.payment_method")
        .await;
    assert_eq!(kept, 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_month_is_told_twice_and_charged_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    assert!(announced.sum.is_positive());
    assert_eq!(told(&cabinet, &actor, "autopay_on").await, 1);
    assert_eq!(told(&cabinet, &actor, "autopay_due").await, 1);
    let due_at = announced.next.at;
    at(&cabinet, due_at.plus_seconds(-DAY)).await;
    assert_eq!(told(&cabinet, &actor, "autopay_due").await, 2);
    assert_eq!(charges(&cabinet, &actor).await, []);
    at(&cabinet, due_at.plus_seconds(-60)).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    at(&cabinet, due_at).await;
    let paid = vec![(announced.sum.kopecks(), "succeeded".to_owned())];
    assert_eq!(charges(&cabinet, &actor).await, paid);
    // On to the next month; whatever else the worker is asked, nothing more is taken in this one.
    let next = on(&cabinet, &actor).await;
    assert!(!next.announced);
    assert!(next.next.date.days_since(announced.next.date) >= 28);
    assert_eq!(next.next.date.day(), announced.next.date.day());
    for _ in 0..3 {
        autopay::step(&cabinet.services, of(&actor)).await.unwrap();
    }
    at(&cabinet, due_at.plus_seconds(5 * DAY)).await;
    assert_eq!(charges(&cabinet, &actor).await, paid);
    let page = autopay::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.history[0].state, RunState::Succeeded);
    assert_eq!(page.history[0].sum, announced.sum);
    // A month later it goes on.
    at(&cabinet, next.next.at.plus_seconds(-3 * DAY)).await;
    at(&cabinet, next.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 2);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn never_more_than_told_and_nothing_when_the_balance_is_enough(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    // Something costs more meanwhile: the told sum is the most.
    sqlx::query(
        "update billing.subscription set price_version_id =
             (select price_version_id from catalog.price_version order by price_kop desc limit 1)
         where subscriber_id = $1",
    )
    .bind(of(&actor).0)
    .execute(&cabinet.pool)
    .await
    .unwrap();
    at(&cabinet, announced.next.at).await;
    let paid = vec![(announced.sum.kopecks(), "succeeded".to_owned())];
    assert_eq!(charges(&cabinet, &actor).await, paid);
    // Next month its owner tops up by hand after the notice.
    let next = on(&cabinet, &actor).await;
    at(&cabinet, next.next.at.plus_seconds(-3 * DAY)).await;
    assert!(on(&cabinet, &actor).await.announced);
    cabinet.paid(&actor, "3000", "by-hand-1").await;
    at(&cabinet, next.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await, paid);
    let page = autopay::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.history[0].state, RunState::Skipped);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refusal_that_may_pass_is_tried_twice_more_and_then_it_stops(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, card, announced) = announced(&cabinet).await;
    let due_at = announced.next.at;
    decline(&cabinet, Reason::InsufficientFunds);
    at(&cabinet, due_at).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    let waiting = on(&cabinet, &actor).await;
    assert_eq!(waiting.run, Some(RunState::Retry));
    let retry = waiting.retry.unwrap();
    assert_eq!(retry.date.days_since(announced.next.date), 1);
    assert_eq!(told(&cabinet, &actor, "autopay_failed").await, 1);
    assert_eq!(told(&cabinet, &actor, "payment_failed").await, 0);
    at(&cabinet, due_at.plus_seconds(DAY)).await;
    at(&cabinet, due_at.plus_seconds(3 * DAY)).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 3);
    match standing(&cabinet, &actor).await {
        Standing::Paused { reason, .. } => assert_eq!(reason, CancelReason::InsufficientFunds),
        other => panic!("{other:?}"),
    }
    assert_eq!(told(&cabinet, &actor, "autopay_failed").await, 3);
    at(&cabinet, due_at.plus_seconds(40 * DAY)).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 3);
    // Its owner starts it anew.
    cabinet.acquirer.set_outcome(None);
    let anew = switch_on(&cabinet, &actor, card).await;
    at(&cabinet, anew.next.at.plus_seconds(-3 * DAY)).await;
    at(&cabinet, anew.next.at).await;
    let all = charges(&cabinet, &actor).await;
    assert_eq!((all.len(), all[3].1.as_str()), (4, "succeeded"));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_final_refusal_stops_it_at_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    decline(&cabinet, Reason::FraudSuspected);
    at(&cabinet, announced.next.at).await;
    at(&cabinet, announced.next.at.plus_seconds(4 * DAY)).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    assert!(matches!(
        standing(&cabinet, &actor).await,
        Standing::Paused {
            reason: CancelReason::FraudSuspected,
            ..
        }
    ));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_link_of_a_notice_switches_it_off_for_whoever_holds_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    let token = off_link(&cabinet);
    let services = &cabinet.services;
    // A mail system that opens links does nothing by it.
    for _ in 0..3 {
        assert_eq!(autopay::look(services, &token).await.unwrap(), Link::On);
    }
    let ended = autopay::disable_by_link(services, &token).await.unwrap();
    assert_eq!(ended, Some(Ended { under_way: None }));
    assert_eq!(
        autopay::look(services, &token).await.unwrap(),
        Link::Off { under_way: None }
    );
    let again = autopay::disable_by_link(services, &token).await.unwrap();
    assert_eq!(again, None);
    assert_eq!(told(&cabinet, &actor, "autopay_off").await, 1);
    at(&cabinet, announced.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    for wrong in ["", "x", &"0".repeat(64)] {
        assert_eq!(autopay::look(services, wrong).await.unwrap(), Link::Unknown);
        let refused = autopay::disable_by_link(services, wrong).await;
        assert!(matches!(refused, Err(ServiceError::NotFound)));
    }
    // Agreed to anew: the old link says so, and does nothing.
    cabinet.shift(0).await;
    let card = cards::page(services, &actor).await.unwrap().cards[0].id;
    let anew = switch_on(&cabinet, &actor, card).await;
    assert_eq!(autopay::look(services, &token).await.unwrap(), Link::Other);
    let nothing = autopay::disable_by_link(services, &token).await.unwrap();
    assert_eq!(nothing, None);
    assert!(matches!(standing(&cabinet, &actor).await, Standing::On(_)));
    // A change of the day is no new refusal to make: the link of a notice before it works on.
    at(&cabinet, anew.next.at.plus_seconds(-3 * DAY)).await;
    let newer = off_link(&cabinet);
    assert_ne!(newer, token);
    let other_day = if anew.day.get() == 5 { 6 } else { 5 };
    let changed = Enable {
        contract: contract(&cabinet, &actor).await,
        card: card.to_string(),
        agreed: true,
        ..on_day(DayOfMonth::new(other_day).unwrap())
    };
    autopay::enable(services, &actor, &changed).await.unwrap();
    assert_eq!(autopay::look(services, &newer).await.unwrap(), Link::On);
    let ended = autopay::disable_by_link(services, &newer).await.unwrap();
    assert_eq!(ended, Some(Ended { under_way: None }));
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: true }
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn removing_the_card_ends_it_at_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, card, announced) = announced(&cabinet).await;
    let number = contract(&cabinet, &actor).await;
    let removed = cards::remove(&cabinet.services, &actor, &number, card)
        .await
        .unwrap();
    assert_eq!(removed.autopay, Some(Ended { under_way: None }));
    at(&cabinet, announced.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: false }
    );
    let by: String = sqlx::query_scalar("select ended_by from billing.autopay")
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
    assert_eq!(by, EndedBy::CardRemoved.code());
    cabinet.check().await;
}

/// The payment is written down and not sent when its owner refuses: it never is.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refusal_before_the_sending_withdraws_the_payment(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    let number = contract(&cabinet, &actor).await;
    cabinet.shift(0).await;
    let real = now(&cabinet).await;
    cabinet
        .shift(announced.next.at.seconds_since(real) + 1)
        .await;
    let made = begin_unsent(&cabinet, &actor).await;
    let ended = autopay::disable(&cabinet.services, &actor, &number)
        .await
        .unwrap();
    assert_eq!(ended, Some(Ended { under_way: None }));
    let state = services::payment_flow::submit(&cabinet.services, of(&actor), made)
        .await
        .unwrap();
    assert_eq!(state, PaymentState::Canceled);
    due(&cabinet).await;
    assert_eq!(cabinet.acquirer.payments().len(), 1, "the saving one only");
    let page = autopay::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.history[0].state, RunState::Skipped);
    assert!(page.undo.is_some());
    cabinet.check().await;
}

/// Writes down what the worker writes down before it sends, as if it had died there.
async fn begin_unsent(cabinet: &Cabinet, actor: &Actor) -> PaymentId {
    let id = PaymentId(uuid::Uuid::now_v7());
    sqlx::query(
        "with p as (insert into billing.payment (subscriber_id, payment_id, purpose, method, method_id,
             amount_kop, state, form_key, idem_key, return_token, receipt_email, created_at, next_poll_at)
           select r.subscriber_id, $2, 'autopay', 'saved_card', a.method_id, r.noticed_kop, 'created',
             'autopay-by-hand', $2::text, repeat('r', 40), 'a@mail.ru', app.now(), app.now()
           from billing.autopay_run r join billing.autopay a using (subscriber_id, mandate_id)
           where r.subscriber_id = $1 and r.closed_at is null returning subscriber_id)
         update billing.autopay_run r set state = 'charging', payment_id = $2 from p
         where r.subscriber_id = p.subscriber_id and r.closed_at is null",
    )
    .bind(of(actor).0)
    .bind(id.0)
    .execute(&cabinet.pool)
    .await
    .unwrap();
    id
}

/// The answer to the charge is lost, and its owner refuses meanwhile: the sum is named, the token is gone,
/// and the payment that the acquirer has made is found and credited all the same.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_charge_that_was_begun_is_named_and_found(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, card, announced) = announced(&cabinet).await;
    cabinet.acquirer.add_fault(FaultRule::once(
        sandbox::Endpoint::Create,
        sandbox::Fault::Drop {
            when: sandbox::When::AfterCommit,
        },
    ));
    cabinet.shift(0).await;
    let real = now(&cabinet).await;
    let seconds = announced.next.at.seconds_since(real) + 1;
    cabinet.shift(seconds).await;
    let offset = chrono::Duration::seconds(seconds);
    cabinet.acquirer.set_offset(offset).unwrap();
    autopay::step(&cabinet.services, of(&actor)).await.unwrap();
    assert_eq!(charges(&cabinet, &actor).await[0].1, "unknown");
    let number = contract(&cabinet, &actor).await;
    let removed = cards::remove(&cabinet.services, &actor, &number, card)
        .await
        .unwrap();
    let named = Some(announced.sum);
    assert_eq!(removed.autopay, Some(Ended { under_way: named }));
    cabinet.shift(seconds + 60).await;
    due(&cabinet).await;
    assert_eq!(charges(&cabinet, &actor).await[0].1, "succeeded");
    let credited = cabinet
        .count(
            "select count(*) from ledger.op o join billing.payment p
                 on o.subscriber_id = p.subscriber_id and o.idem_key = 'topup:' || p.payment_id
             where p.purpose = 'autopay'",
        )
        .await;
    assert_eq!(credited, 1);
    let page = autopay::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.history[0].state, RunState::Succeeded);
    assert_eq!(cabinet.acquirer.payments().len(), 2);
    cabinet.check().await;
}

/// The call got lost on its way and its owner refuses: it is not repeated, and ends as never made.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_charge_that_never_arrived_is_not_repeated_after_a_refusal(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    cabinet.acquirer.add_fault(FaultRule::once(
        sandbox::Endpoint::Create,
        sandbox::Fault::Drop {
            when: sandbox::When::BeforeCommit,
        },
    ));
    cabinet.shift(0).await;
    let real = now(&cabinet).await;
    let seconds = announced.next.at.seconds_since(real) + 1;
    cabinet.shift(seconds).await;
    autopay::step(&cabinet.services, of(&actor)).await.unwrap();
    assert_eq!(charges(&cabinet, &actor).await[0].1, "unknown");
    let number = contract(&cabinet, &actor).await;
    autopay::disable(&cabinet.services, &actor, &number)
        .await
        .unwrap();
    for minutes in [2, 5, 20, 21] {
        cabinet.shift(seconds + minutes * 60).await;
        due(&cabinet).await;
    }
    assert_eq!(charges(&cabinet, &actor).await[0].1, "canceled");
    assert_eq!(cabinet.acquirer.payments().len(), 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn many_workers_and_a_sleeping_one_make_one_payment_a_month(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    cabinet.shift(0).await;
    let real = now(&cabinet).await;
    cabinet
        .shift(announced.next.at.seconds_since(real) + 1)
        .await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (services, who) = (Arc::clone(&cabinet.services), of(&actor));
        tasks.push(tokio::spawn(
            async move { autopay::step(&services, who).await },
        ));
    }
    for task in tasks {
        // One that met the others is tried again by the queue.
        let _ = task.await.unwrap();
    }
    due(&cabinet).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    // The worker sleeps for three months: what it missed is not made up for, and the next charge is told.
    let later = announced.next.at.plus_seconds(100 * DAY);
    cabinet.shift(later.seconds_since(real)).await;
    upkeep::sweep(&cabinet.services).await.unwrap();
    at(&cabinet, later).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    let next = on(&cabinet, &actor).await;
    assert!(next.next.at.seconds_since(later) >= DAY, "{next:?}");
    at(&cabinet, next.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 2);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_form_says_what_is_wrong(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let services = &cabinet.services;
    let card = save_card(&cabinet, &actor, "save-card-1").await;
    let good = form(&cabinet, &actor, card).await;
    let enable = async |form: Enable| autopay::enable(services, &actor, &form).await;
    let wrong = |change: &dyn Fn(&mut Enable)| {
        let mut form = good.clone();
        change(&mut form);
        form
    };
    for (form, expected) in [
        (
            wrong(&|form| form.agreed = false),
            Problem::MandateNotAccepted,
        ),
        // Another text was read than holds now.
        (
            wrong(&|form| form.shown = autopay::digest("another text")),
            Problem::MandateNotAccepted,
        ),
        (wrong(&|form| form.day = "29".into()), Problem::DayMissing),
        (wrong(&|form| form.day = String::new()), Problem::DayMissing),
        (
            wrong(&|form| form.card = String::new()),
            Problem::SavedCardGone,
        ),
        (
            wrong(&|form| form.card = uuid::Uuid::now_v7().to_string()),
            Problem::SavedCardGone,
        ),
        (
            wrong(&|form| form.contract = "2041008755".into()),
            Problem::OtherContract,
        ),
    ] {
        assert_eq!(problem(enable(form).await), expected);
    }
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: true }
    );
    // Twice is once; another day is another mandate.
    enable(good.clone()).await.unwrap();
    enable(good.clone()).await.unwrap();
    let mandates = "select count(*) from billing.autopay";
    assert_eq!(cabinet.count(mandates).await, 1);
    let third = on_day(DayOfMonth::new(3).unwrap());
    enable(wrong(&|form| {
        form.day.clone_from(&third.day);
        form.shown.clone_from(&third.shown);
    }))
    .await
    .unwrap();
    assert_eq!(cabinet.count(mandates).await, 2);
    assert_eq!(on(&cabinet, &actor).await.day.get(), 3);
    // Somebody else's card is nobody's.
    let other = cabinet.person("ends in two days").await;
    let theirs = Enable {
        contract: contract(&cabinet, &other).await,
        ..good.clone()
    };
    let refused = autopay::enable(services, &other, &theirs).await;
    assert_eq!(problem(refused), Problem::SavedCardGone);
    let nobody = autopay::page(services, &browser("nobody")).await;
    assert!(matches!(nobody, Err(ServiceError::SignedOut)));
    cabinet.check().await;
}

/// Nobody could refuse a charge from a cabinet that is being deleted.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_cabinet_that_ends_takes_its_cards_along(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    cabinet.shift(0).await;
    privacy::delete(&cabinet.services, &actor, "удалить")
        .await
        .unwrap();
    let left = "select count(*) from billing.payment_method where state = 'active'";
    assert_eq!(cabinet.count(left).await, 0);
    at(&cabinet, announced.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    cabinet.check().await;
}

/// The bank page of a payment that keeps the card is still open when its payer leaves: the money is
/// credited, the card is not kept.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_card_is_not_kept_for_somebody_who_has_left(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let command = StartTopUp {
        sum: "other".into(),
        amount: "100".into(),
        key: "left-behind-1".into(),
        means: "bank_card".into(),
        save: true,
        ..StartTopUp::default()
    };
    let started = start(&cabinet.services, &actor, command).await.unwrap();
    let object = cabinet.object(&started).await;
    privacy::delete(&cabinet.services, &actor, "удалить")
        .await
        .unwrap();
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let state = "select count(*) from billing.payment where state = 'succeeded' and save_method";
    assert_eq!(cabinet.count(state).await, 1);
    assert_eq!(
        cabinet
            .count("select count(*) from billing.payment_method")
            .await,
        0
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_same_card_is_kept_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let first = save_card(&cabinet, &actor, "save-card-1").await;
    let second = save_card(&cabinet, &actor, "save-card-2").await;
    assert_eq!(first, second);
    let page = cards::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.cards.len(), 1);
    // The newer token pays.
    let command = StartTopUp {
        sum: "other".into(),
        amount: "20".into(),
        key: "by-saved-1".into(),
        means: first.to_string(),
        confirmed: true,
        ..StartTopUp::default()
    };
    let started = start(&cabinet.services, &actor, command).await.unwrap();
    let paid = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(paid.state, PaymentState::Succeeded);
    cabinet.check().await;
}

/// Its owner has taken the permission back at the bank: that is a refusal like any other.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_permission_that_was_taken_back_removes_the_card(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    decline(&cabinet, Reason::PermissionRevoked);
    at(&cabinet, announced.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: false }
    );
    assert_eq!(told(&cabinet, &actor, "autopay_off").await, 1);
    at(&cabinet, announced.next.at.plus_seconds(2 * DAY)).await;
    assert_eq!(charges(&cabinet, &actor).await.len(), 1);
    let open = "select count(*) from billing.autopay_run where closed_at is null";
    assert_eq!(cabinet.count(open).await, 0);
    cabinet.check().await;
}

/// The bank refuses on the fifth; its owner switches it on again for the fifteenth, and that holds.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_failed_can_be_made_good_in_the_same_month(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let card = save_card(&cabinet, &actor, "save-card-1").await;
    let on_the = async |number: u8| {
        let form = Enable {
            contract: contract(&cabinet, &actor).await,
            card: card.to_string(),
            agreed: true,
            ..on_day(DayOfMonth::new(number).unwrap())
        };
        autopay::enable(&cabinet.services, &actor, &form)
            .await
            .unwrap();
        on(&cabinet, &actor).await
    };
    let fifth = on_the(5).await;
    decline(&cabinet, Reason::FraudSuspected);
    at(&cabinet, fifth.next.at.plus_seconds(-3 * DAY)).await;
    at(&cabinet, fifth.next.at).await;
    assert!(matches!(
        standing(&cabinet, &actor).await,
        Standing::Paused { .. }
    ));
    cabinet.acquirer.set_outcome(None);
    let fifteenth = on_the(15).await;
    assert_eq!(fifteenth.next.date.month(), fifth.next.date.month());
    at(&cabinet, fifteenth.next.at.plus_seconds(-3 * DAY)).await;
    at(&cabinet, fifteenth.next.at).await;
    let all = charges(&cabinet, &actor).await;
    assert_eq!((all.len(), all[1].1.as_str()), (2, "succeeded"));
    // Paid in this month: another day begins with the next one, and the form says so.
    let twentieth = on_the(20).await;
    assert_ne!(twentieth.next.date.month(), fifth.next.date.month());
    cabinet.check().await;
}

/// Two tabs, in any order: whoever switched off last has it off.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn switching_on_and_off_at_once_leaves_no_order_behind(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let card = save_card(&cabinet, &actor, "save-card-1").await;
    let number = contract(&cabinet, &actor).await;
    let mut tasks = Vec::new();
    for round in 0..12u8 {
        let (services, actor) = (Arc::clone(&cabinet.services), actor.clone());
        let form = Enable {
            contract: number.clone(),
            card: card.to_string(),
            agreed: true,
            ..on_day(DayOfMonth::new(5 + round).unwrap())
        };
        tasks.push(tokio::spawn(async move {
            match round % 3 {
                0 => autopay::disable(&services, &actor, &form.contract)
                    .await
                    .map(drop),
                _ => autopay::enable(&services, &actor, &form).await,
            }
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    autopay::disable(&cabinet.services, &actor, &number)
        .await
        .unwrap();
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: true }
    );
    // Removing the card while it is switched on: never an order without its card.
    let form = form(&cabinet, &actor, card).await;
    let (on, off) = tokio::join!(
        autopay::enable(&cabinet.services, &actor, &form),
        cards::remove(&cabinet.services, &actor, &number, card),
    );
    off.unwrap();
    if let Err(error) = on {
        assert!(matches!(error, ServiceError::Invalid(_)), "{error}");
    }
    assert_eq!(
        standing(&cabinet, &actor).await,
        Standing::Off { cards: false }
    );
    cabinet.check().await;
}

/// The owner pays by hand a minute before: the bank is waited for, and nothing is taken twice.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_top_up_that_is_under_way_is_waited_for(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (actor, _, announced) = announced(&cabinet).await;
    at(&cabinet, announced.next.at.plus_seconds(-DAY)).await;
    at(&cabinet, announced.next.at.plus_seconds(-60)).await;
    let started = cabinet.top_up(&actor, "3000", "by-hand-1").await.unwrap();
    at(&cabinet, announced.next.at).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    at(&cabinet, announced.next.at.plus_seconds(180)).await;
    assert_eq!(charges(&cabinet, &actor).await, []);
    let page = autopay::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.history[0].state, RunState::Skipped);
    cabinet.check().await;
}
