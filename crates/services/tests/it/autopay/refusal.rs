//! Whoever refuses is not charged any more, whatever is under way.

use super::*;

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
