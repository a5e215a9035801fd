//! Prepaid cards: their money comes once, guessing is worth nothing, and what cannot be redeemed says why.

use crate::support::{Cabinet, cabinet, problem};
use domain::Money;
use domain::form::Problem;
use domain::voucher::Pin;
use services::demo::{expired_voucher, unsold_voucher, vouchers};
use services::{Actor, ServiceError, voucher};
use sqlx::PgPool;
use std::sync::Arc;

const SUSPENDED: &str = "suspended, 140";
const OTHER: &str = "paid for three weeks";

async fn redeem(cabinet: &Cabinet, actor: &Actor, pin: &Pin) -> Result<String, ServiceError> {
    let contract = contract(cabinet, actor).await;
    voucher::redeem(&cabinet.services, actor, &contract, &pin.grouped()).await
}

/// The number of a person's contract, as the form carries it.
async fn contract(cabinet: &Cabinet, actor: &Actor) -> String {
    match voucher::page(&cabinet.services, actor, None).await {
        Ok(page) => page.contract.as_str().to_owned(),
        Err(_) => String::new(),
    }
}

async fn balance(cabinet: &Cabinet, actor: &Actor) -> i64 {
    let page = voucher::page(&cabinet.services, actor, None).await.unwrap();
    page.balance.kopecks()
}

fn pin(number: usize) -> Pin {
    vouchers().nth(number).unwrap()
}

/// A PIN that no card has.
fn nobodys(number: u64) -> Pin {
    Pin::generate(|| 900_000_000_000_000 + number)
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_prepaid_card_brings_its_face_and_television(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let serial = redeem(&cabinet, &actor, &pin(0)).await.unwrap();
    let page = voucher::page(&cabinet.services, &actor, Some(&serial))
        .await
        .unwrap();
    let done = page.done.unwrap();
    assert_eq!(done.face, Money::from_roubles(500));
    assert!(done.served && done.paid_through.is_some());
    assert_eq!(page.balance, Money::from_roubles(259 + 500 - 399));
    // Sent twice, it is as good as once.
    assert_eq!(redeem(&cabinet, &actor, &pin(0)).await.unwrap(), serial);
    assert_eq!(balance(&cabinet, &actor).await, 36_000);
    cabinet.check().await;
    // Later it says when.
    cabinet.shift(3600).await;
    let again = problem(redeem(&cabinet, &actor, &pin(0)).await);
    assert!(matches!(again, Problem::VoucherYours { .. }), "{again:?}");
    // Nobody else hears more than of a card that is none, and nobody sees another's page of it.
    let other = cabinet.person(OTHER).await;
    assert_eq!(
        problem(redeem(&cabinet, &other, &pin(0)).await),
        Problem::VoucherUnknown { left: 4 }
    );
    let foreign = voucher::page(&cabinet.services, &other, Some(&serial))
        .await
        .unwrap();
    assert_eq!(foreign.done, None);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_thousand_at_once_redeem_it_once(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let (one, two) = (
        cabinet.person(SUSPENDED).await,
        cabinet.person("try the promised payment").await,
    );
    let card = pin(1);
    let tries = (0..1000).map(|n| redeem(&cabinet, if n % 2 == 0 { &one } else { &two }, &card));
    let tries = futures_util::future::join_all(tries).await;
    assert!(tries.iter().any(Result::is_ok));
    for attempt in &tries {
        assert!(
            matches!(
                attempt,
                Ok(_) | Err(ServiceError::Invalid(_) | ServiceError::Unavailable(_))
            ),
            "{attempt:?}"
        );
    }
    let credited = "select count(*) from ledger.op where kind = 'voucher'";
    assert_eq!(cabinet.count(credited).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_cannot_be_redeemed_says_why(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let before = balance(&cabinet, &actor).await;
    let unsold = problem(redeem(&cabinet, &actor, &unsold_voucher()).await);
    assert_eq!(unsold, Problem::VoucherNotActive);
    let late = problem(redeem(&cabinet, &actor, &expired_voucher()).await);
    assert!(matches!(late, Problem::VoucherExpired { .. }), "{late:?}");
    sqlx::query("update billing.voucher set state = 'blocked' where serial = 'DE0000003'")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    // A blocked one reads like one that is none.
    assert_eq!(
        problem(redeem(&cabinet, &actor, &pin(2)).await),
        Problem::VoucherUnknown { left: 4 }
    );
    let own = contract(&cabinet, &actor).await;
    let typed = |text: &'static str| voucher::redeem(&cabinet.services, &actor, &own, text);
    assert_eq!(problem(typed("").await), Problem::PinEmpty);
    assert_eq!(problem(typed("12 34").await), Problem::PinLength { got: 4 });
    assert_eq!(problem(typed("четыре").await), Problem::PinNotDigits);
    assert_eq!(
        problem(typed("4000 0000 0000 0000").await),
        Problem::PinCheckDigit
    );
    assert_eq!(balance(&cabinet, &actor).await, before);
    // A card's last day ends at the subscriber's own midnight.
    sqlx::query(
        "update billing.voucher set valid_until = (app.now() at time zone 'Europe/Moscow')::date
         where serial = 'DE0000004'",
    )
    .execute(&cabinet.pool)
    .await
    .unwrap();
    let midnight: i64 = sqlx::query_scalar(
        "select extract(epoch from date_trunc('day', app.now() at time zone 'Europe/Moscow')
             + interval '1 day' - app.now() at time zone 'Europe/Moscow')::bigint",
    )
    .fetch_one(&cabinet.pool)
    .await
    .unwrap();
    cabinet.shift(midnight + 60).await;
    let late = problem(redeem(&cabinet, &actor, &pin(3)).await);
    assert!(matches!(late, Problem::VoucherExpired { .. }), "{late:?}");
    cabinet.shift(midnight - 60).await;
    redeem(&cabinet, &actor, &pin(3)).await.unwrap();
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn guessing_pauses_and_a_slip_of_the_finger_does_not_count(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let own = contract(&cabinet, &actor).await;
    for _ in 0..20 {
        let slip = voucher::redeem(&cabinet.services, &actor, &own, "4000 0000 0000 0000").await;
        assert_eq!(problem(slip), Problem::PinCheckDigit);
    }
    // A real card between the guesses is none.
    for (number, left) in [(1, 4), (2, 3), (3, 2)] {
        assert_eq!(
            problem(redeem(&cabinet, &actor, &nobodys(number)).await),
            Problem::VoucherUnknown { left }
        );
    }
    redeem(&cabinet, &actor, &pin(4)).await.unwrap();
    assert_eq!(
        problem(redeem(&cabinet, &actor, &nobodys(4)).await),
        Problem::VoucherUnknown { left: 1 }
    );
    assert_eq!(
        problem(redeem(&cabinet, &actor, &nobodys(5)).await),
        Problem::VoucherUnknown { left: 0 }
    );
    // An hour, also for the right one, and also for whoever was quick.
    for _ in 0..3 {
        let paused = problem(redeem(&cabinet, &actor, &pin(5)).await);
        assert!(
            matches!(paused, Problem::TooManyTries { minutes: 55..=60 }),
            "{paused:?}"
        );
    }
    cabinet.shift(20 * 60).await;
    assert!(redeem(&cabinet, &actor, &pin(5)).await.is_err());
    cabinet.shift(61 * 60).await;
    redeem(&cabinet, &actor, &pin(5)).await.unwrap();
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_hundred_guesses_at_once_are_five(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let pins: Vec<Pin> = (0..100).map(nobodys).collect();
    let guesses = pins.iter().map(|pin| redeem(&cabinet, &actor, pin));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers
        .into_iter()
        .filter(|answer| {
            matches!(answer, Err(ServiceError::Invalid(errors))
                if matches!(errors[0].problem, Problem::VoucherUnknown { .. }))
        })
        .count();
    assert_eq!(looked_at, 5);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_address_may_guess_only_so_often(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.voucher.tries_per_address = 6;
    for (person, expected) in [(SUSPENDED, 5), (OTHER, 1)] {
        let actor = cabinet.person(person).await;
        let mut looked_at = 0;
        for number in 0..5 {
            let answer = problem(redeem(&cabinet, &actor, &nobodys(number)).await);
            looked_at += i32::from(matches!(answer, Problem::VoucherUnknown { .. }));
        }
        assert_eq!(looked_at, expected, "{person}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_prepaid_card_repays_a_promised_payment_first(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("promised payment open").await;
    redeem(&cabinet, &actor, &pin(6)).await.unwrap();
    assert_eq!(balance(&cabinet, &actor).await, 36_000);
    let repaid =
        "select count(*) from billing.promise where state = 'repaid' and amount_kop = 14000";
    assert_eq!(cabinet.count(repaid).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_old_key_still_opens_its_cards_and_without_keys_none_are_taken(pool: PgPool) {
    let mut cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let raw: [u8; 32] = std::array::from_fn(|at| at as u8 + 7);
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.voucher_keys = voucher::Keys::new([[9; 32], raw]);
    redeem(&cabinet, &actor, &pin(7)).await.unwrap();
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.voucher_keys = voucher::Keys::new([[9; 32]]);
    assert!(matches!(
        problem(redeem(&cabinet, &actor, &pin(8)).await),
        Problem::VoucherUnknown { .. }
    ));
    let services = Arc::get_mut(&mut cabinet.services).unwrap();
    services.settings.voucher_keys = voucher::Keys::default();
    assert!(matches!(
        redeem(&cabinet, &actor, &pin(8)).await,
        Err(ServiceError::NotFound)
    ));
    assert!(matches!(
        voucher::page(&cabinet.services, &actor, None).await,
        Err(ServiceError::NotFound)
    ));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_needs_two_people_and_no_pin_is_stored(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let alone = sqlx::query(
        "update billing.voucher_batch set activated_by = created_by, activated_at = now()
         where activated_at is null",
    )
    .execute(&cabinet.pool)
    .await;
    assert!(alone.is_err(), "the one who made it cannot activate it");
    let pin = pin(9);
    let one_way =
        sqlx::query("update billing.voucher set state = 'active' where state = 'printed'")
            .execute(&cabinet.pool)
            .await;
    assert!(
        one_way.is_err(),
        "no card is worth anything before its batch"
    );
    let actor = cabinet.person(SUSPENDED).await;
    redeem(&cabinet, &actor, &pin).await.unwrap();
    let back = sqlx::query("update billing.voucher set state = 'active', redeemed_by = null, redeemed_at = null where state = 'redeemed'")
        .execute(&cabinet.pool)
        .await;
    assert!(back.is_err(), "nor again after it was redeemed");
    // What was typed into a refused form is kept, and only sealed.
    for typed in [
        pin.grouped(),
        pin.as_str().replace('4', "4."),
        format!("{}1", pin.as_str()),
    ] {
        let fields = std::collections::BTreeMap::from([("pin".to_owned(), typed.clone())]);
        let draft = services::drafts::Draft {
            fields,
            errors: Vec::new(),
        };
        let page = "/payments/voucher";
        let id = services::drafts::keep(&cabinet.services, &actor, page, None, draft)
            .await
            .unwrap();
        let found = services::drafts::find(&cabinet.services, &actor, page, None, &id.to_string())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.fields.get("pin"), Some(&typed));
        let stored: String =
            sqlx::query_scalar("select fields ->> 'pin' from app.form_draft where draft_id = $1")
                .bind(id.0)
                .fetch_one(&cabinet.pool)
                .await
                .unwrap();
        assert!(
            stored.len() > 60 && !stored.contains(&pin.as_str()[..8]),
            "{stored}"
        );
    }
    for table in [
        "billing.voucher",
        "billing.voucher_batch",
        "ledger.op",
        "app.form_draft",
        "inbox.message",
    ] {
        let found: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select exists (select from {table} t where t::text like '%' || $1 || '%')"
        )))
        .bind(pin.as_str())
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
        assert!(!found, "{table}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn another_tab_may_have_switched_to_another_contract(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let other = cabinet.person(OTHER).await;
    let shown = contract(&cabinet, &other).await;
    let pin = pin(10);
    let answer = voucher::redeem(&cabinet.services, &actor, &shown, pin.as_str()).await;
    assert_eq!(problem(answer), Problem::OtherContract);
    redeem(&cabinet, &other, &pin).await.unwrap();
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_device_guesses_for_two_cabinets_at_most(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let mut looked_at = 0;
    for person in [SUSPENDED, OTHER, "ends in two days", "yearly tariff"] {
        let actor = cabinet.person(person).await;
        for number in 0..5 {
            let answer = problem(redeem(&cabinet, &actor, &nobodys(number)).await);
            looked_at += i32::from(matches!(answer, Problem::VoucherUnknown { .. }));
        }
    }
    assert_eq!(looked_at, 10);
}
