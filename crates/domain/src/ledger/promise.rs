//! How promised payments are posted.

use super::{Code, Op, OpKind, Posting, PostingError, Wallet, one};
use crate::ids::{OpId, PromiseId, SubscriberId};
use crate::{Money, Timestamp};

/// A promised payment was granted: Dr 1310 Cr W.
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing.
pub fn promise_grant(
    id: OpId,
    subscriber: SubscriberId,
    promise: PromiseId,
    amount: Money,
    at: Timestamp,
) -> Result<Op, PostingError> {
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::PromiseGrant,
        idem_key: format!("promise:{promise}:grant"),
        effective_at: at,
        postings: vec![one(Code::PromisedDebt, Code::Wallet, amount)?],
    })
}

/// What a promised payment costs: Dr W Cr 4010.
///
/// # Errors
/// [`PostingError::NotPositive`] when it is free; [`PostingError::Insufficient`] when the wallet does
/// not hold the fee.
pub fn promise_fee(
    id: OpId,
    subscriber: SubscriberId,
    promise: PromiseId,
    fee: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    let posting = one(Code::Wallet, Code::Revenue, fee)?;
    if wallet.available < fee {
        return Err(PostingError::Insufficient);
    }
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::PromiseFee,
        idem_key: format!("promise:{promise}:fee"),
        effective_at: at,
        postings: vec![posting],
    })
}

/// A promised payment was not back in time: the unused days of the period it paid come back (Dr 2020
/// Cr W), and what the wallet then holds repays it (Dr W Cr 1310). Nothing when there is nothing to
/// move.
///
/// # Errors
/// [`PostingError::Overflow`] for sums beyond all money.
pub fn promise_expire(
    id: OpId,
    subscriber: SubscriberId,
    promise: PromiseId,
    returned: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Option<Op>, PostingError> {
    let repaid = wallet
        .available
        .checked_add(returned)?
        .min(wallet.promised_debt);
    let mut postings = Vec::new();
    for (debit, credit, amount) in [
        (Code::DeferredRevenue, Code::Wallet, returned),
        (Code::Wallet, Code::PromisedDebt, repaid),
    ] {
        if amount.is_positive() {
            postings.push(Posting {
                debit,
                credit,
                amount,
            });
        }
    }
    if postings.is_empty() {
        return Ok(None);
    }
    Ok(Some(Op {
        id,
        subscriber,
        kind: OpKind::PromiseExpire,
        idem_key: format!("promise:{promise}:expire"),
        effective_at: at,
        postings,
    }))
}
