//! The ledger's rules: accounts, postings and how each event of the business is posted.
//!
//! Every posting moves a positive sum from a debited to a credited account, so an unbalanced entry
//! cannot be written down. The tables that keep postings are append-only; here it is only decided
//! what to post. `W` below is the subscriber's wallet, account 2010.

mod promise;
mod refund;

pub use promise::{promise_expire, promise_fee, promise_grant};
pub use refund::{refund_cancel, refund_done, refund_request};

use crate::billing::Period;
use crate::ids::{OpId, PaymentId, SubscriberId, SubscriptionId, VoucherBatchId};
use crate::{Money, Timestamp};
use uuid::Uuid;

/// Owner of the operator's own accounts and operations.
pub const OPERATOR: SubscriberId = SubscriberId(Uuid::nil());

/// The chart of accounts. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Money on its way from the acquirer.
    AcquirerClearing,
    /// What the subscriber borrowed by promised payments.
    PromisedDebt,
    /// Other debt of the subscriber, such as a payment the bank took back.
    SubscriberDebt,
    /// The subscriber's wallet.
    Wallet,
    /// Paid periods not yet served.
    DeferredRevenue,
    /// Money in the bank.
    Bank,
    /// Prepaid cards that are sold and not redeemed.
    VoucherLiability,
    /// Money that is on its way back to where it came from.
    RefundsPayable,
    /// Money that came in and matches no payment of ours.
    Suspense,
    /// What the operator has earned.
    Revenue,
}

impl Code {
    /// As stored.
    pub const fn number(self) -> i16 {
        match self {
            Self::Bank => 1010,
            Self::AcquirerClearing => 1110,
            Self::PromisedDebt => 1310,
            Self::SubscriberDebt => 1320,
            Self::Wallet => 2010,
            Self::DeferredRevenue => 2020,
            Self::VoucherLiability => 2110,
            Self::RefundsPayable => 2310,
            Self::Suspense => 2910,
            Self::Revenue => 4010,
        }
    }

    /// Does the account belong to a subscriber? Otherwise it is the operator's.
    pub const fn is_subscribers(self) -> bool {
        matches!(
            self,
            Self::PromisedDebt | Self::SubscriberDebt | Self::Wallet | Self::DeferredRevenue
        )
    }
}

/// The three sums of a wallet that are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wallet {
    /// What can be spent.
    pub available: Money,
    /// Borrowed by promised payments and not repaid.
    pub promised_debt: Money,
    /// Other debt.
    pub other_debt: Money,
    /// Counts the postings of the wallet.
    pub version: i64,
}

/// One movement between two accounts of one subscriber's operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Debited account.
    pub debit: Code,
    /// Credited account.
    pub credit: Code,
    /// How much; always positive.
    pub amount: Money,
}

impl Posting {
    /// What it changes on the wallet.
    pub fn wallet_delta(&self) -> Money {
        match (self.debit, self.credit) {
            (_, Code::Wallet) => self.amount,
            (Code::Wallet, _) => Money::from_kopecks(-self.amount.kopecks()),
            _ => Money::ZERO,
        }
    }
}

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// A payment came in.
    TopUp,
    /// A payment came in whose sum or currency is not what we asked for.
    Suspense,
    /// A promised payment was granted.
    PromiseGrant,
    /// A prepaid card was redeemed.
    Voucher,
    /// Prepaid cards were sold.
    VoucherSale,
    /// What a promised payment costs.
    PromiseFee,
    /// A promised payment was not back in time.
    PromiseExpire,
    /// A period of a tariff was charged.
    Charge,
    /// Money was set aside to be given back.
    RefundRequest,
    /// It has gone back.
    RefundDone,
    /// It came to the wallet again.
    RefundCancel,
}

impl OpKind {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Suspense => "suspense",
            Self::PromiseGrant => "promise_grant",
            Self::Voucher => "voucher",
            Self::VoucherSale => "voucher_sale",
            Self::PromiseFee => "promise_fee",
            Self::PromiseExpire => "promise_expire",
            Self::Charge => "charge",
            Self::RefundRequest => "refund_request",
            Self::RefundDone => "refund_done",
            Self::RefundCancel => "refund_cancel",
        }
    }
}

/// An operation ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Its id.
    pub id: OpId,
    /// Whose.
    pub subscriber: SubscriberId,
    /// What for.
    pub kind: OpKind,
    /// The natural key: the same event posts once, for ever.
    pub idem_key: String,
    /// Business time.
    pub effective_at: Timestamp,
    /// At least one.
    pub postings: Vec<Posting>,
}

impl Op {
    /// What it brings to the wallet before anything is taken off again.
    pub fn brings(&self) -> Money {
        let coming = self
            .postings
            .iter()
            .filter(|one| one.credit == Code::Wallet);
        coming.map(|one| one.amount).sum()
    }
}

/// What an operation has repaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaid {
    /// Of promised payments.
    pub promise: Money,
    /// Of other debt.
    pub debt: Money,
}

/// A posting rule was used against its precondition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// The sum is not positive.
    #[error("a posting needs a positive sum")]
    NotPositive,
    /// The wallet does not hold the sum.
    #[error("the wallet holds less than the sum")]
    Insufficient,
    /// The sum does not fit.
    #[error(transparent)]
    Overflow(#[from] crate::money::Overflow),
}

/// How a top-up is divided: a promised payment is repaid first, then other debt, the rest stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopUpSplit {
    /// Repays promised payments.
    pub to_promise: Money,
    /// Repays other debt.
    pub to_debt: Money,
    /// Stays on the wallet.
    pub rest: Money,
}

/// Divides a top-up over debts and wallet.
pub fn split_top_up(amount: Money, wallet: &Wallet) -> TopUpSplit {
    let to_promise = amount.min(wallet.promised_debt);
    let after = Money::from_kopecks(amount.kopecks() - to_promise.kopecks());
    let to_debt = after.min(wallet.other_debt);
    let rest = Money::from_kopecks(after.kopecks() - to_debt.kopecks());
    TopUpSplit {
        to_promise,
        to_debt,
        rest,
    }
}

/// A payment succeeded: Dr 1110 Cr W, then W repays the promise (Cr 1310) and other debt (Cr 1320).
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing.
pub fn top_up(
    id: OpId,
    subscriber: SubscriberId,
    payment: PaymentId,
    amount: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    let postings = incoming(Code::AcquirerClearing, amount, wallet)?;
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::TopUp,
        idem_key: top_up_key(payment),
        effective_at: at,
        postings,
    })
}

/// A prepaid card was redeemed: Dr 2110 Cr W, then debts as with a top-up.
///
/// # Errors
/// [`PostingError::NotPositive`] for a face of nothing.
pub fn voucher(
    id: OpId,
    subscriber: SubscriberId,
    serial: &str,
    face: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    let postings = incoming(Code::VoucherLiability, face, wallet)?;
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::Voucher,
        idem_key: format!("voucher:{serial}"),
        effective_at: at,
        postings,
    })
}

/// A batch of prepaid cards was sold, an operation of the operator's own: Dr 1010 Cr 2110 for the faces
/// together.
///
/// # Errors
/// [`PostingError::NotPositive`] for a batch worth nothing.
pub fn voucher_sale(
    id: OpId,
    batch: VoucherBatchId,
    faces: Money,
    at: Timestamp,
) -> Result<Op, PostingError> {
    Ok(Op {
        id,
        subscriber: OPERATOR,
        kind: OpKind::VoucherSale,
        // The lines of a sale to several come with their own numbers one day.
        idem_key: format!("vsale:{batch}:1"),
        effective_at: at,
        postings: vec![one(Code::Bank, Code::VoucherLiability, faces)?],
    })
}

/// A posting of something.
fn one(debit: Code, credit: Code, amount: Money) -> Result<Posting, PostingError> {
    if !amount.is_positive() {
        return Err(PostingError::NotPositive);
    }
    Ok(Posting {
        debit,
        credit,
        amount,
    })
}

/// Money comes in from an account and repays debts first.
fn incoming(from: Code, amount: Money, wallet: &Wallet) -> Result<Vec<Posting>, PostingError> {
    let mut postings = vec![one(from, Code::Wallet, amount)?];
    let split = split_top_up(amount, wallet);
    for (credit, amount) in [
        (Code::PromisedDebt, split.to_promise),
        (Code::SubscriberDebt, split.to_debt),
    ] {
        if amount.is_positive() {
            postings.push(Posting {
                debit: Code::Wallet,
                credit,
                amount,
            });
        }
    }
    Ok(postings)
}

/// Money came in that is not for the wallet: a sum unlike ours, or a second object for one payment.
/// Dr 1110 Cr 2910, for people to look at.
///
/// # Errors
/// [`PostingError::NotPositive`] for a sum of nothing.
pub fn suspense(
    id: OpId,
    subscriber: SubscriberId,
    idem_key: String,
    amount: Money,
    at: Timestamp,
) -> Result<Op, PostingError> {
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::Suspense,
        idem_key,
        effective_at: at,
        postings: vec![one(Code::AcquirerClearing, Code::Suspense, amount)?],
    })
}

/// A period was charged: Dr W Cr 2020.
///
/// # Errors
/// [`PostingError::Insufficient`] when the wallet does not hold the price.
pub fn charge(
    id: OpId,
    subscriber: SubscriberId,
    subscription: SubscriptionId,
    period: Period,
    price: Money,
    wallet: &Wallet,
    at: Timestamp,
) -> Result<Op, PostingError> {
    let posting = one(Code::Wallet, Code::DeferredRevenue, price)?;
    if wallet.available < price {
        return Err(PostingError::Insufficient);
    }
    let idem_key = format!("charge:{subscription}:period:{}", period.from);
    Ok(Op {
        id,
        subscriber,
        kind: OpKind::Charge,
        idem_key,
        effective_at: at,
        postings: vec![posting],
    })
}

/// The natural key of a payment's credit.
pub fn top_up_key(payment: PaymentId) -> String {
    format!("topup:{payment}")
}

/// The natural key of a payment put aside.
pub fn suspense_key(payment: PaymentId) -> String {
    format!("susp:{payment}")
}

/// The natural key of a second object of the acquirer for one payment.
pub fn second_object_key(payment: PaymentId, object: &str) -> String {
    format!("susp:{payment}:{object}")
}

impl Wallet {
    /// What an operation has repaid that left another wallet.
    ///
    /// # Errors
    /// [`PostingError::Overflow`] for sums beyond all money.
    pub fn repaid(&self, after: &Self) -> Result<Repaid, PostingError> {
        Ok(Repaid {
            promise: self.promised_debt.checked_sub(after.promised_debt)?,
            debt: self.other_debt.checked_sub(after.other_debt)?,
        })
    }

    /// The wallet after a posting of its own subscriber.
    ///
    /// # Errors
    /// [`PostingError::Insufficient`] when a sum would fall below nothing.
    pub fn after(&self, posting: &Posting) -> Result<Self, PostingError> {
        let mut next = *self;
        let delta = posting.wallet_delta();
        next.available = self.available.checked_add(delta)?;
        if !delta.is_zero() {
            next.version += 1;
        }
        match posting.debit {
            Code::PromisedDebt => {
                next.promised_debt = self.promised_debt.checked_add(posting.amount)?;
            }
            Code::SubscriberDebt => {
                next.other_debt = self.other_debt.checked_add(posting.amount)?;
            }
            _ => {}
        }
        match posting.credit {
            Code::PromisedDebt => {
                next.promised_debt = self.promised_debt.checked_sub(posting.amount)?;
            }
            Code::SubscriberDebt => {
                next.other_debt = self.other_debt.checked_sub(posting.amount)?;
            }
            _ => {}
        }
        if [next.available, next.promised_debt, next.other_debt]
            .iter()
            .any(|m| m.kopecks() < 0)
        {
            return Err(PostingError::Insufficient);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PromiseId;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn kop(kopecks: i64) -> Money {
        Money::from_kopecks(kopecks)
    }

    prop_compose! {
        fn any_wallet()(available in 0i64..10_000_000, promised in 0i64..100_000, other in 0i64..100_000, version in 0i64..1000) -> Wallet {
            Wallet { available: kop(available), promised_debt: kop(promised), other_debt: kop(other), version }
        }
    }

    #[test]
    fn a_top_up_repays_the_promise_first() {
        let wallet = Wallet {
            promised_debt: kop(14_000),
            ..Wallet::default()
        };
        let id = Uuid::nil();
        let op = top_up(
            OpId(id),
            SubscriberId(id),
            PaymentId(id),
            kop(50_000),
            &wallet,
            Timestamp::from_micros(0),
        )
        .unwrap();
        assert_eq!(
            op.postings,
            vec![
                Posting {
                    debit: Code::AcquirerClearing,
                    credit: Code::Wallet,
                    amount: kop(50_000)
                },
                Posting {
                    debit: Code::Wallet,
                    credit: Code::PromisedDebt,
                    amount: kop(14_000)
                },
            ]
        );
    }

    proptest! {
        #[test]
        fn a_top_up_keeps_every_kopeck(wallet in any_wallet(), amount in 1i64..10_000_000) {
            let id = Uuid::nil();
            let op = top_up(OpId(id), SubscriberId(id), PaymentId(id), kop(amount), &wallet, Timestamp::from_micros(0)).unwrap();
            let after = op.postings.iter().try_fold(wallet, |w, p| w.after(p)).unwrap();
            let worth = |w: &Wallet| w.available.kopecks() - w.promised_debt.kopecks() - w.other_debt.kopecks();
            prop_assert_eq!(worth(&after) - worth(&wallet), amount);
            prop_assert_eq!(after.version - wallet.version, op.postings.len() as i64);
            // A debt is left only when nothing was left for the wallet.
            if after.promised_debt.is_positive() || after.other_debt.is_positive() {
                prop_assert_eq!(after.available, wallet.available);
            }
        }

        #[test]
        fn an_expired_promise_keeps_every_kopeck(wallet in any_wallet(), returned in 0i64..100_000) {
            let id = Uuid::nil();
            let op = promise_expire(OpId(id), SubscriberId(id), PromiseId(id), kop(returned), &wallet, Timestamp::from_micros(0)).unwrap();
            let nothing = returned == 0 && (wallet.available.is_zero() || wallet.promised_debt.is_zero());
            prop_assert_eq!(op.is_none(), nothing);
            if let Some(op) = op {
                let after = op.postings.iter().try_fold(wallet, |w, p| w.after(p)).unwrap();
                let worth = |w: &Wallet| w.available.kopecks() - w.promised_debt.kopecks();
                prop_assert_eq!(worth(&after) - worth(&wallet), returned);
                // Debt and money are not left side by side.
                prop_assert!(after.available.is_zero() || after.promised_debt.is_zero());
            }
        }

        #[test]
        fn no_charge_beyond_the_wallet(wallet in any_wallet(), price in 1i64..10_000_000) {
            let id = Uuid::nil();
            let day = crate::Date::new(2026, 11, 22).unwrap();
            let period = Period { from: day, to: day.plus_months(1, 22) };
            let result = charge(OpId(id), SubscriberId(id), SubscriptionId(id), period, kop(price), &wallet, Timestamp::from_micros(0));
            prop_assert_eq!(result.is_ok(), wallet.available.kopecks() >= price);
            if let Ok(op) = result {
                let after = op.postings.iter().try_fold(wallet, |w, p| w.after(p)).unwrap();
                prop_assert_eq!(after.available.kopecks(), wallet.available.kopecks() - price);
            }
        }
    }
}
