//! The ledger guards itself, and its check finds what is broken.

use crate::support::cabinet;
use sqlx::{Executor, PgPool};

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_demos_books_balance(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    cabinet.check().await;
    // A second seeding changes nothing.
    assert!(!services::demo::seed(&cabinet.services).await.unwrap());
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_changes_the_past(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let part: String =
        sqlx::query_scalar("select tableoid::regclass::text from ledger.posting limit 1")
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    // Even a superuser meets the triggers, on each part of the table too.
    let mut statements = vec![
        "update ledger.op set kind = 'x'".to_owned(),
        "delete from ledger.op".to_owned(),
        "truncate ledger.op cascade".to_owned(),
        "truncate ledger.posting".to_owned(),
    ];
    for table in ["ledger.posting", part.as_str()] {
        statements.push(format!("update {table} set amount_kop = 1"));
        statements.push(format!("delete from {table}"));
        statements.push(format!("truncate {table}"));
    }
    for statement in &statements {
        let refused = cabinet
            .pool
            .execute(sqlx::AssertSqlSafe(statement.clone()))
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("only grows"),
            "{statement}: {refused}"
        );
    }
    // The application's role is refused before any trigger.
    let mut conn = cabinet.pool.acquire().await.unwrap();
    conn.execute("set role cabinet_app").await.unwrap();
    for statement in &statements {
        let refused = conn
            .execute(sqlx::AssertSqlSafe(statement.clone()))
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("permission denied"),
            "{statement}: {refused}"
        );
    }
    conn.execute("reset role").await.unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_invariant_can_be_seen_broken(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.person("paid for three weeks").await;
    cabinet.paid(&actor, "100", "form-0001").await;
    cabinet
        .asks_back(&actor, "100", "refund-0001")
        .await
        .unwrap();
    // Nothing is rolled up that a transaction elsewhere in the cluster may still precede.
    while cabinet.count("select count(*) from ledger.rollup").await == 0 {
        services::upkeep::roll_up(&cabinet.services).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let breaks = [
        (
            "I1",
            "delete from ledger.posting where seq = 1 and op_id = (select op_id from ledger.op where kind = 'charge' limit 1)",
        ),
        (
            "I2",
            "update ledger.wallet set available_kop = available_kop + 1 where subscriber_id = (select subscriber_id from ledger.op limit 1)",
        ),
        (
            "I3",
            "update ledger.wallet set version = version + 1 where subscriber_id = (select subscriber_id from ledger.op limit 1)",
        ),
        (
            "I4",
            "update billing.promise set amount_kop = amount_kop + 1",
        ),
        (
            "I4",
            "update ledger.wallet set other_debt_kop = 300 where subscriber_id = (select subscriber_id from ledger.op limit 1)",
        ),
        ("I6", "drop trigger op_no_truncate on ledger.op"),
        (
            "I10",
            "update billing.payment set state = 'succeeded', credited_at = now() where state = 'pending'",
        ),
        (
            "I10",
            "update billing.payment set amount_kop = amount_kop * 10 where state = 'succeeded'",
        ),
        ("I11", "update ledger.rollup set dr_kop = dr_kop + 1"),
        ("I12", "grant update on ledger.op to cabinet_app"),
        (
            "I13",
            "update billing.charge set amount_kop = amount_kop + 100000",
        ),
        ("I13", "delete from billing.charge"),
        (
            "I14",
            "update billing.subscription set paid_through = paid_through + 400",
        ),
        (
            "I15",
            "with l as (delete from billing.receipt_line) delete from billing.receipt",
        ),
        (
            "I25",
            "update billing.advance_lot set amount_kop = amount_kop + 1,
                 remaining_kop = remaining_kop + 1 where remaining_kop > 0",
        ),
        (
            "I25",
            "delete from billing.advance_use",
        ),
        (
            "I24",
            "update billing.receipt_line set sum_kop = sum_kop + 1",
        ),
        (
            "I26",
            "update billing.refund_part set amount_kop = amount_kop + 1",
        ),
        (
            "I26",
            "update billing.refund set state = 'withdrawn', closed_at = now()",
        ),
        (
            "I27",
            "update billing.refund_part set state = 'succeeded', closed_at = now(), first_sent_at = now(),
                 gateway = 'yookassa', gateway_refund_id = 'r'",
        ),
        (
            "I8",
            "update billing.voucher set face_kop = face_kop + 1 where serial = 'DE0000001'",
        ),
        (
            "I8",
            "update billing.voucher set state = 'redeemed', redeemed_at = now(),
                 redeemed_by = (select subscriber_id from billing.subscriber limit 1)
             where serial = 'DE0000001'",
        ),
        (
            "I18",
            "update billing.charge set returned_kop = 1, returned_op_id = op_id
             where returned_kop = 0",
        ),
        (
            "I19",
            "update billing.subscription_hold set reason = 'promise_overdue'",
        ),
        (
            "I20",
            "update billing.promise set amount_kop = amount_kop + 1, repaid_kop = repaid_kop + 1",
        ),
        (
            "I21",
            "update billing.subscription set next_charge_at = null",
        ),
        ("I22", "update billing.entitlement_intent set want = 'on'"),
        (
            "I23",
            "with m as (insert into billing.payment_method
                 (subscriber_id, method_id, account_id, gateway, token_sealed, brand, last4, saved_by,
                  created_at)
                 select subscriber_id, gen_random_uuid(), account_id, 'x', '\\x00', 'Mir', '1234',
                     payment_id, app.now()
                 from billing.payment join identity.membership using (subscriber_id)
                 where state = 'succeeded' limit 1
                 returning subscriber_id, method_id, saved_by)
             update billing.payment p set purpose = 'autopay', method = 'saved_card',
                 method_id = m.method_id
             from m where p.subscriber_id = m.subscriber_id and p.payment_id = m.saved_by",
        ),
        (
            "I16",
            "update ledger.posting set cr_sub = gen_random_uuid() where cr_code = 2010",
        ),
        (
            "I17",
            "update ledger.posting set xid = '99999999999999'::xid8 where seq = 1",
        ),
    ];
    for (invariant, statement) in breaks {
        let mut tx = cabinet.pool.begin().await.unwrap();
        // The guards themselves are taken off, as a broken restore might.
        tx.execute("set local session_replication_role = replica")
            .await
            .unwrap();
        tx.execute(statement).await.unwrap();
        let findings = storage::ledger_check::check(&mut tx).await.unwrap();
        assert!(
            findings.iter().any(|f| f.invariant == invariant),
            "{invariant}: {findings:?}"
        );
        tx.rollback().await.unwrap();
    }
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_period_cannot_be_charged_twice(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let double = cabinet
        .pool
        .execute("insert into billing.charge select subscriber_id, subscription_id, kind, daterange(lower(period) + 1, upper(period) + 1), amount_kop, op_id from billing.charge limit 1")
        .await
        .unwrap_err();
    assert!(double.to_string().contains("charge_no_overlap"), "{double}");
}
