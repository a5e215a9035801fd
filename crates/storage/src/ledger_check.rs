//! The ledger's invariants as questions to the database. Each answers with the rows that break it;
//! none is the proof. Runs after every test case, nightly, and by `cabinet ledger check`.

use crate::{Conn, StorageError};

/// An invariant and the rows that break it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its number.
    pub invariant: &'static str,
    /// What it demands.
    pub rule: &'static str,
    /// The rows that differ, readable.
    pub rows: Vec<String>,
}

/// The questions: number, rule, and a statement that returns one text per differing row.
const QUESTIONS: &[(&str, &str, &str)] = &[
    (
        "I1",
        "every operation has a posting and every posting its operation",
        "select 'op ' || o.op_id || ' without posting' from ledger.op o
         where not exists (select from ledger.posting p
             where p.subscriber_id = o.subscriber_id and p.op_id = o.op_id)
         union all
         select 'posting ' || p.op_id || '/' || p.seq || ' without op' from ledger.posting p
         where not exists (select from ledger.op o
             where o.subscriber_id = p.subscriber_id and o.op_id = p.op_id)",
    ),
    (
        "I2",
        "a wallet holds the sum of its changes",
        "select 'wallet ' || w.subscriber_id || ' holds ' || w.available_kop || ', postings say '
                || coalesce(p.total, 0)
         from ledger.wallet w left join (
             select subscriber_id, sum(wallet_delta_kop)::bigint as total
             from ledger.posting group by subscriber_id) p using (subscriber_id)
         where w.available_kop <> coalesce(p.total, 0)
         union all
         select 'postings of ' || p.subscriber_id || ' without wallet' from ledger.posting p
         where p.wallet_version is not null
           and not exists (select from ledger.wallet w where w.subscriber_id = p.subscriber_id)",
    ),
    (
        "I3",
        "versions of a wallet are contiguous and its balances follow from each other",
        "select 'wallet ' || subscriber_id || ' version ' || wallet_version || ': ' || wallet_after_kop
                || ' after ' || before_kop || ' and change ' || wallet_delta_kop
         from (select subscriber_id, wallet_version, wallet_after_kop, wallet_delta_kop,
                   coalesce(lag(wallet_after_kop) over w, 0) as before_kop,
                   coalesce(lag(wallet_version) over w, 0) as before_version
               from ledger.posting where wallet_version is not null
               window w as (partition by subscriber_id order by wallet_version)) c
         where wallet_after_kop <> before_kop + wallet_delta_kop
            or wallet_version <> before_version + 1
         union all
         select 'wallet ' || w.subscriber_id || ' is at version ' || w.version || ', postings at '
                || coalesce(p.last, 0)
         from ledger.wallet w left join (
             select subscriber_id, max(wallet_version) as last from ledger.posting
             group by subscriber_id) p using (subscriber_id)
         where w.version <> coalesce(p.last, 0)",
    ),
    (
        "I4",
        "promised debt is the open part of promises and the balance of account 1310",
        "select 'wallet ' || w.subscriber_id || ' owes ' || w.promised_debt_kop || ', promises say '
                || coalesce(p.owed, 0) || ', account 1310 says ' || coalesce(b.balance, 0)
         from ledger.wallet w
         left join (select subscriber_id, sum(amount_kop - repaid_kop)::bigint as owed
                    from billing.promise where state in ('active', 'overdue')
                    group by subscriber_id) p using (subscriber_id)
         left join (select subscriber_id,
                        sum(case when dr_code = 1310 then amount_kop else 0 end
                          - case when cr_code = 1310 then amount_kop else 0 end)::bigint as balance
                    from ledger.posting where 1310 in (dr_code, cr_code)
                    group by subscriber_id) b using (subscriber_id)
         where w.promised_debt_kop <> coalesce(p.owed, 0)
            or w.promised_debt_kop <> coalesce(b.balance, 0)",
    ),
    (
        "I5",
        "one operation per natural key",
        "select 'key ' || idem_key || ' of ' || subscriber_id || ' has ' || count(*) || ' operations'
         from ledger.op group by subscriber_id, idem_key having count(*) > 1",
    ),
    (
        "I6",
        "operations and postings are guarded against change, each part of the table too",
        "select c.oid::regclass || ' lacks ' || t.need
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         cross join (values ('posting_append_only', 27), ('posting_no_truncate', 34)) t(need, kind)
         where n.nspname = 'ledger' and c.relname like 'posting%' and c.relkind in ('r', 'p')
           and not exists (select from pg_trigger g where g.tgrelid = c.oid
               and g.tgname like 'posting%' and g.tgtype = t.kind and g.tgenabled <> 'D')
         union all
         select 'ledger.op lacks ' || t.need
         from (values ('op_append_only', 27), ('op_no_truncate', 34)) t(need, kind)
         where not exists (select from pg_trigger g where g.tgrelid = 'ledger.op'::regclass
             and g.tgname = t.need and g.tgtype = t.kind and g.tgenabled <> 'D')
         union all
         select 'the default part of ledger.posting is not empty' from ledger.posting_default",
    ),
    (
        "I10",
        "a payment has succeeded exactly when one operation credits it or puts it aside",
        "select 'payment ' || p.payment_id || ' is ' || p.state || ' with ' || count(o.op_id)
                || ' operations'
         from billing.payment p left join ledger.op o
           on o.subscriber_id = p.subscriber_id
          and o.idem_key in ('topup:' || p.payment_id, 'susp:' || p.payment_id)
         group by p.subscriber_id, p.payment_id, p.state
         having count(o.op_id) <> (p.state = 'succeeded')::int
         union all
         select 'operation ' || o.idem_key || ' has no payment' from ledger.op o
         where (o.idem_key like 'topup:%' or o.idem_key like 'susp:%')
           and not exists (select from billing.payment p where p.subscriber_id = o.subscriber_id
               and p.payment_id::text = split_part(o.idem_key, ':', 2))",
    ),
    (
        "I11",
        "the roll-up is the sum of postings below the watermark",
        "select 'account ' || coalesce(r.code, p.code) || ' of ' || coalesce(r.sub, p.sub)
                || ': rolled up ' || coalesce(r.dr_kop, 0) || '/' || coalesce(r.cr_kop, 0)
                || ', postings ' || coalesce(p.dr, 0) || '/' || coalesce(p.cr, 0)
         from ledger.rollup r
         full join (
             select code, sub, sum(dr)::bigint as dr, sum(cr)::bigint as cr from (
                 select dr_code as code, dr_sub as sub, amount_kop as dr, 0 as cr
                 from ledger.posting, ledger.watermark w where xid < w.upto
                 union all
                 select cr_code, cr_sub, 0, amount_kop
                 from ledger.posting, ledger.watermark w where xid < w.upto) s
             group by code, sub) p on p.code = r.code and p.sub = r.sub
         where coalesce(r.dr_kop, 0) <> coalesce(p.dr, 0) or coalesce(r.cr_kop, 0) <> coalesce(p.cr, 0)",
    ),
    (
        "I12",
        "the application role may read and add to the ledger and nothing else",
        "select 'cabinet_app may ' || p.privilege || ' ' || c.oid::regclass
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         cross join (values ('update'), ('delete'), ('truncate')) p(privilege)
         where n.nspname = 'ledger' and (c.relname = 'op' or c.relname like 'posting%')
           and c.relkind in ('r', 'p') and has_table_privilege('cabinet_app', c.oid, p.privilege)
         union all
         select 'cabinet_app may do everything: it is a superuser' from pg_roles
         where rolname = 'cabinet_app' and rolsuper
         union all
         select 'cabinet_app owns ' || c.oid::regclass from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'ledger' and pg_get_userbyid(c.relowner) = 'cabinet_app'",
    ),
];

/// How many differing rows of one invariant are named.
const MOST_ROWS: i64 = 100;

/// Asks every question in one snapshot; the findings of broken invariants.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn check(conn: &mut Conn) -> Result<Vec<Finding>, StorageError> {
    let mut findings = Vec::new();
    for (invariant, rule, question) in QUESTIONS {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select * from ({question}) q limit {MOST_ROWS}"
        )))
        .fetch_all(&mut *conn)
        .await?;
        if !rows.is_empty() {
            findings.push(Finding {
                invariant,
                rule,
                rows,
            });
        }
    }
    Ok(findings)
}

/// The invariants that are asked for, with their rules.
pub fn invariants() -> impl Iterator<Item = (&'static str, &'static str)> {
    QUESTIONS
        .iter()
        .map(|(invariant, rule, _)| (*invariant, *rule))
}
