//! Reading the changes of a wallet as rows for people.

use crate::convert::from_db;
use crate::{Conn, StorageError};
use domain::ids::{OpId, PaymentId, SubscriberId};
use domain::operation::OperationKind;
use domain::{Money, Timestamp};

/// A change of the wallet with its moment still in UTC.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the change.
    pub version: i64,
    /// The ledger's operation.
    pub op: OpId,
    /// What it was.
    pub kind: OperationKind,
    /// How the wallet changed.
    pub amount: Money,
    /// The wallet after it.
    pub balance: Money,
    /// When.
    pub at: Timestamp,
    /// Tariff name or card mask.
    pub detail: Option<String>,
    /// The payment behind it.
    pub payment: Option<PaymentId>,
}

/// The newest changes older than `before`, at most `limit`.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(
    conn: &mut Conn,
    subscriber: SubscriberId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Row>, StorageError> {
    let rows = sqlx::query!(
        r#"select p.wallet_version as "version!", p.op_id, p.dr_code, p.cr_code,
                  p.wallet_delta_kop, p.wallet_after_kop as "after!", p.posted_at,
                  o.kind, o.meta ->> 'detail' as detail, o.meta ->> 'payment' as payment
           from ledger.posting p
           join ledger.op o on o.subscriber_id = p.subscriber_id and o.op_id = p.op_id
           where p.subscriber_id = $1 and p.wallet_version is not null and p.wallet_version < $2
           order by p.wallet_version desc limit $3"#,
        subscriber.0,
        before.unwrap_or(i64::MAX),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            version: row.version,
            op: OpId(row.op_id),
            kind: match (row.kind.as_str(), row.dr_code, row.cr_code) {
                (_, 2010, 1310) => OperationKind::PromiseRepaid,
                (_, 2010, 1320) => OperationKind::DebtRepaid,
                ("top_up", _, 2010) => OperationKind::TopUp,
                ("charge", 2010, _) => OperationKind::Charge,
                ("voucher", _, 2010) => OperationKind::Voucher,
                ("promise_grant", _, 2010) => OperationKind::PromiseGrant,
                ("promise_fee", 2010, _) => OperationKind::PromiseFee,
                ("promise_expire", _, 2010) => OperationKind::DaysReturned,
                _ => OperationKind::Other,
            },
            amount: Money::from_kopecks(row.wallet_delta_kop),
            balance: Money::from_kopecks(row.after),
            at: from_db(row.posted_at),
            detail: row.detail,
            payment: row.payment.and_then(|text| text.parse().ok()),
        })
        .collect())
}
