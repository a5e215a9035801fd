//! Reconciliation with the acquirer: what agrees is not told, every difference is named and opens a case.

use crate::support::{Cabinet, cabinet};
use domain::reconciliation::{Difference, Kind, Line, Registry, What};
use domain::{Date, Money};
use services::office::refunds as desk;
use services::reconciliation::{Compared, by_file, by_lists, find_due, yesterday};
use services::{Actor, webhooks};
use sqlx::PgPool;

const CALM: &str = "paid for three weeks";

async fn today(cabinet: &Cabinet) -> Date {
    yesterday(&cabinet.services).await.unwrap().plus_days(1)
}

async fn lists(cabinet: &Cabinet) -> Compared {
    let day = today(cabinet).await;
    by_lists(&cabinet.services, day).await.unwrap()
}

/// Asks for a refund of a sum and has it made.
async fn refunded(cabinet: &Cabinet, actor: &Actor, sum: &str) {
    let key = format!("refund-{sum}");
    let id = cabinet.asks_back(actor, sum, &key).await.unwrap();
    let staff = cabinet
        .enter(domain::office::Door::Staff, "accountant")
        .await;
    desk::approve(&cabinet.services, &staff, id).await.unwrap();
    cabinet.jobs().await;
}

/// The registry as the acquirer would send it.
fn registry(cabinet: &Cabinet) -> Registry {
    let lines = |all: Vec<serde_json::Value>| {
        let made = all.into_iter().filter(|one| one["status"] == "succeeded");
        let line = |one: serde_json::Value| Line {
            object: one["id"].as_str().unwrap().into(),
            amount: Money::parse_gateway(one["amount"]["value"].as_str().unwrap()).ok(),
        };
        made.map(line).collect()
    };
    Registry {
        day: None,
        payments: Some(lines(cabinet.acquirer.payments())),
        refunds: Some(lines(cabinet.acquirer.refunds())),
    }
}

fn found(compared: &Compared) -> Vec<(Kind, &str, What)> {
    let all = compared.differences.iter();
    all.map(|one| (one.kind, one.object.as_str(), one.what))
        .collect()
}

const OPEN: &str = "select count(*) from billing.reconciliation_case where closed_at is null";

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_agrees_opens_no_case(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    for n in 0..3 {
        cabinet.paid(&actor, "100", &format!("form-{n:04}")).await;
    }
    refunded(&cabinet, &actor, "150").await;
    let compared = lists(&cabinet).await;
    assert_eq!(compared.differences, Vec::<Difference>::new());
    let counted = compared.counted;
    assert_eq!((counted.payments, counted.refunds), (3, 2));
    assert_eq!(counted.payments_sum, Money::from_roubles(300));
    assert_eq!(counted.refunds_sum, Money::from_roubles(150));
    // By a file it is the same.
    let file = registry(&cabinet);
    let by_file = by_file(&cabinet.services, today(&cabinet).await, "day.csv", &file)
        .await
        .unwrap();
    assert_eq!(by_file.counted, counted);
    assert!(by_file.differences.is_empty());
    assert_eq!(cabinet.count(OPEN).await, 0);
    let runs = "select count(*) from billing.reconciliation";
    assert_eq!(cabinet.count(runs).await, 2);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_difference_is_named_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    for n in 0..6 {
        cabinet.paid(&actor, "100", &format!("form-{n:04}")).await;
    }
    refunded(&cabinet, &actor, "250").await;
    let mut file = registry(&cabinet);
    let mut expected = Vec::new();
    for (kind, lines) in [
        (Kind::Payment, file.payments.as_mut().unwrap()),
        (Kind::Refund, file.refunds.as_mut().unwrap()),
    ] {
        let mut told = |line: &Line, what: What| expected.push((kind, line.object.clone(), what));
        let gone = lines.remove(0);
        told(&gone, What::Missing);
        lines[0].amount = Some(Money::from_kopecks(1));
        told(&lines[0], What::OtherSum);
        lines.push(lines[1].clone());
        lines.push(lines[1].clone());
        told(&lines[1], What::Twice);
        let stranger = Line {
            object: format!("stranger-{}", kind.code()),
            ..gone
        };
        told(&stranger, What::Unknown);
        lines.push(stranger);
    }
    let day = today(&cabinet).await;
    let compared = by_file(&cabinet.services, day, "day.csv", &file)
        .await
        .unwrap();
    let mut found: Vec<_> = found(&compared)
        .into_iter()
        .map(|(kind, object, what)| (kind, object.to_owned(), what))
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(cabinet.count(OPEN).await, 8);
    // Found again it is the same case; mended it is closed.
    by_file(&cabinet.services, day, "day.csv", &file)
        .await
        .unwrap();
    let all = "select count(*) from billing.reconciliation_case";
    assert_eq!(cabinet.count(all).await, 8);
    let good = registry(&cabinet);
    by_file(&cabinet.services, day, "day.csv", &good)
        .await
        .unwrap();
    assert_eq!(
        (cabinet.count(OPEN).await, cabinet.count(all).await),
        (0, 8)
    );
    // Nothing was corrected by itself.
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_comes_late_is_a_case_until_it_is_posted(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    let started = cabinet.top_up(&actor, "100", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    // Paid there, and nobody has told us.
    let compared = lists(&cabinet).await;
    assert_eq!(
        found(&compared),
        [(Kind::Payment, object.as_str(), What::NotPosted)]
    );
    assert_eq!(cabinet.count(OPEN).await, 1);
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    assert!(lists(&cabinet).await.differences.is_empty());
    assert_eq!(cabinet.count(OPEN).await, 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn money_given_back_by_hand_is_found(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    let started = cabinet.top_up(&actor, "100", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let id = cabinet
        .given_back_by_hand(&object, Money::from_roubles(40))
        .await;
    // Its notification finds nothing of ours and changes nothing.
    let told = serde_json::json!({"type": "notification", "event": "refund.succeeded", "object": {"id": id}});
    webhooks::receive(&cabinet.services, &told, None)
        .await
        .unwrap();
    cabinet.jobs().await;
    let compared = lists(&cabinet).await;
    assert_eq!(
        found(&compared),
        [(Kind::Refund, id.as_str(), What::Unknown)]
    );
    assert_eq!(
        compared.differences[0].theirs,
        Some(Money::from_roubles(40))
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn midnight_there_divides_the_days(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    // Taken in the last second before midnight there, by the acquirer's clock; posted by us the day after.
    let seconds: i64 = sqlx::query_scalar(
        "select extract(epoch from date_trunc('day', now() at time zone 'Europe/Moscow')
             at time zone 'Europe/Moscow' - now())::bigint - 1",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    let started = cabinet.top_up(&actor, "100", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet
        .acquirer
        .set_offset(chrono::Duration::seconds(seconds))
        .unwrap();
    cabinet.acquirer.complete(&object).unwrap();
    cabinet
        .acquirer
        .set_offset(chrono::Duration::zero())
        .unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let day = today(&cabinet).await;
    let before = by_lists(&cabinet.services, day.plus_days(-1))
        .await
        .unwrap();
    assert_eq!((before.counted.payments, before.differences.len()), (1, 0));
    let after = lists(&cabinet).await;
    assert_eq!((after.counted.payments, after.differences.len()), (0, 0));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refund_that_is_under_way_keeps_its_day_open(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    cabinet.acquirer.set_refunds(sandbox::RefundPlan::Hold);
    refunded(&cabinet, &actor, "60").await;
    let day = today(&cabinet).await;
    let compared = lists(&cabinet).await;
    assert_eq!((compared.counted.open, compared.differences.len()), (1, 0));
    // Five days later it is made: its day is compared once more, and agrees; so does a file of the later day.
    let late = 5 * 86_400 + 12 * 3600;
    cabinet.shift(late).await;
    cabinet
        .acquirer
        .set_offset(chrono::Duration::seconds(late))
        .unwrap();
    cabinet.acquirer.set_refunds(sandbox::RefundPlan::Succeed);
    services::upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    let moscow = yesterday(&cabinet.services).await.unwrap().plus_days(1);
    let file = Registry {
        payments: None,
        ..registry(&cabinet)
    };
    let by_file = by_file(&cabinet.services, moscow, "late.csv", &file)
        .await
        .unwrap();
    assert_eq!((by_file.counted.refunds, by_file.differences.len()), (1, 0));
    let again = by_lists(&cabinet.services, day).await.unwrap();
    assert_eq!(
        (
            again.counted.open,
            again.counted.refunds,
            again.differences.len()
        ),
        (0, 1, 0)
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_comparison_closes_its_own_cases(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    refunded(&cabinet, &actor, "60").await;
    let (good, day) = (registry(&cabinet), today(&cabinet).await);
    let empty = Registry {
        payments: Some(Vec::new()),
        refunds: Some(Vec::new()),
        ..good.clone()
    };
    let compare = async |name: &str, file: &Registry| {
        by_file(&cabinet.services, day, name, file).await.unwrap();
        cabinet.count(OPEN).await
    };
    assert_eq!(compare("a.csv", &empty).await, 2);
    assert_eq!(compare("b.csv", &empty).await, 4);
    // What a file says nothing about stays open.
    let payments = Registry {
        refunds: None,
        ..good.clone()
    };
    assert_eq!(compare("a.csv", &payments).await, 3);
    assert_eq!(compare("a.csv", &good).await, 2);
    assert_eq!(compare("b.csv", &good).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn long_lists_come_in_parts_and_a_busy_acquirer_is_waited_for(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let started = cabinet.top_up(&actor, "500", "form-0002").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    // A hundred and five of somebody else's making, each unknown.
    for n in 0..105 {
        cabinet
            .given_back_with(&object, Money::from_roubles(1), &format!("by-hand-{n}"))
            .await;
    }
    for kind in [sandbox::Endpoint::List, sandbox::Endpoint::ListRefunds] {
        cabinet.acquirer.add_fault(sandbox::FaultRule::once(
            kind,
            sandbox::Fault::TooManyRequests {
                retry_after_ms: 1_000,
            },
        ));
    }
    let compared = lists(&cabinet).await;
    assert_eq!(
        (compared.counted.payments, compared.counted.refunds),
        (2, 105)
    );
    assert_eq!(compared.differences.len(), 105);
    assert!(
        compared
            .differences
            .iter()
            .all(|one| one.what == What::Unknown)
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_morning_three_days_are_compared_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(CALM).await;
    cabinet.paid(&actor, "100", "form-0001").await;
    let hour = async |hour: i64| {
        let (mut tx, _) = cabinet.services.db.begin().await.unwrap();
        let seconds: i64 = sqlx::query_scalar(
            "select extract(epoch from (date_trunc('day', now() at time zone 'Europe/Moscow')
                 + make_interval(days => 1, hours => $1::int)) at time zone 'Europe/Moscow' - now())::bigint",
        )
        .bind(i32::try_from(hour).unwrap())
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        drop(tx);
        cabinet.shift(seconds).await;
        let at = chrono::Duration::seconds(seconds);
        cabinet.acquirer.set_offset(at).unwrap();
    };
    let runs = "select count(*) from billing.reconciliation where source = 'lists'";
    hour(5).await;
    find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.count(runs).await, 0, "too early");
    hour(7).await;
    for _ in 0..2 {
        find_due(&cabinet.services).await.unwrap();
        cabinet.jobs().await;
    }
    assert_eq!(cabinet.count(runs).await, 3);
    let yesterday = "select coalesce(sum(payments), 0)::bigint from billing.reconciliation";
    assert_eq!(cabinet.count(yesterday).await, 1);
    assert_eq!(cabinet.count(OPEN).await, 0);
    let waiting = "select count(*) from graphile_worker._private_jobs where key like 'reconcile:%'";
    find_due(&cabinet.services).await.unwrap();
    assert_eq!(cabinet.count(waiting).await, 0, "nothing is left for today");
    // Five days without a worker are made good, and nothing older.
    hour(7 + 5 * 24).await;
    find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.count(runs).await, 8);
    // The acquirer away: nothing is written down, and it is tried again.
    hour(7 + 6 * 24).await;
    cabinet.acquirer.add_fault(sandbox::FaultRule {
        endpoint: sandbox::Endpoint::List,
        fault: sandbox::Fault::ServerError {
            when: sandbox::When::BeforeCommit,
        },
        times: None,
    });
    find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(cabinet.count(runs).await, 8);
    assert!(cabinet.count(waiting).await > 0);
}
