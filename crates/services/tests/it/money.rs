//! Paying: what it leads to, and one credit for it.

use crate::support::{cabinet, problem};
use domain::Money;
use domain::form::Problem;
use domain::operation::OperationKind;
use domain::overview::HomeState;
use domain::payment::{AccessProgress, CancelReason, PaymentState};
use domain::receipt::ReceiptKind;
use domain::spending::{Asked, Direction};
use domain::statement::Span;
use sandbox::Reason;
use services::payments::{list, view};
use services::{ServiceError, expenses, home, upkeep};
use sqlx::PgPool;

const SUSPENDED: &str = "suspended, 140";

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn paying_restores_television_in_one_transaction(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let before = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(
        matches!(before.state, HomeState::Suspended { missing, .. } if missing == Money::from_roubles(140))
    );
    let payment = cabinet.paid(&actor, "140", "form-0001").await;
    assert_eq!(payment.state, PaymentState::Succeeded);
    assert_eq!(
        (payment.balance, payment.served, payment.access),
        (Money::ZERO, true, AccessProgress::Queued)
    );
    let after = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(
        matches!(
            after.state,
            HomeState::Active {
                days_left: 28..=31,
                ..
            }
        ),
        "{:?}",
        after.state
    );
    // Everything of one event carries one moment: it was one transaction.
    let moments = "with p as (select * from billing.payment where form_key = 'form-0001')
        select count(distinct t) from (
        select credited_at as t from p
        union all (select o.posted_at from ledger.op o join p using (subscriber_id)
            order by o.posted_at desc limit 2)
        union all select i.changed_at from billing.entitlement_intent i join p using (subscriber_id)
            where i.want = 'on'
        union all (select r.created_at from billing.receipt r join p using (subscriber_id)
            order by r.created_at desc limit 1)
        union all (select m.created_at from inbox.message m join p using (subscriber_id)
            order by m.created_at desc limit 1)) x";
    assert_eq!(cabinet.count(moments).await, 1);
    assert_eq!(
        cabinet
            .count("select count(*) from billing.receipt where total_kop = 14000")
            .await,
        1
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn too_little_is_credited_and_changes_nothing_else(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let payment = cabinet.paid(&actor, "139,99", "form-0001").await;
    assert_eq!(
        (payment.state, payment.served),
        (PaymentState::Succeeded, false)
    );
    assert_eq!(payment.balance, Money::from_kopecks(39_899));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_top_up_repays_the_promise_first(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("promised").await;
    let part = cabinet.paid(&actor, "100", "form-0001").await;
    assert_eq!(part.balance, Money::ZERO);
    cabinet.check().await;
    let rest = cabinet.paid(&actor, "50", "form-0002").await;
    assert_eq!(rest.balance, Money::from_roubles(10));
    assert_eq!(
        cabinet
            .count("select count(*) from billing.promise where state = 'repaid'")
            .await,
        1
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_form_is_one_payment_however_often_it_is_sent(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let tries = (0..10).map(|_| cabinet.top_up(&actor, "140", "form-0001"));
    let results = futures_util::future::join_all(tries).await;
    let ids: std::collections::BTreeSet<_> =
        results.into_iter().map(|r| r.unwrap().payment).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(cabinet.acquirer.payments().len(), 1);
    // Another tab has a form of its own.
    cabinet.top_up(&actor, "140", "form-0002").await.unwrap();
    assert_eq!(cabinet.acquirer.payments().len(), 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_card_takes_no_money_and_says_why(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet
        .acquirer
        .decline(&object, Reason::InsufficientFunds)
        .unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let found = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(
        (found.state, found.reason),
        (
            PaymentState::Canceled,
            Some(CancelReason::InsufficientFunds)
        )
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sums_out_of_limits_never_reach_the_acquirer(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    for sum in ["0", "-5", "9,99", "15000,01", "1000000000000"] {
        let answer = problem(cabinet.top_up(&actor, sum, "form-0001").await);
        assert!(
            matches!(answer, Problem::AmountRange { .. }),
            "{sum}: {answer:?}"
        );
    }
    assert_eq!(
        problem(cabinet.top_up(&actor, "сто", "form-0001").await),
        Problem::AmountMalformed
    );
    assert_eq!(
        problem(cabinet.top_up(&actor, "", "form-0001").await),
        Problem::AmountEmpty
    );
    assert!(cabinet.acquirer.payments().is_empty());
    // The same form goes through once the sum is right.
    assert!(cabinet.top_up(&actor, "390,50", "form-0001").await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn somebody_elses_payment_does_not_exist(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (owner, other) = (
        cabinet.person(SUSPENDED).await,
        cabinet.person("two days").await,
    );
    let started = cabinet.top_up(&owner, "140", "form-0001").await.unwrap();
    assert!(matches!(
        view(&cabinet.services, &other, started.payment).await,
        Err(ServiceError::NotFound)
    ));
    assert!(matches!(
        services::payments::refresh(&cabinet.services, &other, started.payment).await,
        Err(ServiceError::NotFound)
    ));
    let own = list(&cabinet.services, &other).await.unwrap();
    assert!(own.iter().all(|payment| payment.id != started.payment));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_period_ends_is_charged_or_suspends_and_comes_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("three weeks").await;
    let day = 24 * 3600;
    // 1 250 ₽ carry three more periods of 399 ₽; every tick is doubled.
    for days in [24, 55, 86, 117] {
        cabinet.shift(days * day).await;
        for _ in 0..2 {
            upkeep::find_due(&cabinet.services).await.unwrap();
            cabinet.jobs().await;
        }
    }
    let actor = cabinet
        .sign_in("020723406967", services::demo::PASSWORD)
        .await
        .unwrap_or(actor);
    let state = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap()
        .state;
    assert!(
        matches!(state, HomeState::Suspended { missing, .. } if missing == Money::from_roubles(346)),
        "{state:?}"
    );
    let charges = "select count(*) from billing.charge c join billing.subscriber s using (subscriber_id) where s.contract = '2041008755'";
    assert_eq!(cabinet.count(charges).await, 5);
    assert_eq!(cabinet.count("select count(*) from billing.subscription_hold h join billing.subscriber s using (subscriber_id) where s.contract = '2041008755' and reason = 'debt'").await, 1);
    cabinet.check().await;
    let payment = cabinet.paid(&actor, "346", "form-0001").await;
    assert!(payment.served && payment.balance.is_zero());
    cabinet.check().await;
}

/// A form that the browser has kept may be sent with another sum, or after a refusal.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_kept_form_pays_what_it_says_now(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let first = cabinet.top_up(&actor, "500", "form-0001").await.unwrap();
    let other = cabinet.top_up(&actor, "1500", "form-0001").await.unwrap();
    assert_ne!(first.payment, other.payment);
    let sums: Vec<_> = list(&cabinet.services, &actor)
        .await
        .unwrap()
        .iter()
        .map(|payment| payment.amount)
        .take(2)
        .collect();
    assert_eq!(sums, [Money::from_roubles(1500), Money::from_roubles(500)]);
    // Each of them is still one payment.
    for (sum, payment) in [("500", first.payment), ("1500", other.payment)] {
        assert_eq!(
            cabinet
                .top_up(&actor, sum, "form-0001")
                .await
                .unwrap()
                .payment,
            payment
        );
    }
    let object = cabinet.object(&first).await;
    cabinet
        .acquirer
        .decline(&object, Reason::InsufficientFunds)
        .unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let again = cabinet.top_up(&actor, "500", "form-0001").await.unwrap();
    assert_ne!(again.payment, first.payment);
    assert!(again.confirmation_url.is_some());
    cabinet.check().await;
}

/// The period was over and the top-up does not carry another one: both are told.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_suspension_found_by_a_top_up_is_told(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("two days").await;
    cabinet.shift(5 * 24 * 3600).await;
    let actor = cabinet
        .sign_in("020723411002", services::demo::PASSWORD)
        .await
        .unwrap_or(actor);
    let payment = cabinet.paid(&actor, "10", "form-0001").await;
    assert!(!payment.served);
    let inbox = services::messages::list(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    let titles: Vec<_> = inbox
        .messages
        .iter()
        .take(2)
        .map(|message| message.title.as_str())
        .collect();
    assert!(
        titles
            .iter()
            .any(|title| title.starts_with("Телевидение приостановлено")),
        "{titles:?}"
    );
    assert!(
        titles.iter().any(|title| title.starts_with("Зачислено")),
        "{titles:?}"
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_statement_adds_up_to_the_ledger_for_any_days(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("did not pay a promised payment back").await;
    services::upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let today = expenses::today(&cabinet.services, &actor).await.unwrap();
    let statement = async |from: i32, to: i32| {
        let span = Span {
            from: today.plus_days(from),
            to: today.plus_days(to),
        };
        expenses::statement(&cabinet.services, &actor, span)
            .await
            .unwrap()
    };
    let whole = statement(-60, 0).await;
    assert_eq!(whole.opening, Money::ZERO);
    let page = expenses::page(&cabinet.services, &actor, Asked::default())
        .await
        .unwrap();
    assert_eq!(whole.closing, page.rows[0].balance);
    assert_eq!(whole.rows.len(), page.rows.len());
    // Wherever it is cut, the parts make the whole.
    for cut in -59..=0 {
        let (before, after) = (statement(-60, cut - 1).await, statement(cut, 0).await);
        assert_eq!(before.closing, after.opening, "{cut}");
        assert_eq!(before.rows.len() + after.rows.len(), whole.rows.len());
    }
    // A change whose transaction began earlier and waited for the wallet carries the earlier moment.
    let mut tx = cabinet.pool.begin().await.unwrap();
    sqlx::query("set local session_replication_role = replica")
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query(
        "update ledger.posting set posted_at = posted_at - interval '2 days'
         where subscriber_id = $1 and wallet_version = (
             select version from ledger.wallet where subscriber_id = $1)",
    )
    .bind(actor.viewer.as_ref().unwrap().subscriber.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    for cut in -3..=0 {
        let (before, after) = (statement(-60, cut - 1).await, statement(cut, 0).await);
        assert_eq!(before.closing, after.opening, "{cut}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_chart_says_what_the_ledger_says(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("paid for three weeks").await;
    cabinet.paid(&actor, "500", "form-0001").await;
    let page = async |asked| {
        expenses::page(&cabinet.services, &actor, asked)
            .await
            .unwrap()
    };
    let whole = page(Asked::default()).await;
    assert_eq!(whole.spending.months.len(), 12);
    let mut shown = 0;
    for sum in &whole.spending.months {
        let asked = |direction| Asked {
            month: Some(sum.month),
            direction,
            before: None,
        };
        let all = page(asked(Direction::Both)).await.rows;
        let services = all.iter().filter(|row| {
            matches!(
                row.kind,
                OperationKind::Charge | OperationKind::PromiseFee | OperationKind::DaysReturned
            )
        });
        let spent: Money = services.map(|row| row.amount).sum();
        assert_eq!(
            spent.kopecks(),
            -sum.total().kopecks(),
            "{:?} of the chart",
            sum.month
        );
        let (came, went) = (
            page(asked(Direction::In)).await.rows,
            page(asked(Direction::Out)).await.rows,
        );
        assert!(came.iter().all(|row| row.amount.is_positive()));
        assert!(went.iter().all(|row| !row.amount.is_positive()));
        assert_eq!(came.len() + went.len(), all.len());
        shown += all.len();
    }
    assert_eq!(shown, whole.rows.len(), "every operation is in a month");
    assert!(whole.spending.largest().is_positive());
    // The same filter without a month.
    let spent = page(Asked {
        direction: Direction::Out,
        ..Asked::default()
    })
    .await;
    assert!(!spent.rows.is_empty() && spent.rows.iter().all(|row| !row.amount.is_positive()));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_month_begins_where_the_subscriber_lives(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("Kamchatka").await;
    cabinet.paid(&actor, "500", "form-0001").await;
    // Half past midnight there on the first of the month: the day before in Moscow.
    let mut tx = cabinet.pool.begin().await.unwrap();
    sqlx::query("set local session_replication_role = replica")
        .execute(&mut *tx)
        .await
        .unwrap();
    let moved = sqlx::query(
        "update ledger.posting p
         set posted_at = date_trunc('month', app.now() at time zone 'Asia/Kamchatka')
             at time zone 'Asia/Kamchatka' + interval '30 minutes'
         from ledger.op o
         where o.subscriber_id = p.subscriber_id and o.op_id = p.op_id and o.kind = 'charge'
           and p.subscriber_id = $1",
    )
    .bind(actor.viewer.clone().unwrap().subscriber.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved.rows_affected(), 1);
    let page = expenses::page(&cabinet.services, &actor, Asked::default())
        .await
        .unwrap();
    let this = page.spending.months.last().unwrap();
    let yearly = "select amount_kop from billing.charge where upper(period) - lower(period) > 300";
    assert_eq!(
        this.total().kopecks(),
        cabinet.count(yearly).await,
        "{this:?}"
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_operation_says_what_it_was_for(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    cabinet.paid(&actor, "140", "form-0001").await;
    let list = expenses::page(&cabinet.services, &actor, Asked::default())
        .await
        .unwrap();
    let charge = &list.rows[0];
    let shown = expenses::one(&cabinet.services, &actor, charge.op)
        .await
        .unwrap();
    assert_eq!(shown.rows, std::slice::from_ref(charge));
    let period = shown.period.unwrap();
    assert_eq!(period.from, list.today, "paid on the day it is");
    assert!(period.to > period.from);
    let kinds: Vec<_> = shown.receipts.iter().map(|(_, kind, _)| *kind).collect();
    assert_eq!(kinds, [ReceiptKind::Offset]);
    let money = expenses::one(&cabinet.services, &actor, list.rows[1].op)
        .await
        .unwrap();
    assert_eq!((money.rows.len(), money.period), (1, None));
    assert_eq!(money.receipts.len(), 1);
    let other = cabinet.person("two days").await;
    assert!(matches!(
        expenses::one(&cabinet.services, &other, charge.op).await,
        Err(ServiceError::NotFound)
    ));
}
