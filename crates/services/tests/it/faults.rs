//! Paying when something goes wrong between us and the acquirer: one credit, or none and in sight.

use crate::support::{cabinet, cabinet_with};
use domain::Money;
use domain::overview::HomeState;
use domain::payment::{CancelReason, PaymentState};
use gateways::acquirer::AcquirerError;
use sandbox::{Endpoint, Fault, FaultRule, Reason, When};
use services::payments::{list, view};
use services::{home, payment_flow, upkeep};
use sqlx::PgPool;
use std::time::Duration;

const SUSPENDED: &str = "suspended, 140";

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_acquirer_that_is_down_ends_the_payment_at_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let gateway = gateways::yookassa::YooKassa::new(gateways::yookassa::Config {
        base_url: "http://127.0.0.1:1/v3".into(),
        shop_id: "1".into(),
        secret_key: "x".to_owned().into(),
        timeout: Duration::from_secs(2),
    })
    .unwrap();
    let gateway = std::sync::Arc::new(gateway);
    let down = services::Services::new(
        storage::Db::from_pool(cabinet.pool.clone()),
        services::Neighbours {
            acquirer: gateway.clone(),
            fiscal: gateway,
            mail: std::sync::Arc::new(cabinet.mailbox.clone()),
            sms: None,
        },
        services::Settings::default(),
    );
    let command = services::payments::StartTopUp {
        sum: "140".into(),
        amount: String::new(),
        key: "form-0001".into(),
        receipt_email: String::new(),
        ..services::payments::StartTopUp::default()
    };
    let started = crate::support::start(&down, &actor, command).await.unwrap();
    let found = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(
        (found.state, found.reason),
        (PaymentState::Canceled, Some(CancelReason::BankUnavailable))
    );
    assert!(cabinet.acquirer_port > 0);
    cabinet.check().await;
}

/// Whatever happens to the answer of the create call, the same payment is found again by its key.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_lost_answer_is_found_again_by_the_same_key(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(800)).await;
    let actor = cabinet.person(SUSPENDED).await;
    let viewer = actor.viewer.clone().unwrap();
    let faults = [
        Fault::Drop {
            when: When::AfterCommit,
        },
        Fault::Drop {
            when: When::BeforeCommit,
        },
        Fault::ServerError {
            when: When::AfterCommit,
        },
        Fault::ServerError {
            when: When::BeforeCommit,
        },
        Fault::Hold {
            when: When::AfterCommit,
        },
        Fault::Delay {
            when: When::AfterCommit,
            ms: 2_000,
        },
        Fault::Delay {
            when: When::BeforeCommit,
            ms: 2_000,
        },
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        cabinet
            .acquirer
            .add_fault(FaultRule::once(Endpoint::Create, fault));
        let started = cabinet
            .top_up(&actor, "100", &format!("form-{index:04}"))
            .await
            .unwrap();
        assert_eq!(started.confirmation_url, None, "{fault:?}");
        let unknown = view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap();
        assert_eq!(unknown.state, PaymentState::Unknown, "{fault:?}");
        tokio::time::sleep(Duration::from_millis(
            if matches!(fault, Fault::Delay { .. }) {
                2_200
            } else {
                0
            },
        ))
        .await;
        let state = payment_flow::check(&cabinet.services, viewer.subscriber, started.payment)
            .await
            .unwrap();
        assert_eq!(state, PaymentState::Pending, "{fault:?}");
        let again = view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap();
        assert!(
            again.confirmation_url.is_some(),
            "the payer can still go there"
        );
        assert_eq!(
            cabinet.acquirer.payments().len(),
            index + 1,
            "one payment each: {fault:?}"
        );
        cabinet
            .acquirer
            .complete(&cabinet.object(&started).await)
            .unwrap();
        let state = payment_flow::check(&cabinet.services, viewer.subscriber, started.payment)
            .await
            .unwrap();
        assert_eq!(state, PaymentState::Succeeded, "{fault:?}");
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_unanswered_call_is_not_repeated_after_the_key_is_forgotten(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(500)).await;
    let actor = cabinet.person(SUSPENDED).await;
    let viewer = actor.viewer.clone().unwrap();
    cabinet.acquirer.add_fault(FaultRule {
        endpoint: Endpoint::Create,
        fault: Fault::Drop {
            when: When::BeforeCommit,
        },
        times: None,
    });
    let started = cabinet.top_up(&actor, "100", "form-0001").await.unwrap();
    cabinet.acquirer.clear_faults();
    cabinet.shift(23 * 3600 + 60).await;
    let state = payment_flow::check(&cabinet.services, viewer.subscriber, started.payment)
        .await
        .unwrap();
    assert_eq!(state, PaymentState::Abandoned);
    assert_eq!(cabinet.acquirer.payments().len(), 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn paid_before_the_answer_of_the_create_call(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::PayBeforeAnswer { reason: None },
    ));
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    cabinet.notify(&cabinet.object(&started).await).await;
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Succeeded
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_sum_unlike_ours_is_put_aside(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = gateways::acquirer::GatewayPayment {
        saved: None,
        id: cabinet.object(&started).await,
        status: domain::payment::GatewayStatus::Succeeded,
        amount: Some(Money::from_roubles(14)),
        payment_id: Some(started.payment.to_string()),
        subscriber_id: None,
        confirmation_url: None,
        card_last4: None,
        receipt: gateways::acquirer::ReceiptTaken::No,
        captured_at: None,
    };
    let viewer = actor.viewer.clone().unwrap();
    payment_flow::record(
        &cabinet.services,
        viewer.subscriber,
        started.payment,
        payment_flow::Call::Get,
        Ok(object),
    )
    .await
    .unwrap();
    let after = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap();
    assert!(
        matches!(after.state, HomeState::Suspended { .. }),
        "nothing was credited"
    );
    assert_eq!(
        cabinet
            .count("select count(*) from ledger.posting where cr_code = 2910 and amount_kop = 1400")
            .await,
        1
    );
    cabinet.check().await;
}

/// The bank took the money after all: it is credited, once, and the invariants hold.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_success_after_the_cancellation_is_credited(pool: PgPool) {
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
    let refused = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(refused.reason, Some(CancelReason::InsufficientFunds));
    cabinet.acquirer.complete_late(&object).unwrap();
    for _ in 0..3 {
        cabinet.notify(&object).await;
        cabinet.jobs().await;
    }
    let late = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!((late.state, late.reason), (PaymentState::Succeeded, None));
    assert!(late.served);
    assert_eq!(
        cabinet
            .count("select count(*) from ledger.op where actor = 'acquirer' and kind = 'top_up'")
            .await,
        1
    );
    cabinet.check().await;
}

/// The answer of the create call never came, but the payer paid: the notification alone is enough.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_notification_finds_a_payment_whose_answer_was_lost(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::ServerError {
            when: When::AfterCommit,
        },
    ));
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let made = cabinet.acquirer.payments();
    let object = made[0]["id"].as_str().unwrap().to_owned();
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let found = view(&cabinet.services, &actor, started.payment)
        .await
        .unwrap();
    assert_eq!(found.state, PaymentState::Succeeded);
    assert_eq!(cabinet.object(&started).await, object);
    cabinet.check().await;
}

/// A refusal of a repeated call says nothing about the first one: the payment stays open.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_repetition_does_not_end_a_payment(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let viewer = actor.viewer.clone().unwrap();
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::ServerError {
            when: When::AfterCommit,
        },
    ));
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let refused = AcquirerError::Refused {
        status: 401,
        code: "invalid_credentials".into(),
        description: String::new(),
    };
    let state = payment_flow::record(
        &cabinet.services,
        viewer.subscriber,
        started.payment,
        payment_flow::Call::RepeatedCreate,
        Err(refused),
    )
    .await
    .unwrap();
    assert_eq!(state, PaymentState::Unknown);
    let state = payment_flow::check(&cabinet.services, viewer.subscriber, started.payment)
        .await
        .unwrap();
    assert_eq!(state, PaymentState::Pending);
}

/// The first call hangs, a repeated one makes the payment, and then the first one is refused: the
/// payment the payer may be paying right now stays open.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_late_refusal_of_the_first_call_ends_nothing(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    for error in [
        AcquirerError::NotSent("timed out".into()),
        AcquirerError::NotFound,
        AcquirerError::Refused {
            status: 403,
            code: "forbidden".into(),
            description: String::new(),
        },
    ] {
        let state = payment_flow::record(
            &cabinet.services,
            subscriber,
            started.payment,
            payment_flow::Call::FirstCreate,
            Err(error),
        )
        .await
        .unwrap();
        assert_eq!(state, PaymentState::Pending);
    }
}

/// While the first call may be under way, nobody sends a second one beside it.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_call_under_way_is_not_repeated_beside_it(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_secs(3)).await;
    let actor = cabinet.person(SUSPENDED).await;
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::Create,
        Fault::Delay {
            when: When::BeforeCommit,
            ms: 1_500,
        },
    ));
    let paying = cabinet.top_up(&actor, "140", "form-0001");
    let asking = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let payment = list(&cabinet.services, &actor).await.unwrap()[0].id;
        payment_flow::check(&cabinet.services, subscriber, payment)
            .await
            .unwrap()
    };
    let (started, asked) = tokio::join!(paying, asking);
    assert_eq!(asked, PaymentState::Submitting);
    assert!(started.unwrap().confirmation_url.is_some());
    assert_eq!(cabinet.acquirer.payments().len(), 1);
}

/// Money is credited even when what it should pay for cannot be charged.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_charge_that_fails_does_not_hold_money_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("two days").await;
    // A period that was charged already seems to be due: the database refuses a second charge.
    sqlx::query("update billing.subscription s set paid_through = period_from + 1,
            period_from = period_from - 10, next_charge_at = now() - interval '1 day'
        from billing.subscriber b where b.subscriber_id = s.subscriber_id and b.contract = '2041008763'")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    let before = home::load(&cabinet.services, &actor, domain::Lang::Ru)
        .await
        .unwrap()
        .balance;
    let payment = cabinet.paid(&actor, "500", "form-0001").await;
    assert_eq!(payment.state, PaymentState::Succeeded);
    assert_eq!(
        payment.balance.kopecks(),
        before.kopecks() + Money::from_roubles(500).kopecks()
    );
    assert_eq!(
        cabinet
            .count("select count(*) from graphile_worker.jobs where key like 'settle:%'")
            .await,
        1,
        "somebody tries again"
    );
}

/// A job that gave up does not stand in the way for ever.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn work_that_gave_up_begins_anew_once_it_is_due(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.shift(60).await;
    upkeep::find_due(&cabinet.services).await.unwrap();
    sqlx::query("update graphile_worker._private_jobs set attempts = max_attempts")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Pending
    );
    upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
    assert_eq!(
        view(&cabinet.services, &actor, started.payment)
            .await
            .unwrap()
            .state,
        PaymentState::Succeeded
    );
    cabinet.check().await;
}

/// A second object of the acquirer for one payment is money all the same: it is put aside, once.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_second_object_for_one_payment_is_put_aside(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let second = |amount| gateways::acquirer::GatewayPayment {
        saved: None,
        id: "2a1-second".into(),
        status: domain::payment::GatewayStatus::Succeeded,
        amount,
        payment_id: Some(started.payment.to_string()),
        subscriber_id: Some(subscriber.to_string()),
        confirmation_url: None,
        card_last4: None,
        receipt: gateways::acquirer::ReceiptTaken::No,
        captured_at: None,
    };
    let call = payment_flow::Call::Get;
    for amount in [
        Some(Money::from_roubles(140)),
        Some(Money::from_roubles(140)),
        None,
    ] {
        payment_flow::record(
            &cabinet.services,
            subscriber,
            started.payment,
            call,
            Ok(second(amount)),
        )
        .await
        .unwrap();
    }
    assert_eq!(
        cabinet
            .count(
                "select count(*) from ledger.posting where cr_code = 2910 and amount_kop = 14000"
            )
            .await,
        1
    );
    cabinet.check().await;
}

/// A success whose sum is not one in roubles is not turned into a sum of ours.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_success_without_a_sum_waits_for_people(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let foreign = gateways::acquirer::GatewayPayment {
        saved: None,
        id: cabinet.object(&started).await,
        status: domain::payment::GatewayStatus::Succeeded,
        amount: None,
        payment_id: Some(started.payment.to_string()),
        subscriber_id: None,
        confirmation_url: None,
        card_last4: None,
        receipt: gateways::acquirer::ReceiptTaken::No,
        captured_at: None,
    };
    let state = payment_flow::record(
        &cabinet.services,
        subscriber,
        started.payment,
        payment_flow::Call::Get,
        Ok(foreign),
    )
    .await
    .unwrap();
    assert_eq!(state, PaymentState::Pending);
    // It is not asked about every second.
    let due = "select count(*) from billing.payment where form_key = 'form-0001' and next_poll_at > now() + interval '50 minutes'";
    assert_eq!(cabinet.count(due).await, 1);
    cabinet.check().await;
}
