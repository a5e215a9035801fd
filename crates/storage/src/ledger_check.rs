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
        "debts are the balances of accounts 1310 and 1320, and the open part of promises",
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
            or w.promised_debt_kop <> coalesce(b.balance, 0)
         union all
         select 'wallet ' || w.subscriber_id || ' owes ' || w.other_debt_kop
                || ' otherwise, account 1320 says ' || coalesce(b.balance, 0)
         from ledger.wallet w
         left join (select subscriber_id,
                        sum(case when dr_code = 1320 then amount_kop else 0 end
                          - case when cr_code = 1320 then amount_kop else 0 end)::bigint as balance
                    from ledger.posting where 1320 in (dr_code, cr_code)
                    group by subscriber_id) b using (subscriber_id)
         where w.other_debt_kop <> coalesce(b.balance, 0)",
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
        "I8",
        "what is owed for prepaid cards is the face of those that are sold and not redeemed",
        "select 'account 2110 holds ' || a.balance || ', cards say ' || c.faces
         from (select coalesce(sum(case when cr_code = 2110 then amount_kop else -amount_kop end), 0)::bigint
                   as balance
               from ledger.posting where 2110 in (dr_code, cr_code)) a,
              (select coalesce(sum(v.face_kop), 0)::bigint as faces
               from billing.voucher v join billing.voucher_batch b using (batch_id)
               where b.activated_at is not null and v.state <> 'redeemed') c
         where a.balance <> c.faces
         union all
         select 'voucher ' || v.serial || ' is ' || v.state || ' with ' || count(o.op_id) || ' operations'
         from billing.voucher v left join ledger.op o
           on o.subscriber_id = v.redeemed_by and o.idem_key = 'voucher:' || v.serial
         group by v.serial, v.state
         having count(o.op_id) <> (v.state = 'redeemed')::int
         union all
         select 'operation ' || o.idem_key || ' is for no voucher of its own' from ledger.op o
         where o.kind = 'voucher' and not exists (select from billing.voucher v
             where 'voucher:' || v.serial = o.idem_key and v.redeemed_by = o.subscriber_id)",
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
               and p.payment_id::text = split_part(o.idem_key, ':', 2))
         union all
         select 'payment ' || p.payment_id || ' of ' || p.amount_kop || ' was credited as '
                || coalesce(s.total, 0)
         from billing.payment p
         join ledger.op o on o.subscriber_id = p.subscriber_id
             and o.idem_key = 'topup:' || p.payment_id
         left join (select subscriber_id, op_id, sum(amount_kop)::bigint as total
                    from ledger.posting where dr_code = 1110 group by subscriber_id, op_id) s
             on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
         where p.amount_kop <> coalesce(s.total, 0)",
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
    (
        "I13",
        "a charge was posted with its sum, and every posted charge is written down",
        "select 'charge of ' || c.subscription_id || ' for ' || c.period || ' is ' || c.amount_kop
                || ', posted ' || coalesce(s.total, 0)
         from billing.charge c
         left join (select subscriber_id, op_id, sum(amount_kop)::bigint as total
                    from ledger.posting where dr_code = 2010 and cr_code = 2020
                    group by subscriber_id, op_id) s using (subscriber_id, op_id)
         where c.amount_kop <> coalesce(s.total, 0)
         union all
         select 'operation ' || o.idem_key || ' has no charge' from ledger.op o
         where o.kind = 'charge' and not exists (select from billing.charge c
             where c.subscriber_id = o.subscriber_id and c.op_id = o.op_id)",
    ),
    (
        "I14",
        "a subscription is paid until the end of its last charge",
        "select 'subscription ' || s.subscription_id || ' is paid until ' || s.paid_through
                || ', charged until ' || max(upper(c.period))
         from billing.subscription s join billing.charge c using (subscriber_id, subscription_id)
         group by s.subscriber_id, s.subscription_id, s.paid_through
         having s.paid_through <> max(upper(c.period))",
    ),
    (
        "I15",
        "every credited top-up has its receipt, of the same sum",
        "select 'operation ' || o.idem_key || ' has no receipt of its sum' from ledger.op o
         where o.kind = 'top_up' and not exists (
             select from billing.receipt r
             where r.subscriber_id = o.subscriber_id and r.source_ref = o.op_id
               and r.kind = 'advance' and r.total_kop = (
                   select sum(p.amount_kop) from ledger.posting p
                   where p.subscriber_id = o.subscriber_id and p.op_id = o.op_id
                     and p.dr_code = 1110))",
    ),
    (
        "I24",
        "a receipt says what its lines say together",
        "select 'receipt ' || r.receipt_id || ' says ' || r.total_kop || ', its lines '
                || coalesce(l.total, 0)
         from billing.receipt r
         left join (select subscriber_id, receipt_id, sum(sum_kop)::bigint as total,
                        sum(vat_kop)::bigint as vat
                    from billing.receipt_line group by subscriber_id, receipt_id) l
             using (subscriber_id, receipt_id)
         where r.total_kop <> coalesce(l.total, 0) or r.vat_kop <> coalesce(l.vat, 0)",
    ),
    (
        "I25",
        "advances lie on the wallet, and what else lies there is lent",
        "select 'wallet ' || w.subscriber_id || ' has ' || w.available_kop || ', lots hold '
                || coalesce(l.remaining, 0) || ', owed are ' || w.promised_debt_kop
         from ledger.wallet w
         left join (select subscriber_id, sum(remaining_kop)::bigint as remaining
                    from billing.advance_lot group by subscriber_id) l using (subscriber_id)
         where w.available_kop - coalesce(l.remaining, 0) not between 0 and w.promised_debt_kop
         union all
         select 'lot ' || l.lot_id || ' has ' || l.remaining_kop || ' left, used are '
                || coalesce(u.used, 0)
         from billing.advance_lot l
         left join (select subscriber_id, lot_id, sum(amount_kop)::bigint as used
                    from billing.advance_use group by subscriber_id, lot_id) u
             using (subscriber_id, lot_id)
         where l.amount_kop - coalesce(u.used, 0) <> l.remaining_kop",
    ),
    (
        "I26",
        "what is on its way back is set aside, and every part of a refund has gone or come back once",
        "select 'account 2310 holds ' || a.balance || ', parts say ' || p.open
         from (select coalesce(sum(case when cr_code = 2310 then amount_kop else -amount_kop end), 0)::bigint
                   as balance
               from ledger.posting where 2310 in (dr_code, cr_code)) a,
              (select coalesce(sum(amount_kop), 0)::bigint as open from billing.refund_part
               where state not in ('succeeded', 'canceled')) p
         where a.balance <> p.open
         union all
         select 'part ' || r.part_id || ' is ' || r.state || ', posted ' || coalesce(sum(s.amount_kop)
                    filter (where o.kind = 'refund_done'), 0)
                || ' back and ' || coalesce(sum(s.amount_kop) filter (where o.kind = 'refund_cancel'), 0)
                || ' to the wallet'
         from billing.refund_part r
         left join ledger.op o on o.subscriber_id = r.subscriber_id
             and o.idem_key in ('refund:' || r.part_id || ':done', 'refund:' || r.part_id || ':cancel')
         left join ledger.posting s on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
             and s.dr_code = 2310
         group by r.subscriber_id, r.part_id, r.state, r.amount_kop
         having coalesce(sum(s.amount_kop) filter (where o.kind = 'refund_done'), 0)
                <> case when r.state = 'succeeded' then r.amount_kop else 0 end
             or coalesce(sum(s.amount_kop) filter (where o.kind = 'refund_cancel'), 0)
                <> case when r.state = 'canceled' then r.amount_kop else 0 end
         union all
         select 'refund ' || f.refund_id || ' is ' || f.state || ' of ' || f.amount_kop || ', its parts '
                || coalesce(sum(r.amount_kop), 0) || ', open ' || count(r.part_id)
                    filter (where r.state not in ('succeeded', 'canceled'))
         from billing.refund f left join billing.refund_part r using (subscriber_id, refund_id)
         group by f.subscriber_id, f.refund_id, f.state, f.amount_kop
         having f.amount_kop <> coalesce(sum(r.amount_kop), 0)
             or (f.state in ('requested', 'approved'))
                <> (count(r.part_id) filter (where r.state not in ('succeeded', 'canceled')) > 0)
         union all
         select 'refund ' || f.refund_id || ' of ' || f.amount_kop || ' has set aside '
                || coalesce(sum(s.amount_kop), 0)
         from billing.refund f
         left join ledger.posting s on s.subscriber_id = f.subscriber_id and s.op_id = f.op_id
             and s.dr_code = 2010 and s.cr_code = 2310
         group by f.refund_id, f.amount_kop having f.amount_kop <> coalesce(sum(s.amount_kop), 0)
         union all
         select 'payment ' || p.payment_id || ' of ' || p.amount_kop || ' gives back ' || sum(r.amount_kop)
         from billing.payment p join billing.refund_part r using (subscriber_id, payment_id)
         where r.state <> 'canceled' group by p.payment_id, p.amount_kop
         having sum(r.amount_kop) > p.amount_kop",
    ),
    (
        "I27",
        "every part that has gone back has its receipt, of the same sum",
        "select 'part ' || r.part_id || ' has no receipt of its sum' from billing.refund_part r
         where r.state = 'succeeded' and not exists (select from billing.receipt c
             where c.subscriber_id = r.subscriber_id and c.refund_part_id = r.part_id
               and c.kind = 'refund' and c.total_kop = r.amount_kop)",
    ),
    (
        "I16",
        "an account belongs to whom its code says: the posting's subscriber, or the operator",
        "select 'posting ' || p.op_id || '/' || p.seq || ' names another owner of ' || a.code
         from ledger.posting p
         cross join lateral (values (p.dr_code, p.dr_sub), (p.cr_code, p.cr_sub)) side(code, sub)
         join ledger.account_code a on a.code = side.code
         where (a.scope = 'subscriber' and side.sub <> p.subscriber_id)
            or (a.scope = 'operator' and side.sub <> '00000000-0000-0000-0000-000000000000')",
    ),
    (
        "I17",
        "no posting claims a transaction that is still to come: the roll-up would miss it",
        "select 'posting ' || op_id || '/' || seq || ' claims transaction ' || xid
         from ledger.posting where xid >= pg_snapshot_xmax(pg_current_snapshot())",
    ),
    (
        "I18",
        "what came back of charges was posted, and nothing else came back",
        "select 'operation ' || coalesce(c.op_id, p.op_id) || ' gave back ' || coalesce(p.total, 0)
                || ', charges say ' || coalesce(c.total, 0)
         from (select subscriber_id, returned_op_id as op_id, sum(returned_kop)::bigint as total
               from billing.charge where returned_op_id is not null
               group by subscriber_id, returned_op_id) c
         full join (select subscriber_id, op_id, sum(amount_kop)::bigint as total
                    from ledger.posting where dr_code = 2020 and cr_code = 2010
                    group by subscriber_id, op_id) p using (subscriber_id, op_id)
         where coalesce(c.total, 0) <> coalesce(p.total, 0)",
    ),
    (
        "I19",
        "television is withheld for a promised payment only while one is overdue",
        "select 'subscription ' || h.subscription_id || ' is held for a promised payment'
         from billing.subscription_hold h
         where h.reason = 'promise_overdue' and not exists (select from billing.promise p
             where p.subscriber_id = h.subscriber_id and p.state = 'overdue')",
    ),
    (
        "I20",
        "a promised payment was posted with its sum and its fee",
        "select 'promise ' || p.promise_id || ' is ' || p.amount_kop || ' with ' || p.fee_kop
                || ', posted ' || coalesce(sum(s.amount_kop) filter (where s.dr_code = 1310), 0)
                || ' with ' || coalesce(sum(s.amount_kop) filter (where s.cr_code = 4010), 0)
         from billing.promise p
         left join ledger.op o on o.subscriber_id = p.subscriber_id
             and o.idem_key in ('promise:' || p.promise_id || ':grant',
                 'promise:' || p.promise_id || ':fee')
         left join ledger.posting s on s.subscriber_id = o.subscriber_id and s.op_id = o.op_id
         group by p.promise_id, p.amount_kop, p.fee_kop
         having p.amount_kop <> coalesce(sum(s.amount_kop) filter (where s.dr_code = 1310), 0)
             or p.fee_kop <> coalesce(sum(s.amount_kop) filter (where s.cr_code = 4010), 0)",
    ),
    (
        "I21",
        "what nothing withholds is charged again, and nothing else is",
        "select 'subscription ' || s.subscription_id || ' has ' || count(h.reason)
                || ' holds and its next charge ' || coalesce(s.next_charge_at::text, 'never')
         from billing.subscription s
         left join billing.subscription_hold h using (subscriber_id, subscription_id)
         where s.state = 'active'
         group by s.subscriber_id, s.subscription_id, s.next_charge_at
         having (count(h.reason) = 0) <> (s.next_charge_at is not null)",
    ),
    (
        "I22",
        "the head-end is told to serve exactly what nothing withholds",
        "select 'subscription ' || s.subscription_id || ' has ' || count(h.reason)
                || ' holds and the wish ' || i.want
         from billing.subscription s
         join billing.entitlement_intent i using (subscriber_id, subscription_id, card_id)
         left join billing.subscription_hold h using (subscriber_id, subscription_id)
         where s.state = 'active'
         group by s.subscriber_id, s.subscription_id, i.want
         having (count(h.reason) = 0) <> (i.want = 'on')",
    ),
    (
        "I23",
        "autopay took one sum a month, a day after it was told at the soonest, and not more than told",
        "select 'payment ' || p.payment_id || ' of autopay belongs to no month'
         from billing.payment p
         where p.purpose = 'autopay' and p.state = 'succeeded' and not exists (
             select from billing.autopay_run r
             where r.subscriber_id = p.subscriber_id and r.payment_id = p.payment_id)
         union all
         select 'month ' || r.month || ' was told ' || r.noticed_kop || ' at ' || r.notified_at
                || ' and charged ' || p.amount_kop || ' at ' || p.created_at
         from billing.autopay_run r join billing.payment p using (subscriber_id, payment_id)
         where r.state in ('charging', 'succeeded')
           and (p.amount_kop > r.noticed_kop or p.created_at < r.notified_at + interval '24 hours')
         union all
         select 'month ' || r.month || ' is ' || r.state || ', its payment ' || p.state
         from billing.autopay_run r join billing.payment p using (subscriber_id, payment_id)
         where r.state = 'succeeded' and p.state <> 'succeeded'",
    ),
];

/// How many differing rows of one invariant are named.
const MOST_ROWS: i64 = 100;

/// Asks every question; the findings of broken invariants. While others write, the answers only fit
/// each other inside one snapshot: see [`crate::Db::begin_snapshot`].
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
