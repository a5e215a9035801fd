//! Money has come in for a wallet, whichever way: it is posted, repays what is owed, charges what is
//! due, and brings television back, in the transaction of whoever calls.

use crate::billing::{Settled, Whose, digest, new_id, settle_locked};
use crate::receipts::advances::Moved;
use crate::receipts::writing::{self, Paid};
use crate::{ServiceError, Services, jobs, promise};
use chrono_tz::Tz;
use domain::ids::{MessageId, PaymentId, SubscriberId};
use domain::ledger::{Op, Wallet};
use domain::notice::Notice;
use domain::{Money, Timestamp};
use serde_json::Value;
use storage::ledger::Posted;
use storage::{Conn, inbox, ledger};

/// An operation that brings money, and where it is from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coming<'a> {
    /// The operation.
    pub op: &'a Op,
    /// The payment that was just paid: it gets its receipt.
    pub paid: Option<Paid<'a>>,
    /// The payment by which the money came once: it can be given back to there.
    pub payment: Option<PaymentId>,
}

impl<'a> Coming<'a> {
    /// Of a payment that was just paid.
    pub(crate) fn paid(op: &'a Op, paid: Paid<'a>) -> Self {
        Self {
            op,
            payment: Some(paid.payment.id),
            paid: Some(paid),
        }
    }

    /// Without a payment.
    pub(crate) fn otherwise(op: &'a Op) -> Self {
        Self {
            op,
            paid: None,
            payment: None,
        }
    }
}

/// What followed from it.
#[derive(Debug)]
pub(crate) struct Credited {
    /// What was charged and switched.
    settled: Settled,
    /// What of it repaid a promised payment.
    repaid: Money,
    /// Did the repayment alone bring something back?
    running_again: bool,
}

impl Credited {
    /// What there is to say about the charges that it has paid, or could not pay.
    pub(crate) fn charges(&self) -> &[Notice] {
        &self.settled.notices
    }
}

/// Posts an operation that brings money to a wallet which the caller has locked, and everything that
/// follows from it.
///
/// # Errors
/// [`ServiceError::Internal`] when it was posted earlier: the caller's own row must prevent that.
pub(crate) async fn receive(
    conn: &mut Conn,
    services: &Services,
    tz: Tz,
    coming: Coming<'_>,
    wallet: Wallet,
    actor: &str,
    meta: &Value,
    now: Timestamp,
) -> Result<Credited, ServiceError> {
    let Coming { op, paid, payment } = coming;
    let subscriber = op.subscriber;
    let Posted::Now(after) = ledger::post(conn, op, &wallet, &digest(op), actor, meta, now).await?
    else {
        return Err(ServiceError::Internal(format!(
            "{} was posted earlier",
            op.idem_key
        )));
    };
    let repaid = wallet.repaid(&after)?;
    let whose = Whose::of(services, subscriber, tz);
    let moved = Moved::by(op, &wallet, whose.offset, now);
    // The receipt of the money comes before those of what it pays.
    if let Some(paid) = &paid {
        writing::write_advance(conn, paid, op.id, now).await?;
    }
    moved.received(conn, op.brings(), repaid, payment).await?;
    let running_again = promise::repay(conn, subscriber, tz, repaid.promise, now).await?;
    let settled = settle_or_leave(conn, whose, after, actor, now).await?;
    Ok(Credited {
        settled,
        repaid: repaid.promise,
        running_again,
    })
}

/// Writes the messages about it.
pub(crate) async fn tell(
    conn: &mut Conn,
    subscriber: SubscriberId,
    amount: Money,
    credited: &Credited,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let settled = &credited.settled;
    let notice = Notice::PaymentCredited {
        amount,
        balance: settled.wallet.available,
        paid_through: settled.paid_through,
        restored: settled.restored || credited.running_again,
        repaid: credited.repaid,
    };
    inbox::insert(conn, subscriber, MessageId(new_id()), &notice, now).await?;
    // What was charged stands in the message above; that service stopped does not.
    for notice in &settled.notices {
        if matches!(notice, Notice::Suspended { .. }) {
            inbox::insert(conn, subscriber, MessageId(new_id()), notice, now).await?;
        }
    }
    Ok(())
}

/// Money is credited whatever becomes of the charges it should pay: those run in a savepoint, and
/// when they fail, a job tries them again while people look.
async fn settle_or_leave(
    conn: &mut Conn,
    whose: Whose,
    wallet: Wallet,
    actor: &str,
    now: Timestamp,
) -> Result<Settled, ServiceError> {
    let subscriber = whose.subscriber;
    let mut inner = storage::db::savepoint(conn).await?;
    match settle_locked(&mut inner, whose, wallet, actor, now).await {
        Ok(settled) => {
            storage::db::release(inner).await?;
            Ok(settled)
        }
        // The whole transaction runs anew, or later.
        Err(error @ (ServiceError::Conflict(_) | ServiceError::Unavailable(_))) => Err(error),
        Err(error) => {
            tracing::error!(%subscriber, %error, "payment.credited_unsettled: people must look");
            storage::db::undo(inner).await?;
            jobs::enqueue_settle(conn, subscriber).await?;
            Ok(Settled {
                wallet,
                ..Settled::default()
            })
        }
    }
}
