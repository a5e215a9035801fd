//! The links of notices that switch autopay off, known by their digests.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{MandateId, SubscriberId};

/// Keeps the link of a notice, by its digest.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn insert(
    conn: &mut Conn,
    token_sha256: &[u8],
    subscriber: SubscriberId,
    mandate: MandateId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.autopay_link (token_sha256, subscriber_id, mandate_id, created_at)
         values ($1, $2, $3, $4)",
        token_sha256,
        subscriber.0,
        mandate.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a link was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkOf {
    /// Whose contract.
    pub subscriber: SubscriberId,
    /// The order it was sent for.
    pub sent_for: MandateId,
    /// The order it switches off: that one, or the one that took its place by a change of day or card.
    /// Nothing when there is none.
    pub switches_off: Option<MandateId>,
    /// Does an order run that it has nothing to do with?
    pub other_runs: bool,
}

/// Finds a link by its digest.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn find(conn: &mut Conn, token_sha256: &[u8]) -> Result<Option<LinkOf>, StorageError> {
    let row = sqlx::query!(
        r#"select l.subscriber_id, l.mandate_id, o.mandate_id as "open?",
                  coalesce(o.mandate_id = l.mandate_id or not exists (
                      select from billing.autopay e
                      where e.subscriber_id = l.subscriber_id and e.agreed_at >= a.agreed_at
                        and e.state = 'off' and e.ended_by <> 'replaced'), false) as "follows!"
           from billing.autopay_link l
           join billing.autopay a using (subscriber_id, mandate_id)
           left join billing.autopay o on o.subscriber_id = l.subscriber_id and o.state <> 'off'
           where l.token_sha256 = $1"#,
        token_sha256,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| LinkOf {
        subscriber: SubscriberId(row.subscriber_id),
        sent_for: MandateId(row.mandate_id),
        switches_off: row.open.filter(|_| row.follows).map(MandateId),
        other_runs: row.open.is_some() && !row.follows,
    }))
}
