//! What comes of a month: told, charged, tried again, skipped.

use super::*;

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
    let history = async || {
        let page = autopay::page(&cabinet.services, &actor).await.unwrap();
        page.history[0].state
    };
    assert_eq!(history().await, RunState::Failed);
    // The bank takes the money after all: it is credited, and the month was paid.
    let object: String = sqlx::query_scalar(
        "select gateway_payment_id from billing.payment where purpose = 'autopay'",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    cabinet.acquirer.complete_late(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    assert_eq!(charges(&cabinet, &actor).await[0].1, "succeeded");
    assert_eq!(history().await, RunState::Succeeded);
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
