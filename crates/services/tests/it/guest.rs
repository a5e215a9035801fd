//! Paying for a card without signing in.

use crate::support::{Cabinet, browser, cabinet, problem};
use domain::form::Problem;
use domain::payment::PaymentState;
use services::guest::{self, Pay};
use services::payments;
use sqlx::PgPool;

/// Paid for two days more.
const CARD: &str = "0207 2341 1002";

fn pay(sum: &str) -> Pay {
    Pay {
        card: CARD.into(),
        sum: "other".into(),
        amount: sum.into(),
        means: "bank_card".into(),
        receipt_email: "guest@mail.example".into(),
        key: "guest-form-0001".into(),
    }
}

async fn balance(cabinet: &Cabinet) -> i64 {
    sqlx::query_scalar(
        "select w.available_kop from ledger.wallet w join billing.card_number n using (subscriber_id)
         where n.number = '020723411002'",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_stranger_pays_and_learns_nothing(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let stranger = browser("stranger");
    guest::check(services, &stranger, CARD).await.unwrap();
    let form = guest::form(services, CARD).await.unwrap();
    assert!(form.served && form.paid_through.is_some());
    let shown = format!("{form:?}");
    for personal in ["Кузнецов", "2041008763", "Пётр"] {
        assert!(!shown.contains(personal), "{shown}");
    }
    let before = balance(&cabinet).await;
    let started = guest::pay(services, &stranger, pay("123,45"))
        .await
        .unwrap();
    let again = guest::pay(services, &stranger, pay("123,45"))
        .await
        .unwrap();
    assert_eq!(started.payment, again.payment, "one form is one payment");
    assert!(started.confirmation_url.is_some());
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    cabinet.notify(&object).await;
    cabinet.jobs().await;
    let state = payments::public_state(services, &started.return_token)
        .await
        .unwrap();
    assert_eq!(state.state, PaymentState::Succeeded);
    assert_eq!(balance(&cabinet).await - before, 12_345);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_wrong_is_told_and_strangers_use_nothing_up(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let stranger = browser("stranger");
    for (card, expected) in [
        ("", Problem::CardEmpty),
        ("020723400001", Problem::CardUnknown),
        ("020723440000", Problem::CardBlocked),
        ("12.3456.78", Problem::PartnerNumber),
    ] {
        let refused = guest::check(services, &stranger, card).await;
        assert_eq!(problem(refused), expected, "{card}");
    }
    let with = |change: &dyn Fn(&mut Pay)| {
        let mut form = pay("100");
        change(&mut form);
        form
    };
    for (form, expected) in [
        (
            with(&|form| form.receipt_email = String::new()),
            Problem::ReceiptEmailMissing,
        ),
        (
            with(&|form| form.means = uuid::Uuid::now_v7().to_string()),
            Problem::MethodUnavailable,
        ),
    ] {
        let refused = guest::pay(services, &stranger, form).await;
        assert_eq!(problem(refused), expected);
    }
    // A stranger's look-ups come to an end; the owner pays on.
    let mut last = None;
    for _ in 0..70 {
        last = Some(guest::check(services, &stranger, CARD).await);
    }
    let paused = problem(last.unwrap());
    assert!(matches!(paused, Problem::TooManyTries { .. }), "{paused:?}");
    let refused = guest::pay(services, &stranger, pay("100")).await;
    assert!(matches!(problem(refused), Problem::TooManyTries { .. }));
    let owner = cabinet.person("ends in two days").await;
    cabinet.top_up(&owner, "100", "owner-form-1").await.unwrap();
    cabinet.check().await;
}
