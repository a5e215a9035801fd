//! How refunds are posted.

use super::{Code, Op, OpKind, PostingError, Wallet, incoming, one};
use crate::ids::{OpId, RefundId, RefundPartId, SubscriberId};
use crate::{Money, Timestamp};

/// Money is set aside to be given back: Dr W Cr 2310.
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing; [`PostingError::Insufficient`] when the wallet does
/// not hold it.
pub fn refund_request(
    id: OpId,
    subscriber: SubscriberId,
    refund: RefundId,
    amount: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    if wallet.available < amount {
        return Err(PostingError::Insufficient);
    }
    let idem_key = format!("refund:{refund}:request");
    let posting = one(Code::Wallet, Code::RefundsPayable, amount)?;
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::RefundRequest,
        idem_key,
        effective_at: at,
        postings: vec![posting],
    })
}

/// A part of a refund has gone back: Dr 2310 Cr 1110.
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing.
pub fn refund_done(
    id: OpId,
    subscriber: SubscriberId,
    part: RefundPartId,
    amount: Money,
    at: Timestamp,
) -> Result<Op, PostingError> {
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::RefundDone,
        idem_key: format!("refund:{part}:done"),
        effective_at: at,
        postings: vec![one(Code::RefundsPayable, Code::AcquirerClearing, amount)?],
    })
}

/// A part of a refund will not go back: Dr 2310 Cr W, then debts as with a top-up, for the wallet may owe
/// something by now.
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing.
pub fn refund_cancel(
    id: OpId,
    subscriber: SubscriberId,
    part: RefundPartId,
    amount: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::RefundCancel,
        idem_key: format!("refund:{part}:cancel"),
        effective_at: at,
        postings: incoming(Code::RefundsPayable, amount, wallet)?,
    })
}
