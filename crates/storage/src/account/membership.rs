//! Which contracts a login holds.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::Timestamp;
use domain::ids::{AccountId, CardId, SubscriberId};

/// Gives a contract to a login.
///
/// # Errors
/// [`StorageError::Duplicate`] when the contract has one already.
pub async fn insert_membership(
    conn: &mut Conn,
    id: AccountId,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into identity.membership (account_id, subscriber_id, since) values ($1, $2, $3)",
        id.0,
        subscriber.0,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The contracts of a login, oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn subscribers(
    conn: &mut Conn,
    id: AccountId,
) -> Result<Vec<SubscriberId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select subscriber_id from identity.membership where account_id = $1 order by since, subscriber_id",
        id.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SubscriberId).collect())
}

/// The contract of this login that this usable card belongs to; nothing for anybody else's card.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn subscriber_of_card(
    conn: &mut Conn,
    id: AccountId,
    card: CardId,
) -> Result<Option<SubscriberId>, StorageError> {
    let found = sqlx::query_scalar!(
        "select m.subscriber_id
         from identity.membership m join billing.card c using (subscriber_id)
         where m.account_id = $1 and c.card_id = $2 and c.state = 'active'",
        id.0,
        card.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(SubscriberId))
}

/// Takes a contract from a login.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remove_membership(
    conn: &mut Conn,
    id: AccountId,
    subscriber: SubscriberId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from identity.membership where account_id = $1 and subscriber_id = $2",
        id.0,
        subscriber.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The confirmed e-mail of whoever has had a contract in a cabinet the longest.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn email_of(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<String>, StorageError> {
    let found = sqlx::query_scalar!(
        r#"select a.email as "email!" from identity.membership m
           join identity.account a using (account_id)
           where m.subscriber_id = $1 and a.state = 'active' and a.email is not null
               and a.email_confirmed_at is not null
           order by m.since limit 1"#,
        subscriber.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}
