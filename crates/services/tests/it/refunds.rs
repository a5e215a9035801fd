//! Giving back what was not spent: set aside when it is asked for, decided by the staff, given back once
//! whatever happens on the way.

use crate::office::not_found;
use crate::support::{Cabinet, cabinet, cabinet_with, problem};
use domain::Money;
use domain::form::Problem;
use domain::ids::RefundId;
use domain::office::Door;
use domain::promise::{Reason, Standing};
use domain::receipt::{Mode, ReceiptKind, ReceiptState};
use domain::refund::{PartState, RefundState, RefundView, Refusal};
use sandbox::{Endpoint, Fault, FaultRule, ReceiptPlan, RefundPlan, When};
use serde_json::json;
use services::office::{OfficeActor, refunds as desk};
use services::refunds::{Ask, page, request, sending, view, withdraw};
use services::{Actor, promise, receipts, upkeep, webhooks};
use sqlx::PgPool;
use std::time::Duration;

/// Nothing is charged from them for three weeks.
const CALM: &str = "paid for three weeks";

fn roubles(sum: i32) -> Money {
    Money::from_roubles(sum)
}

/// What can be given back, and what lies there from elsewhere.
async fn offered(cabinet: &Cabinet, actor: &Actor) -> (Money, Money) {
    let page = page(&cabinet.services, actor).await.unwrap();
    let (offer, to) = page.offer.unwrap();
    let sum: Money = to.iter().map(|part| part.amount).sum();
    assert_eq!(sum, offer.most);
    (offer.most, offer.elsewhere)
}

async fn refusal(cabinet: &Cabinet, actor: &Actor) -> Refusal {
    let page = page(&cabinet.services, actor).await.unwrap();
    page.offer.unwrap_err()
}

async fn asked(cabinet: &Cabinet, actor: &Actor, sum: &str) -> RefundId {
    let key = format!("refund-{}", sum.replace([',', '.'], "-"));
    cabinet.asks_back(actor, sum, &key).await.unwrap()
}

async fn look(cabinet: &Cabinet, actor: &Actor, id: RefundId) -> RefundView {
    view(&cabinet.services, actor, id).await.unwrap()
}

async fn accountant(cabinet: &Cabinet) -> OfficeActor {
    cabinet.enter(Door::Staff, "accountant").await
}

async fn approved(cabinet: &Cabinet, id: RefundId) {
    let staff = accountant(cabinet).await;
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    cabinet.jobs().await;
}

async fn balance(cabinet: &Cabinet, actor: &Actor) -> Money {
    page(&cabinet.services, actor).await.unwrap().balance
}

async fn later(cabinet: &Cabinet, seconds: i64) {
    cabinet.shift(seconds).await;
    let at = chrono::Duration::seconds(seconds);
    cabinet.acquirer.set_offset(at).unwrap();
    upkeep::find_due(&cabinet.services).await.unwrap();
    upkeep::find_receipts(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
}

/// What went back at the acquirer.
fn gone(cabinet: &Cabinet) -> Vec<String> {
    let all = cabinet.acquirer.refunds();
    let made = all.iter().filter(|refund| refund["status"] == "succeeded");
    made.map(|refund| refund["amount"]["value"].as_str().unwrap().to_owned())
        .collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_not_spent_goes_back_to_its_card_with_a_receipt(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    let before = balance(&cabinet, &actor).await;
    let paid = cabinet.paid(&actor, "500", "form-0001").await;
    assert_eq!(offered(&cabinet, &actor).await, (roubles(500), before));

    let id = asked(&cabinet, &actor, "320,50").await;
    // Set aside at once, and nothing has left yet.
    let left = Money::from_kopecks(before.kopecks() + 50_000 - 32_050);
    assert_eq!(balance(&cabinet, &actor).await, left);
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(shown.state, RefundState::Requested);
    assert_eq!(shown.parts.len(), 1);
    assert_eq!(shown.parts[0].1, PartState::Reserved);
    assert_eq!(refusal(&cabinet, &actor).await, Refusal::UnderWay(id));
    later(&cabinet, 3600).await;
    assert!(gone(&cabinet).is_empty());
    cabinet.check().await;

    let staff = accountant(&cabinet).await;
    let queue = desk::list(&cabinet.services, &staff).await.unwrap();
    assert_eq!(queue.waiting.len(), 1);
    assert_eq!(queue.waiting[0].amount, Money::from_kopecks(32_050));
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    cabinet.jobs().await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(shown.state, RefundState::Finished);
    assert_eq!(
        shown.sum_of(PartState::Succeeded),
        Money::from_kopecks(32_050)
    );
    assert_eq!(gone(&cabinet), ["320.50"]);
    assert!(
        desk::list(&cabinet.services, &staff)
            .await
            .unwrap()
            .waiting
            .is_empty()
    );
    cabinet.check().await;

    // Its receipt says what that of the payment said, and that it goes back.
    later(&cabinet, 3620).await;
    let list = receipts::page(&cabinet.services, &actor, None)
        .await
        .unwrap();
    let row = list
        .rows
        .iter()
        .find(|row| row.kind == ReceiptKind::Refund)
        .unwrap();
    let receipt = receipts::one(&cabinet.services, &actor, row.id)
        .await
        .unwrap();
    assert_eq!(receipt.state, ReceiptState::Registered);
    assert_eq!(
        (receipt.lines[0].mode, receipt.lines[0].vat_code),
        (Mode::Advance, 12)
    );
    let advance = receipts::one(&cabinet.services, &actor, paid.receipt.unwrap().0)
        .await
        .unwrap();
    assert_eq!(receipt.lines[0].name, advance.lines[0].name);
    let square = receipt.fiscal.unwrap().square(receipt.kind, receipt.total);
    assert!(
        square.contains("&s=320.50&") && square.ends_with("&n=2"),
        "{square}"
    );
    let theirs = cabinet.acquirer.receipts();
    let theirs = theirs
        .iter()
        .find(|theirs| theirs["type"] == "refund")
        .unwrap();
    assert_eq!(theirs["items"][0]["description"], advance.lines[0].name);

    // The rest of the payment can go back too, and no more than the rest.
    let (most, _) = offered(&cabinet, &actor).await;
    assert_eq!(most, Money::from_kopecks(17_950));
    let id = asked(&cabinet, &actor, "179,50").await;
    later(&cabinet, 3700).await;
    approved(&cabinet, id).await;
    assert_eq!(gone(&cabinet), ["320.50", "179.50"]);
    assert_eq!(refusal(&cabinet, &actor).await, Refusal::Nothing);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn more_than_lies_there_is_not_asked_for_and_forms_are_kept_apart(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    assert_eq!(refusal(&cabinet, &actor).await, Refusal::Nothing);
    let answer = cabinet.asks_back(&actor, "10", "refund-0001").await;
    assert_eq!(problem(answer), Problem::RefundNotNow);
    cabinet.paid(&actor, "100", "form-0001").await;
    let range = Problem::AmountRange {
        min: roubles(1),
        max: roubles(100),
    };
    for (typed, wrong) in [
        ("100,01", range.clone()),
        ("0,99", range.clone()),
        ("-5", range),
        ("", Problem::AmountEmpty),
        ("сто", Problem::AmountMalformed),
    ] {
        let answer = cabinet.asks_back(&actor, typed, "refund-0001").await;
        assert_eq!(problem(answer), wrong, "{typed}");
    }
    // One form is one refund, however often it is sent; another tab finds it.
    let (one, other) = tokio::join!(
        cabinet.asks_back(&actor, " 4 0 ", "refund-0001"),
        cabinet.asks_back(&actor, "40", "refund-0002"),
    );
    assert_eq!(one.unwrap(), other.unwrap());
    let again = cabinet.asks_back(&actor, "40", "refund-0001").await;
    assert!(again.is_ok());
    assert_eq!(
        cabinet.count("select count(*) from billing.refund").await,
        1
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn of_many_at_once_one_is_made(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let contract = page(&cabinet.services, &actor).await.unwrap().contract;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..200 {
        let (services, actor) = (cabinet.services.clone(), actor.clone());
        let ask = Ask {
            sum: "60".into(),
            key: format!("refund-{n:04}"),
            contract: contract.as_str().into(),
        };
        tries.spawn(async move { request(&services, &actor, &ask).await });
    }
    let made = tries.join_all().await;
    let ids: std::collections::BTreeSet<_> = made.into_iter().filter_map(Result::ok).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        cabinet.count("select count(*) from billing.refund").await,
        1
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn its_owner_takes_it_back_until_it_is_decided(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let before = balance(&cabinet, &actor).await;
    let id = asked(&cabinet, &actor, "500").await;
    withdraw(&cabinet.services, &actor, id).await.unwrap();
    withdraw(&cabinet.services, &actor, id).await.unwrap();
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(shown.state, RefundState::Withdrawn);
    assert_eq!(balance(&cabinet, &actor).await, before);
    cabinet.check().await;
    // Nobody can agree to it any more, and all of it can be asked for again.
    let staff = accountant(&cabinet).await;
    let late = desk::approve(&cabinet.services, &staff, id).await;
    assert_eq!(problem(late), Problem::RefundDecided);
    let id = cabinet
        .asks_back(&actor, "500", "refund-0002")
        .await
        .unwrap();
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    let late = withdraw(&cabinet.services, &actor, id).await;
    assert_eq!(problem(late), Problem::RefundDecided);
    cabinet.jobs().await;
    assert_eq!(gone(&cabinet), ["500.00"]);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn taken_back_and_agreed_to_at_one_instant_is_one_of_both(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    let staff = accountant(&cabinet).await;
    for n in 0..6 {
        cabinet.paid(&actor, "100", &format!("form-{n:04}")).await;
        let id = cabinet
            .asks_back(&actor, "100", &format!("refund-{n:04}"))
            .await
            .unwrap();
        let (mine, theirs) = tokio::join!(
            withdraw(&cabinet.services, &actor, id),
            desk::approve(&cabinet.services, &staff, id),
        );
        assert_ne!(mine.is_ok(), theirs.is_ok());
        cabinet.jobs().await;
        let shown = look(&cabinet, &actor, id).await;
        let (end, part) = if mine.is_ok() {
            (RefundState::Withdrawn, PartState::Canceled)
        } else {
            (RefundState::Finished, PartState::Succeeded)
        };
        assert_eq!((shown.state, shown.parts[0].1), (end, part));
        cabinet.check().await;
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_one_comes_to_the_wallet_again_with_the_reason(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let before = balance(&cabinet, &actor).await;
    let id = asked(&cabinet, &actor, "500").await;
    let staff = accountant(&cabinet).await;
    let decline = |reason: &'static str| desk::decline(&cabinet.services, &staff, id, reason);
    assert_eq!(problem(decline("  ").await), Problem::RefundReasonMissing);
    let long: &'static str = "я".repeat(301).leak();
    assert_eq!(problem(decline(long).await), Problem::RefundReasonLong);
    decline("Нет заявления  с подписью").await.unwrap();
    decline("Другая причина").await.unwrap();
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(shown.state, RefundState::Declined);
    assert_eq!(shown.reason.as_deref(), Some("Нет заявления с подписью"));
    assert_eq!(balance(&cabinet, &actor).await, before);
    let late = desk::approve(&cabinet.services, &staff, id).await;
    assert_eq!(problem(late), Problem::RefundDecided);
    let told = "select count(*) from inbox.message where notice::text like '%refund_declined%'";
    assert_eq!(cabinet.count(told).await, 1);
    let logged = "select count(*) from office.audit where event = 'refund-declined'";
    assert_eq!(cabinet.count(logged).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_may_not_finds_nothing(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let id = asked(&cabinet, &actor, "500").await;
    let other = cabinet.person("ends in two days").await;
    not_found(view(&cabinet.services, &other, id).await);
    not_found(withdraw(&cabinet.services, &other, id).await);
    for login in ["administrator", "auditor", "operator", "clerk"] {
        let staff = cabinet.enter(Door::Staff, login).await;
        not_found(desk::list(&cabinet.services, &staff).await);
        not_found(desk::look(&cabinet.services, &staff, id).await);
        not_found(desk::approve(&cabinet.services, &staff, id).await);
        not_found(desk::decline(&cabinet.services, &staff, id, "Причина").await);
    }
    // A form that was shown for another contract.
    let ask = Ask {
        sum: "10".into(),
        key: "refund-0009".into(),
        contract: page(&cabinet.services, &actor)
            .await
            .unwrap()
            .contract
            .as_str()
            .into(),
    };
    let answer = request(&cabinet.services, &other, &ask).await;
    assert_eq!(problem(answer), Problem::OtherContract);
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        RefundState::Requested
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whatever_becomes_of_the_answer_it_goes_back_once(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(800)).await;
    let actor = cabinet.person(CALM).await;
    let staff = accountant(&cabinet).await;
    let both = [When::BeforeCommit, When::AfterCommit];
    let mut faults = vec![Fault::TooManyRequests {
        retry_after_ms: 2_000,
    }];
    faults.extend(both.map(|when| Fault::Drop { when }));
    faults.extend(both.map(|when| Fault::ServerError { when }));
    faults.extend(both.map(|when| Fault::Hold { when }));
    let mut seconds = 0;
    for (n, fault) in faults.into_iter().enumerate() {
        cabinet.paid(&actor, "100", &format!("form-{n:04}")).await;
        let id = cabinet
            .asks_back(&actor, "100", &format!("refund-{n:04}"))
            .await
            .unwrap();
        for _ in 0..2 {
            let rule = FaultRule::once(Endpoint::CreateRefund, fault);
            cabinet.acquirer.add_fault(rule);
        }
        desk::approve(&cabinet.services, &staff, id).await.unwrap();
        cabinet.jobs().await;
        for _ in 0..8 {
            seconds += 60;
            later(&cabinet, seconds).await;
            cabinet.check().await;
        }
        let shown = look(&cabinet, &actor, id).await;
        assert_eq!(shown.state, RefundState::Finished, "{fault:?}");
        assert_eq!(shown.parts[0].1, PartState::Succeeded, "{fault:?}");
        assert_eq!(gone(&cabinet).len(), n + 1, "{fault:?}");
    }
}

/// Two sides of the moment after which nothing is sent again.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn after_the_keys_day_it_is_looked_for_and_never_sent_again(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(500)).await;
    let actor = cabinet.person(CALM).await;
    let staff = accountant(&cabinet).await;
    let mut seconds = 0;
    // The answer was lost, and it is there; it never came: within the time it is sent again, after it not.
    for (n, when, within, end) in [
        (1, When::AfterCommit, true, PartState::Succeeded),
        (2, When::BeforeCommit, true, PartState::Succeeded),
        (3, When::AfterCommit, false, PartState::Succeeded),
        (4, When::BeforeCommit, false, PartState::Canceled),
    ] {
        cabinet.paid(&actor, "100", &format!("form-{n:04}")).await;
        let before = balance(&cabinet, &actor).await;
        let key = format!("refund-{n:04}");
        let id = cabinet.asks_back(&actor, "100", &key).await.unwrap();
        cabinet.acquirer.add_fault(FaultRule {
            endpoint: Endpoint::CreateRefund,
            fault: Fault::Drop { when },
            times: None,
        });
        desk::approve(&cabinet.services, &staff, id).await.unwrap();
        cabinet.jobs().await;
        let made = cabinet.acquirer.refunds().len();
        if within {
            cabinet.acquirer.clear_faults();
            seconds += 23 * 3600 - 60;
        } else {
            // Tried again the whole day long, and lost each time.
            seconds += 23 * 3600 + 60;
        }
        later(&cabinet, seconds).await;
        seconds += 3600;
        later(&cabinet, seconds).await;
        cabinet.acquirer.clear_faults();
        let shown = look(&cabinet, &actor, id).await;
        assert_eq!(
            (shown.state, shown.parts[0].1),
            (RefundState::Finished, end),
            "{n}"
        );
        let sent_again = within && when == When::BeforeCommit;
        assert_eq!(
            cabinet.acquirer.refunds().len(),
            made + usize::from(sent_again),
            "{n}"
        );
        if end == PartState::Canceled {
            assert_eq!(balance(&cabinet, &actor).await, before);
        }
        cabinet.check().await;
    }
    assert_eq!(gone(&cabinet).len(), 3);
}

/// A process that was stopped between deciding and sending wakes up after the key is forgotten.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_process_that_slept_does_not_send_what_it_decided_to(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(500)).await;
    let actor = cabinet.person(CALM).await;
    let staff = accountant(&cabinet).await;
    cabinet.paid(&actor, "300", "form-0001").await;
    let id = cabinet
        .asks_back(&actor, "100", "refund-0001")
        .await
        .unwrap();
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::CreateRefund,
        Fault::Drop {
            when: When::AfterCommit,
        },
    ));
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.acquirer.refunds().len(), 1);
    cabinet.shift(22 * 3600).await;
    let hour = chrono::Duration::hours(25);
    cabinet.acquirer.set_offset(hour).unwrap();
    // It has looked and decided; then it waits for the refund, as if it were stopped, until the next day.
    let viewer = actor.viewer.clone().unwrap();
    let part: uuid::Uuid = sqlx::query_scalar("select part_id from billing.refund_part")
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
    let mut lock = cabinet.pool.begin().await.unwrap();
    sqlx::query("select from billing.refund for update")
        .fetch_all(&mut *lock)
        .await
        .unwrap();
    let services = cabinet.services.clone();
    let sleeper = tokio::spawn(async move {
        sending::step(
            &services,
            viewer.subscriber,
            domain::ids::RefundPartId(part),
        )
        .await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    cabinet.shift(25 * 3600).await;
    lock.rollback().await.unwrap();
    sleeper.await.unwrap().unwrap();
    // The transaction of the sleeper began before: its clock is the old one, so what guards here is that
    // nothing begins late.
    later(&cabinet, 25 * 3600 + 60).await;
    later(&cabinet, 26 * 3600).await;
    assert_eq!(cabinet.acquirer.refunds().len(), 1, "once");
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        RefundState::Finished
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_bank_that_changes_its_mind_is_a_case_for_people(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let before = balance(&cabinet, &actor).await;
    let id = asked(&cabinet, &actor, "100").await;
    cabinet.acquirer.set_refunds(RefundPlan::Cancel);
    approved(&cabinet, id).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.parts[0].1,
        PartState::Canceled
    );
    assert_eq!(balance(&cabinet, &actor).await, before);
    // It was made after all, and the notification says so.
    let object = cabinet.acquirer.refunds()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(cabinet.acquirer.revive_refund(&object));
    let body =
        json!({"type": "notification", "event": "refund.succeeded", "object": {"id": object}});
    webhooks::receive(&cabinet.services, &body, None)
        .await
        .unwrap();
    cabinet.jobs().await;
    assert_eq!(
        balance(&cabinet, &actor).await,
        before,
        "nothing is corrected by itself"
    );
    let cases = "select count(*) from billing.reconciliation_case
         where kind = 'refund' and difference = 'not_posted' and closed_at is null";
    assert_eq!(cabinet.count(cases).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_payment_is_not_divided_by_kopecks(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let nearest = |sum| Problem::RefundSum {
        nearest: Some(Money::from_kopecks(sum)),
    };
    let answer = cabinet.asks_back(&actor, "99,50", "refund-0001").await;
    assert_eq!(problem(answer), nearest(9_900));
    cabinet.shift(60).await;
    cabinet.paid(&actor, "50", "form-0002").await;
    let answer = cabinet.asks_back(&actor, "50,50", "refund-0001").await;
    assert_eq!(problem(answer), nearest(5_000));
    let id = cabinet
        .asks_back(&actor, "51", "refund-0001")
        .await
        .unwrap();
    approved(&cabinet, id).await;
    assert_eq!(gone(&cabinet).len(), 2);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_due_is_paid_before_anything_goes_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("ends in two days").await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let before = balance(&cabinet, &actor).await;
    // The period has ended, and no worker has come yet.
    cabinet.shift(3 * 86_400).await;
    let sum = before.to_gateway();
    let answer = cabinet.asks_back(&actor, &sum, "refund-0001").await;
    assert!(matches!(problem(answer), Problem::AmountRange { .. }));
    let (most, _) = offered(&cabinet, &actor).await;
    assert_eq!(most, roubles(500), "a refused form has charged nothing");
    cabinet
        .asks_back(&actor, "10", "refund-0001")
        .await
        .unwrap();
    let charged = "select count(*) from ledger.op where kind = 'charge' and actor = 'subscriber'";
    assert_eq!(cabinet.count(charged).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_payments_give_back_each_in_its_own_time(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "200", "form-0001").await;
    cabinet.shift(60).await;
    cabinet.paid(&actor, "300", "form-0002").await;
    let before = balance(&cabinet, &actor).await;
    let id = asked(&cabinet, &actor, "450").await;
    let shown = look(&cabinet, &actor, id).await;
    let sums: Vec<_> = shown.parts.iter().map(|(to, _)| to.amount).collect();
    assert_eq!(sums, [roubles(300), roubles(150)], "the newest first");
    // Both are taken and wait.
    cabinet.acquirer.set_refunds(RefundPlan::Hold);
    approved(&cabinet, id).await;
    let shown = look(&cabinet, &actor, id).await;
    assert!(
        shown
            .parts
            .iter()
            .all(|(_, state)| *state == PartState::Pending)
    );
    assert_eq!(shown.state, RefundState::Approved);
    cabinet.check().await;
    let one = "update billing.refund_part set next_look_at = now() + interval '1 year'
         where amount_kop = 15000";
    sqlx::query(one).execute(&cabinet.pool).await.unwrap();
    cabinet.acquirer.set_refunds(RefundPlan::Succeed);
    later(&cabinet, 100).await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(
        (shown.parts[0].1, shown.state),
        (PartState::Succeeded, RefundState::Approved)
    );
    cabinet.check().await;
    // Of the second the acquirer's notification tells.
    let all = cabinet.acquirer.refunds();
    let second = all
        .iter()
        .find(|theirs| theirs["amount"]["value"] == "150.00");
    let body = json!({"type": "notification", "event": "refund.succeeded", "object": {
        "id": second.unwrap()["id"], "status": "succeeded"}});
    webhooks::receive(&cabinet.services, &body, None)
        .await
        .unwrap();
    cabinet.jobs().await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(
        (shown.parts[1].1, shown.state),
        (PartState::Succeeded, RefundState::Finished)
    );
    assert_eq!(gone(&cabinet).len(), 2);
    let left = Money::from_kopecks(before.kopecks() - 45_000);
    assert_eq!(balance(&cabinet, &actor).await, left);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_the_bank_refuses_pays_what_is_due_by_then(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("ends in two days").await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let (most, _) = offered(&cabinet, &actor).await;
    let id = asked(&cabinet, &actor, &most.to_gateway()).await;
    cabinet.acquirer.set_refunds(RefundPlan::Hold);
    approved(&cabinet, id).await;
    // The period ends meanwhile, and the money is not there.
    later(&cabinet, 3 * 86_400).await;
    let off = "select count(*) from billing.entitlement_intent i join billing.subscription s
         using (subscriber_id, subscription_id) where i.want = 'off' and s.subscriber_id = (
             select subscriber_id from billing.refund)";
    assert_eq!(cabinet.count(off).await, 1);
    cabinet.acquirer.set_refunds(RefundPlan::Cancel);
    later(&cabinet, 3 * 86_400 + 3600).await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(
        (shown.state, shown.parts[0].1),
        (RefundState::Finished, PartState::Canceled)
    );
    assert_eq!(cabinet.count(off).await, 0, "television is on again");
    assert!(gone(&cabinet).is_empty());
    let told = "select count(*) from inbox.message where notice::text like '%refund_finished%'";
    assert_eq!(cabinet.count(told).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refund_that_the_acquirer_does_not_take_comes_back_at_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    let paid = cabinet.paid(&actor, "100", "form-0001").await;
    let before = balance(&cabinet, &actor).await;
    // Somebody has given it back by hand in the acquirer's own cabinet.
    let object: String =
        sqlx::query_scalar("select gateway_payment_id from billing.payment where payment_id = $1")
            .bind(paid.id.0)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    cabinet.given_back_by_hand(&object, roubles(60)).await;
    let id = asked(&cabinet, &actor, "100").await;
    approved(&cabinet, id).await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(
        (shown.state, shown.parts[0].1),
        (RefundState::Finished, PartState::Canceled)
    );
    assert_eq!(balance(&cabinet, &actor).await, before);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_wrong_key_of_the_shop_ends_nothing(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let id = asked(&cabinet, &actor, "100").await;
    let staff = accountant(&cabinet).await;
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    let wrong = gateways::yookassa::YooKassa::new(gateways::yookassa::Config {
        base_url: format!("http://127.0.0.1:{}/v3", cabinet.acquirer_port),
        shop_id: "100500".into(),
        secret_key: secrecy::SecretString::from("other_key"),
        timeout: Duration::from_secs(5),
    })
    .unwrap();
    let mut node = cabinet.node(|_| {});
    node.acquirer = std::sync::Arc::new(wrong);
    let viewer = actor.viewer.clone().unwrap();
    let part: uuid::Uuid = sqlx::query_scalar("select part_id from billing.refund_part")
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
    let part = domain::ids::RefundPartId(part);
    sending::step(&node, viewer.subscriber, part).await.unwrap();
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(
        (shown.state, shown.parts[0].1),
        (RefundState::Approved, PartState::Unknown)
    );
    later(&cabinet, 60).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        RefundState::Finished
    );
    assert_eq!(gone(&cabinet), ["100.00"]);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn lent_money_and_what_came_otherwise_do_not_go_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    // Lent: what lies there may be lent money.
    let lender = cabinet.person("suspended, 140").await;
    let contract = promise::page(&cabinet.services, &lender).await.unwrap();
    let Standing::Offered(offer) = contract.standing else {
        panic!("offered")
    };
    cabinet.paid(&lender, "10", "form-0001").await;
    promise::take(
        &cabinet.services,
        &lender,
        contract.contract.as_str(),
        &Money::from_kopecks(offer.amount.kopecks() - 1_000).to_gateway(),
    )
    .await
    .unwrap();
    assert_eq!(refusal(&cabinet, &lender).await, Refusal::Promised);
    // A prepaid card, and what was there before lots were kept, although a payment is named with it.
    let actor = cabinet.person(CALM).await;
    let contract = page(&cabinet.services, &actor).await.unwrap().contract;
    let pin = services::demo::vouchers().next().unwrap();
    services::voucher::redeem(&cabinet.services, &actor, contract.as_str(), &pin.grouped())
        .await
        .unwrap();
    assert_eq!(refusal(&cabinet, &actor).await, Refusal::Nothing);
    let before = balance(&cabinet, &actor).await;
    cabinet.paid(&actor, "100", "form-0002").await;
    assert_eq!(offered(&cabinet, &actor).await, (roubles(100), before));
    let old = "update billing.advance_lot set op_id = null where payment_id is not null";
    sqlx::query(old).execute(&cabinet.pool).await.unwrap();
    assert_eq!(refusal(&cabinet, &actor).await, Refusal::Nothing);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_borrows_while_money_goes_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("suspended, 140").await;
    cabinet.paid(&actor, "10", "form-0001").await;
    asked(&cabinet, &actor, "10").await;
    let page = promise::page(&cabinet.services, &actor).await.unwrap();
    assert_eq!(page.standing, Standing::Refused(Reason::GivingBack));
    // Nor by a node that does not know the rule.
    let lent = "insert into billing.promise select (jsonb_populate_record(p, jsonb_build_object(
             'subscriber_id', (select subscriber_id from billing.refund), 'promise_id', gen_random_uuid()))).*
         from billing.promise p limit 1";
    let refused = sqlx::query(lent).execute(&cabinet.pool).await.unwrap_err();
    assert!(refused.to_string().contains("a refund of"), "{refused}");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_receipt_that_did_not_come_along_is_sent_by_itself(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    later(&cabinet, 10).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Ignore);
    let id = asked(&cabinet, &actor, "100").await;
    approved(&cabinet, id).await;
    for n in 1..6 {
        later(&cabinet, 10 + n * 70).await;
    }
    let theirs = cabinet.acquirer.receipts();
    let back: Vec<_> = theirs
        .iter()
        .filter(|theirs| theirs["type"] == "refund")
        .collect();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["refund_id"], cabinet.acquirer.refunds()[0]["id"]);
    let list = receipts::page(&cabinet.services, &actor, None)
        .await
        .unwrap();
    let row = list
        .rows
        .iter()
        .find(|row| row.kind == ReceiptKind::Refund)
        .unwrap();
    assert_eq!(row.state, ReceiptState::Registered);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_over_never_changes(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let id = asked(&cabinet, &actor, "100").await;
    approved(&cabinet, id).await;
    for change in [
        "update billing.refund set state = 'requested', closed_at = null",
        "update billing.refund set amount_kop = amount_kop + 1",
        "update billing.refund_part set state = 'pending', closed_at = null",
        "update billing.refund_part set amount_kop = amount_kop + 1",
    ] {
        assert!(
            sqlx::query(change).execute(&cabinet.pool).await.is_err(),
            "{change}"
        );
    }
    let viewer = actor.viewer.clone().unwrap();
    let part: uuid::Uuid = sqlx::query_scalar("select part_id from billing.refund_part")
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
    let before = look(&cabinet, &actor, id).await;
    sending::step(
        &cabinet.services,
        viewer.subscriber,
        domain::ids::RefundPartId(part),
    )
    .await
    .unwrap();
    assert_eq!(look(&cabinet, &actor, id).await, before);
    assert_eq!(gone(&cabinet).len(), 1);
}
