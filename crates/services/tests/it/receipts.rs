//! Receipts: from the money to the tax service, once, whatever happens on the way; and what their owner
//! sees.

use crate::support::{Cabinet, cabinet, cabinet_with, problem};
use domain::Money;
use domain::form::Problem;
use domain::ids::ReceiptId;
use domain::payment::PaymentState;
use domain::receipt::{ReceiptKind, ReceiptState, ReceiptView};
use domain::settings::OffsetPolicy;
use sandbox::{Endpoint, Fault, FaultRule, ReceiptPlan, When};
use services::receipts::{one, page, registering, send};
use services::{Actor, ServiceError, payment_flow, promise, upkeep};
use sqlx::PgPool;
use std::time::Duration;

/// Nothing is charged from them for two days, so a top-up has one receipt.
const QUIET: &str = "ends in two days";
const SUSPENDED: &str = "suspended, 140";

/// A paid top-up and its receipt.
async fn bought(cabinet: &Cabinet, actor: &Actor, roubles: &str, key: &str) -> ReceiptId {
    let payment = cabinet.paid(actor, roubles, key).await;
    assert_eq!(payment.state, PaymentState::Succeeded);
    payment.receipt.unwrap().0
}

/// Some seconds go by, on both sides, and the worker does what is due.
async fn later(cabinet: &Cabinet, seconds: i64) {
    cabinet.shift(seconds).await;
    let at = chrono::Duration::seconds(seconds);
    cabinet.acquirer.set_offset(at).unwrap();
    upkeep::find_receipts(&cabinet.services).await.unwrap();
    upkeep::find_due(&cabinet.services).await.unwrap();
    cabinet.jobs().await;
}

async fn look(cabinet: &Cabinet, actor: &Actor, id: ReceiptId) -> ReceiptView {
    one(&cabinet.services, actor, id).await.unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_receipt_is_registered_and_shown_to_its_owner(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    let fresh = look(&cabinet, &actor, id).await;
    assert_eq!((fresh.state, &fresh.fiscal), (ReceiptState::Pending, &None));
    assert!(matches!(
        send(&cabinet.services, &actor, id).await,
        Err(ServiceError::NotFound)
    ));

    later(&cabinet, 10).await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!(shown.state, ReceiptState::Registered);
    assert_eq!(shown.kind, ReceiptKind::Advance);
    assert_eq!(shown.total, Money::from_roubles(140));
    assert_eq!(shown.vat, Money::from_kopecks(2_525), "22/122 of 140");
    assert_eq!((shown.lines.len(), shown.lines[0].vat_code), (1, 12));
    let fiscal = shown.fiscal.clone().unwrap();
    // The numbers are the provider's, to the letter.
    let theirs = cabinet.acquirer.receipts().remove(0);
    assert_eq!(theirs["fiscal_document_number"], fiscal.document);
    assert_eq!(theirs["fiscal_attribute"], fiscal.attribute);
    assert_eq!(theirs["items"][0]["description"], shown.lines[0].name);
    let square = fiscal.square(shown.kind, shown.total);
    assert!(
        square.contains("&s=140.00&fn=9960440300000017&"),
        "{square}"
    );

    // The list has it first; whoever else asks finds nothing.
    let list = page(&cabinet.services, &actor, None).await.unwrap();
    assert_eq!(list.rows[0].id, id);
    let other = cabinet.person("paid for three weeks").await;
    assert!(matches!(
        one(&cabinet.services, &other, id).await,
        Err(ServiceError::NotFound)
    ));
    assert!(matches!(
        send(&cabinet.services, &other, id).await,
        Err(ServiceError::NotFound)
    ));
    // Nothing is asked any more.
    let asked = cabinet
        .count("select count(*) from billing.receipt where next_look_at is not null")
        .await;
    assert_eq!(asked, 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_registered_never_changes(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    later(&cabinet, 10).await;
    let before = look(&cabinet, &actor, id).await;
    for change in [
        "update billing.receipt set fiscal_document = '1' where state = 'registered'",
        "update billing.receipt set state = 'needed', next_look_at = now() where state = 'registered'",
        "update billing.receipt set total_kop = total_kop + 1 where state = 'registered'",
    ] {
        assert!(sqlx::query(change).execute(&cabinet.pool).await.is_err());
    }
    // Nor does a step that comes late.
    cabinet.acquirer.set_receipts(ReceiptPlan::Refuse);
    let viewer = actor.viewer.clone().unwrap();
    registering::step(&cabinet.services, viewer.subscriber, id)
        .await
        .unwrap();
    assert_eq!(look(&cabinet, &actor, id).await, before);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_receipt_that_was_not_taken_with_the_payment_is_sent_once(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(800)).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Ignore);
    let faults = [
        None,
        Some(Fault::Drop {
            when: When::BeforeCommit,
        }),
        Some(Fault::Drop {
            when: When::AfterCommit,
        }),
        Some(Fault::ServerError {
            when: When::AfterCommit,
        }),
        Some(Fault::Hold {
            when: When::AfterCommit,
        }),
        Some(Fault::TooManyRequests {
            retry_after_ms: 2_000,
        }),
    ];
    let mut seconds = 0;
    for (n, fault) in faults.into_iter().enumerate() {
        if let Some(fault) = fault {
            let rule = FaultRule::once(Endpoint::CreateReceipt, fault);
            cabinet.acquirer.add_fault(rule);
        }
        let id = bought(&cabinet, &actor, "100", &format!("form-{n:04}")).await;
        for _ in 0..8 {
            seconds += 40;
            later(&cabinet, seconds).await;
        }
        let shown = look(&cabinet, &actor, id).await;
        assert_eq!(shown.state, ReceiptState::Registered, "{fault:?}");
        assert_eq!(
            cabinet.acquirer.receipts().len(),
            n + 1,
            "one receipt each: {fault:?}"
        );
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_lost_answer_is_not_repeated_after_the_key_is_forgotten(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(500)).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Ignore);
    cabinet.acquirer.add_fault(FaultRule::once(
        Endpoint::CreateReceipt,
        Fault::Drop {
            when: When::AfterCommit,
        },
    ));
    let id = bought(&cabinet, &actor, "100", "form-0001").await;
    later(&cabinet, 70).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        ReceiptState::Needed,
        "nobody knows"
    );
    assert_eq!(cabinet.acquirer.receipts().len(), 1);
    // The provider has forgotten the key by then; it has not forgotten the receipt.
    later(&cabinet, 25 * 3600).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        ReceiptState::Registered
    );
    assert_eq!(cabinet.acquirer.receipts().len(), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_receipts_of_the_same_sum_are_not_taken_for_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    let first = bought(&cabinet, &actor, "100", "form-0001").await;
    let second = bought(&cabinet, &actor, "100", "form-0002").await;
    later(&cabinet, 10).await;
    let number = async |id| look(&cabinet, &actor, id).await.fiscal.unwrap().document;
    assert_ne!(number(first).await, number(second).await);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_receipt_goes_to_people_and_its_money_stays(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Refuse);
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    later(&cabinet, 10).await;
    let shown = look(&cabinet, &actor, id).await;
    assert_eq!((shown.state, shown.fiscal), (ReceiptState::Manual, None));
    // Nothing is tried by itself any more.
    cabinet.acquirer.set_receipts(ReceiptPlan::Register);
    later(&cabinet, 7200).await;
    assert_eq!(look(&cabinet, &actor, id).await.state, ReceiptState::Manual);
    let problem = "select count(*) from billing.receipt where problem = 'refused'";
    assert_eq!(cabinet.count(problem).await, 1);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_provider_that_is_away_or_slow_is_asked_again(pool: PgPool) {
    let cabinet = cabinet_with(pool, Duration::from_millis(500)).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Hold);
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    for endpoint in [Endpoint::ListReceipts, Endpoint::GetReceipt] {
        cabinet.acquirer.add_fault(FaultRule {
            endpoint,
            fault: Fault::ServerError {
                when: When::BeforeCommit,
            },
            times: Some(2),
        });
    }
    let looks = "select max(looks)::bigint from billing.receipt";
    for seconds in [10, 30, 60, 200, 400, 900, 3600, 7200] {
        later(&cabinet, seconds).await;
        assert_eq!(
            look(&cabinet, &actor, id).await.state,
            ReceiptState::Pending
        );
    }
    // It is asked ever more rarely, not at each tick.
    let asked = cabinet.count(looks).await;
    later(&cabinet, 7205).await;
    assert_eq!(cabinet.count(looks).await, asked);
    cabinet.acquirer.set_receipts(ReceiptPlan::Register);
    later(&cabinet, 20_000).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        ReceiptState::Registered
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_that_the_provider_never_shows_goes_to_people(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Hold);
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    // The provider has said that it has it, and says now that there is no such payment's receipt.
    sqlx::query("update billing.receipt set provider = 'yookassa', provider_id = 'rt-none' where state = 'pending'")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    later(&cabinet, 10).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        ReceiptState::Pending
    );
    later(&cabinet, 26 * 3600).await;
    assert_eq!(look(&cabinet, &actor, id).await.state, ReceiptState::Manual);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn lots_that_do_not_fit_the_wallet_refuse_no_money(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    for (n, broken) in [
        "update billing.advance_lot set amount_kop = amount_kop + 100000,
             remaining_kop = remaining_kop + 100000",
        "with u as (delete from billing.advance_use) delete from billing.advance_lot",
    ]
    .into_iter()
    .enumerate()
    {
        let mut tx = cabinet.pool.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica")
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query(broken).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let payment = cabinet.paid(&actor, "140", &format!("form-000{n}")).await;
        assert_eq!(payment.state, PaymentState::Succeeded, "{broken}");
        let adds_up = "select count(*) from ledger.wallet w join billing.subscriber s using (subscriber_id)
            where s.contract = '2041008771' and w.available_kop - (select coalesce(sum(remaining_kop), 0)
                from billing.advance_lot l where l.subscriber_id = w.subscriber_id)
                between 0 and w.promised_debt_kop";
        assert_eq!(cabinet.count(adds_up).await, 1, "{broken}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_node_of_the_version_before_still_writes_receipts(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    bought(&cabinet, &actor, "140", "form-0001").await;
    let mut tx = cabinet.pool.begin().await.unwrap();
    // What it wrote for the same top-up.
    for statement in [
        "create temp table written on commit drop as
             select * from billing.receipt where state = 'pending'",
        "delete from billing.receipt_line l using written w where l.receipt_id = w.receipt_id",
        "delete from billing.receipt r using written w where r.receipt_id = w.receipt_id",
        "insert into billing.receipt (subscriber_id, receipt_id, kind, source_ref, state,
             customer_contact, total_kop, vat_kop, vat_code, created_at)
         select subscriber_id, receipt_id, kind, source_ref, state, customer_contact, total_kop,
             vat_kop, 12, created_at from written",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let whole =
        "select count(*) from billing.receipt r join billing.receipt_line l using (receipt_id)
        where r.vat_code = 12 and r.cashless_kop = 14000 and r.payment_id is not null
          and r.next_look_at is not null and l.sum_kop = 14000";
    assert_eq!(cabinet.count(whole).await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_services_receipt_goes_to_its_subscriber_not_to_a_payer(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    bought(&cabinet, &actor, "10", "form-0001").await;
    sqlx::query("update billing.payment set receipt_email = 'stranger@mail.example' where form_key = 'form-0001'")
        .execute(&cabinet.pool)
        .await
        .unwrap();
    bought(&cabinet, &actor, "130", "form-0002").await;
    let services = "select count(*) from billing.receipt
        where kind = 'offset' and customer_contact like 'demo%@mail.example'";
    assert_eq!(cabinet.count(services).await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_workers_at_once_send_one(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    cabinet.acquirer.set_receipts(ReceiptPlan::Ignore);
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    cabinet.shift(70).await;
    let step = || registering::step(&cabinet.services, subscriber, id);
    // Whoever comes second meets the first one's mark and leaves it to the queue to try again.
    let _ = tokio::join!(step(), step(), step(), step());
    assert_eq!(cabinet.acquirer.receipts().len(), 1);
    later(&cabinet, 200).await;
    assert_eq!(
        look(&cabinet, &actor, id).await.state,
        ReceiptState::Registered
    );
    assert_eq!(cabinet.acquirer.receipts().len(), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_receipt_is_sent_again_on_request_and_not_without_end(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    let id = bought(&cabinet, &actor, "140", "form-0001").await;
    later(&cabinet, 10).await;
    let masked = send(&cabinet.services, &actor, id).await.unwrap();
    assert!(masked.contains('•'), "{masked}");
    cabinet.jobs().await;
    let letters = cabinet.mailbox.texts();
    let letter = letters
        .iter()
        .find(|text| text.subject.starts_with("Чек на 140,00"))
        .unwrap();
    let shown = look(&cabinet, &actor, id).await;
    let fiscal = shown.fiscal.unwrap();
    for part in [
        "ИНН 9900000000",
        "НДС 22/122: 25,25",
        &format!("ФПД {}", fiscal.attribute),
        &format!("/receipts/{id}"),
    ] {
        assert!(letter.text.contains(part), "{part} in {}", letter.text);
    }
    let mut refused = 0;
    for _ in 0..25 {
        if let Err(error) = send(&cabinet.services, &actor, id).await {
            let error: Result<(), _> = Err(error);
            assert!(matches!(problem(error), Problem::TooManyTries { .. }));
            refused += 1;
        }
    }
    assert_eq!(refused, 6, "20 an hour");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_list_goes_on_where_it_ended(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(QUIET).await;
    for n in 0..21 {
        bought(&cabinet, &actor, "10", &format!("form-{n:04}")).await;
    }
    let first = page(&cabinet.services, &actor, None).await.unwrap();
    assert_eq!((first.rows.len(), first.more), (20, true));
    let last = first.rows.last().map(|row| row.id);
    let rest = page(&cabinet.services, &actor, last).await.unwrap();
    assert_eq!((rest.rows.len(), rest.more), (2, false));
    let mut ids: Vec<_> = first.rows.iter().chain(&rest.rows).map(|r| r.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 22, "each once");
}

/// What the provider was told of services: mode, sum, and by what each is settled.
fn services_told(cabinet: &Cabinet) -> Vec<String> {
    let told = cabinet.acquirer.receipts();
    let services = told
        .iter()
        .filter(|receipt| receipt["items"][0]["payment_subject"] == "service");
    services
        .map(|receipt| {
            let item = &receipt["items"][0];
            let settled: Vec<_> = receipt["settlements"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| format!("{} {}", one["type"], one["amount"]["value"]))
                .collect();
            let text = format!(
                "{} {} vat {}: {}",
                item["payment_mode"],
                item["amount"]["value"],
                item["vat_code"],
                settled.join(", ")
            );
            text.replace('"', "")
        })
        .collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_charge_uses_up_the_advance_and_has_a_receipt_of_its_own(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    bought(&cabinet, &actor, "140", "form-0001").await;
    later(&cabinet, 10).await;
    // The advance first: its receipt uses nothing up that is not there.
    assert_eq!(services_told(&cabinet), Vec::<String>::new());
    later(&cabinet, 40).await;
    later(&cabinet, 100).await;
    assert_eq!(
        services_told(&cabinet),
        ["full_payment 399.00 vat 11: prepayment 399.00"]
    );
    let list = page(&cabinet.services, &actor, None).await.unwrap();
    let offset = &list.rows[0];
    assert_eq!(
        (offset.kind, offset.state, offset.total),
        (
            ReceiptKind::Offset,
            ReceiptState::Registered,
            Money::from_roubles(399)
        )
    );
    let shown = look(&cabinet, &actor, offset.id).await;
    assert!(shown.lines[0].name.contains("Безлимитный"));
    assert_eq!(shown.settled.prepaid, shown.total);
    assert_eq!(shown.vat, Money::from_kopecks(7_195), "22/122 of 399");
    // The oldest money went first, and nothing is left.
    let left = "select coalesce(sum(remaining_kop), 0)::bigint from billing.advance_lot l
        join billing.subscriber s using (subscriber_id) where s.contract = '2041008771'";
    assert_eq!(cabinet.count(left).await, 0);
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn lent_money_is_credit_and_its_repayment_pays_for_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    bought(&cabinet, &actor, "10", "form-0001").await;
    promise::take(&cabinet.services, &actor, "2041008771", "130.00")
        .await
        .unwrap();
    later(&cabinet, 10).await;
    later(&cabinet, 100).await;
    assert_eq!(
        services_told(&cabinet),
        ["partial_payment 399.00 vat 11: prepayment 269.00, postpayment 130.00"]
    );
    bought(&cabinet, &actor, "200", "form-0002").await;
    later(&cabinet, 200).await;
    later(&cabinet, 400).await;
    // Its tax was told with the service.
    let told = cabinet.acquirer.receipts();
    let repaid = told.last().unwrap();
    assert_eq!(repaid["items"][0]["payment_mode"], "credit_payment");
    assert_eq!(repaid["items"][0]["vat_code"], 1);
    assert_eq!(repaid["settlements"][0]["type"], "prepayment");
    assert_eq!(repaid["settlements"][0]["amount"]["value"], "130.00");
    let left = "select coalesce(sum(remaining_kop), 0)::bigint from billing.advance_lot l
        join billing.subscriber s using (subscriber_id) where s.contract = '2041008771'";
    assert_eq!(cabinet.count(left).await, 7_000, "what was not lent back");
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn days_given_back_are_for_people_to_make_a_receipt_of(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    promise::take(&cabinet.services, &actor, "2041008771", "140.00")
        .await
        .unwrap();
    later(&cabinet, 73 * 3600).await;
    let returned = "select coalesce(sum(returned_kop), 0)::bigint from billing.charge
        join billing.subscriber s using (subscriber_id) where s.contract = '2041008771'";
    let back = cabinet.count(returned).await;
    assert!(
        back > 14_000,
        "unused days are worth more than was lent: {back}"
    );
    let by_hand = "select coalesce(sum(total_kop), 0)::bigint from billing.receipt
        join billing.subscriber s using (subscriber_id)
        where s.contract = '2041008771' and kind = 'offset_return' and state = 'manual' and problem = 'by_hand'
          and credit_kop = 14000 and prepaid_kop = total_kop - 14000";
    assert_eq!(cabinet.count(by_hand).await, back);
    let shown = page(&cabinet.services, &actor, None).await.unwrap();
    assert!(
        shown
            .rows
            .iter()
            .all(|row| row.kind != ReceiptKind::OffsetReturn)
    );
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_accountants_see_to_it_services_have_no_receipt_and_advances_are_kept(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person(SUSPENDED).await;
    let elsewhere = cabinet.node(|settings| settings.offset = OffsetPolicy::None);
    let subscriber = actor.viewer.clone().unwrap().subscriber;
    let started = cabinet.top_up(&actor, "140", "form-0001").await.unwrap();
    let object = cabinet.object(&started).await;
    cabinet.acquirer.complete(&object).unwrap();
    let state = payment_flow::check(&elsewhere, subscriber, started.payment).await;
    assert_eq!(state.unwrap(), PaymentState::Succeeded);
    let services = "select count(*) from billing.receipt where kind <> 'advance'";
    assert_eq!(cabinet.count(services).await, 0);
    let used = "select coalesce(sum(u.amount_kop), 0)::bigint from billing.advance_use u
        join ledger.op o using (subscriber_id, op_id)
        join billing.subscriber s using (subscriber_id)
        where s.contract = '2041008771' and o.effective_at > app.now() - interval '1 hour'";
    assert_eq!(cabinet.count(used).await, 39_900);
    cabinet.check().await;
}
