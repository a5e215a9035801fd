//! Cards that are kept, and what they are used for.

use super::*;

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

/// Thirty days before and a week before, once each, and only of the card that autopay takes money from.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_card_that_stops_working_is_told_in_time(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(PAYER).await;
    let card = save_card(&cabinet, &actor, "first-card").await;
    // It works to the end of the month after the next one.
    let last: Timestamp = {
        let last: (i64,) = sqlx::query_as(
            "with card as (update billing.payment_method
                 set expiry_month = extract(month from app.now() + interval '2 months'),
                     expiry_year = extract(year from app.now() + interval '2 months')
                 returning make_date(expiry_year, expiry_month, 1) + interval '1 month - 1 day' as last)
             select extract(epoch from last at time zone 'Europe/Moscow')::bigint * 1000000 from card",
        )
        .fetch_one(&cabinet.pool)
        .await
        .unwrap();
        Timestamp::from_micros(last.0)
    };
    let days_before = async |days: i64| {
        cabinet.shift(0).await;
        let seconds = last
            .plus_seconds(-days * DAY)
            .seconds_since(now(&cabinet).await)
            + HOUR;
        cabinet.shift(seconds).await;
        for _ in 0..2 {
            autopay::warn_of_expiry(&cabinet.services).await.unwrap();
        }
        told(&cabinet, &actor, "card_expires").await
    };
    // Nothing is taken from it by itself: nobody has to know.
    assert_eq!(days_before(30).await, 0);
    cabinet.shift(0).await;
    switch_on(&cabinet, &actor, card).await;
    for (days, times) in [
        (31, 0),
        (30, 1),
        (29, 1),
        (8, 1),
        (7, 2),
        (1, 2),
        (0, 2),
        (-1, 2),
    ] {
        assert_eq!(days_before(days).await, times, "{days} days before");
    }
}
