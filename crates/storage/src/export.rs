//! Everything that is known of a person, as one JSON document. Secrets (digests, keys, hashes) and
//! what only the machine needs stay out; a test compares the rest with the tables there are.

use crate::{Conn, StorageError};
use domain::ids::AccountId;
use serde_json::Value;

/// The document: the account with its access, and each contract with its service and money.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn document(conn: &mut Conn, account: AccountId) -> Result<Value, StorageError> {
    let document = sqlx::query_scalar!(
        r#"select jsonb_build_object(
            'about', jsonb_build_object('made_at', app.now(), 'money', 'kopecks', 'time', 'UTC'),
            'account', (select to_jsonb(a) - 'password_hash' from identity.account a
                        where a.account_id = $1),
            'consents', (select coalesce(jsonb_agg(to_jsonb(c) order by c.at), '[]')
                         from identity.consent c where c.account_id = $1),
            'security_log', (select coalesce(jsonb_agg(to_jsonb(l) order by l.at), '[]')
                             from identity.security_log l where l.account_id = $1),
            'sessions', (select coalesce(jsonb_agg(
                             to_jsonb(s) - 'token_sha256' - 'browser_sha256' order by s.created_at), '[]')
                         from identity.session s where s.account_id = $1),
            'known_browsers', (select coalesce(jsonb_agg(
                                   to_jsonb(b) - 'browser_sha256' order by b.first_seen_at), '[]')
                               from identity.known_browser b where b.account_id = $1),
            'passkeys', (select coalesce(jsonb_agg(
                             to_jsonb(p) - 'credential' - 'credential_id' order by p.created_at), '[]')
                         from identity.passkey p where p.account_id = $1),
            'deliveries', (select coalesce(jsonb_agg(
                               to_jsonb(d) - 'body' - 'last_error' order by d.created_at), '[]')
                           from outbox.delivery d where d.account_id = $1),
            'contracts', (select coalesce(jsonb_agg(jsonb_build_object(
                'subscriber', to_jsonb(s),
                'member_since', m.since,
                'cards', (select coalesce(jsonb_agg(to_jsonb(c) order by c.position), '[]')
                          from billing.card c where c.subscriber_id = s.subscriber_id),
                'card_numbers', (select coalesce(jsonb_agg(to_jsonb(n) order by n.number), '[]')
                                 from billing.card_number n where n.subscriber_id = s.subscriber_id),
                'subscriptions', (select coalesce(jsonb_agg(to_jsonb(b)), '[]')
                                  from billing.subscription b where b.subscriber_id = s.subscriber_id),
                'subscription_holds', (select coalesce(jsonb_agg(to_jsonb(h)), '[]')
                                       from billing.subscription_hold h where h.subscriber_id = s.subscriber_id),
                'charges', (select coalesce(jsonb_agg(to_jsonb(g)), '[]')
                            from billing.charge g where g.subscriber_id = s.subscriber_id),
                'promises', (select coalesce(jsonb_agg(to_jsonb(p)), '[]')
                             from billing.promise p where p.subscriber_id = s.subscriber_id),
                'entitlements', (select coalesce(jsonb_agg(to_jsonb(e)), '[]')
                                 from billing.entitlement_intent e where e.subscriber_id = s.subscriber_id),
                'payments', (select coalesce(jsonb_agg(
                                 to_jsonb(p) - 'return_token' - 'idem_key' - 'confirmation_url' - 'form_key' - 'gateway_payment_id'
                                 order by p.created_at), '[]')
                             from billing.payment p where p.subscriber_id = s.subscriber_id),
                'payment_methods', (select coalesce(jsonb_agg(to_jsonb(k) - 'token_sealed' order by k.created_at), '[]')
                                    from billing.payment_method k
                                    where k.subscriber_id = s.subscriber_id and k.account_id = $1),
                'autopay', (select coalesce(jsonb_agg(to_jsonb(a) - 'mandate_sha256' order by a.agreed_at), '[]')
                            from billing.autopay a
                            where a.subscriber_id = s.subscriber_id and a.account_id = $1),
                'autopay_runs', (select coalesce(jsonb_agg(to_jsonb(r) order by r.month), '[]')
                                 from billing.autopay_run r where r.subscriber_id = s.subscriber_id),
                'autopay_links', (select coalesce(jsonb_agg(to_jsonb(l) - 'token_sha256' order by l.created_at), '[]')
                                  from billing.autopay_link l where l.subscriber_id = s.subscriber_id),
                'refunds', (select coalesce(jsonb_agg(to_jsonb(r) - 'form_key' - 'decided_by' order by r.requested_at), '[]')
                            from billing.refund r where r.subscriber_id = s.subscriber_id),
                'refund_parts', (select coalesce(jsonb_agg(to_jsonb(r) - 'gateway_refund_id' order by r.part_id), '[]')
                                 from billing.refund_part r where r.subscriber_id = s.subscriber_id),
                'receipts', (select coalesce(jsonb_agg(to_jsonb(r) order by r.created_at), '[]')
                             from billing.receipt r where r.subscriber_id = s.subscriber_id),
                'advances', (select coalesce(jsonb_agg(to_jsonb(v) order by v.taken_at), '[]')
                             from billing.advance_lot v where v.subscriber_id = s.subscriber_id),
                'advance_uses', (select coalesce(jsonb_agg(to_jsonb(u)), '[]')
                                 from billing.advance_use u where u.subscriber_id = s.subscriber_id),
                'receipt_lines', (select coalesce(jsonb_agg(to_jsonb(q) order by q.receipt_id, q.n), '[]')
                                  from billing.receipt_line q where q.subscriber_id = s.subscriber_id),
                'wallet', (select to_jsonb(w) from ledger.wallet w where w.subscriber_id = s.subscriber_id),
                'operations', (select coalesce(jsonb_agg(to_jsonb(o) - 'payload_sha256' - 'idem_key' order by o.posted_at), '[]')
                               from ledger.op o where o.subscriber_id = s.subscriber_id),
                'postings', (select coalesce(jsonb_agg(to_jsonb(t) - 'xid' order by t.posted_at, t.seq), '[]')
                             from ledger.posting t where t.subscriber_id = s.subscriber_id),
                'identity_checks', (select coalesce(jsonb_agg(to_jsonb(k) - 'session_id' order by k.at), '[]')
                                    from office.identity_check k where k.subscriber_id = s.subscriber_id),
                'messages', (select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at), '[]')
                             from inbox.message i where i.subscriber_id = s.subscriber_id
                               and (i.account_id is null or i.account_id = $1))
                ) order by m.since), '[]')
                from identity.membership m join billing.subscriber s using (subscriber_id)
                where m.account_id = $1)
        ) as "document!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(document)
}
