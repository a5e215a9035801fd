//! Partners: dealers' organisations.

use crate::convert::to_db;
use crate::{Conn, StorageError};
use domain::ids::PartnerId;
use domain::{PartnerNumber, Timestamp};

/// Writes a partner.
///
/// # Errors
/// [`StorageError::Duplicate`] when the number is taken.
pub async fn insert(
    conn: &mut Conn,
    id: PartnerId,
    number: &PartnerNumber,
    name: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into office.partner (partner_id, number, name, created_at) values ($1, $2, $3, $4)",
        id.0,
        number.as_str(),
        name,
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The partner with a number.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn by_number(
    conn: &mut Conn,
    number: &PartnerNumber,
) -> Result<Option<PartnerId>, StorageError> {
    let id = sqlx::query_scalar!(
        "select partner_id from office.partner where number = $1",
        number.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PartnerId))
}
