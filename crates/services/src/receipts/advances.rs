//! Advances and the services that use them up: which lot pays for what, and the receipt of each service
//! (зачёт аванса). Every operation that moves a wallet passes by here, in its transaction, with the wallet
//! as it was before. The rules are `domain::advance`.

use crate::billing::new_id;
use crate::{ServiceError, zone};
use domain::advance::{Lot, Standing, mode, take};
use domain::ids::{OpId, PaymentId, ReceiptId, SubscriberId};
use domain::ledger::{Op, Repaid, Wallet};
use domain::money::Overflow;
use domain::receipt::{
    Line, Mode, NAME_MOST, NO_VAT, ReceiptKind, ReceiptProblem, ReceiptState, Settled, Subject,
    vat_on,
};
use domain::settings::OffsetPolicy;
use domain::{Money, Timestamp};
use storage::receipt::New;
use storage::{Conn, account, advance, receipt};

/// A service's receipt is looked at so long after its money, in seconds.
const AFTER_ADVANCE: i64 = 15;

/// An operation on a wallet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved<'a> {
    subscriber: SubscriberId,
    op: OpId,
    /// The wallet before it.
    before: &'a Wallet,
    /// Do services get receipts here?
    policy: OffsetPolicy,
    now: Timestamp,
}

impl<'a> Moved<'a> {
    /// An operation that was posted on a wallet.
    pub(crate) fn by(op: &Op, before: &'a Wallet, policy: OffsetPolicy, now: Timestamp) -> Self {
        Self {
            subscriber: op.subscriber,
            op: op.id,
            before,
            policy,
            now,
        }
    }
}

fn overflow(error: Overflow) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

impl Moved<'_> {
    /// How the wallet stood, with the lots that lie on it. Lots that do not fit the wallet are mended here:
    /// money is never refused because of them.
    async fn standing(&self, conn: &mut Conn) -> Result<(Standing, Vec<Lot>), ServiceError> {
        let mut lots = advance::open(conn, self.subscriber).await?;
        let mut standing = Standing {
            available: self.before.available,
            debt: self.before.promised_debt,
            advances: lots.iter().map(|lot| lot.remaining).sum(),
        };
        let drift = standing.drift().map_err(overflow)?;
        if drift == Money::ZERO {
            return Ok((standing, lots));
        }
        tracing::error!(subscriber = %self.subscriber, ?standing, drift = drift.kopecks(), "advance.mended: people must look");
        if drift.is_positive() {
            self.use_up(conn, &lots, drift).await?;
            lots = advance::open(conn, self.subscriber).await?;
        } else {
            let missing = Money::from_kopecks(-drift.kopecks());
            lots.push(self.add_lot(conn, missing, None, None).await?);
        }
        standing.advances = standing.advances.checked_sub(drift).map_err(overflow)?;
        Ok((standing, lots))
    }

    /// Money comes in; what it repays of a promised payment pays for what was given on credit.
    pub(crate) async fn received(
        &self,
        conn: &mut Conn,
        amount: Money,
        repaid: Repaid,
        payment: Option<PaymentId>,
    ) -> Result<(), ServiceError> {
        let (standing, mut lots) = self.standing(conn).await?;
        lots.push(self.add_lot(conn, amount, Some(self.op), payment).await?);
        let mut standing = standing.with(amount, amount).map_err(overflow)?;
        if repaid.debt.is_positive() {
            // Money that a bank took back and that comes again: no service, no receipt of one.
            self.use_up(conn, &lots, repaid.debt).await?;
            lots = advance::open(conn, self.subscriber).await?;
            let gone = Money::ZERO.checked_sub(repaid.debt).map_err(overflow)?;
            standing = standing.with(gone, gone).map_err(overflow)?;
        }
        self.repay(conn, standing, &lots, repaid.promise).await
    }

    /// A service is charged.
    pub(crate) async fn charged(
        &self,
        conn: &mut Conn,
        name: &str,
        price: Money,
    ) -> Result<(), ServiceError> {
        let (standing, lots) = self.standing(conn).await?;
        let paid = standing.spent(price);
        let by = self.use_up(conn, &lots, paid).await?;
        let settled = Settled {
            prepaid: paid,
            credit: price.checked_sub(paid).map_err(overflow)?,
            ..Settled::default()
        };
        let kind = (ReceiptKind::Offset, mode(price, paid));
        self.write(conn, kind, name, settled, by).await
    }

    /// Unused days of a service come back, and what the wallet then holds repays a promised payment.
    pub(crate) async fn given_back(
        &self,
        conn: &mut Conn,
        returned: Money,
        repaid: Money,
    ) -> Result<(), ServiceError> {
        let (mut standing, mut lots) = self.standing(conn).await?;
        if returned.is_positive() {
            let forgiven = standing.forgiven(returned).map_err(overflow)?;
            let own = returned.checked_sub(forgiven).map_err(overflow)?;
            if own.is_positive() {
                lots.push(self.add_lot(conn, own, Some(self.op), None).await?);
            }
            standing = standing.with(returned, own).map_err(overflow)?;
            // The provider takes receipts of returns with the refund of a payment only: people make it.
            let settled = Settled {
                prepaid: own,
                credit: forgiven,
                ..Settled::default()
            };
            let kind = (ReceiptKind::OffsetReturn, mode(returned, own));
            let name = "Возврат за неиспользованные дни";
            self.write(conn, kind, name, settled, None).await?;
        }
        self.repay(conn, standing, &lots, repaid).await
    }

    async fn repay(
        &self,
        conn: &mut Conn,
        standing: Standing,
        lots: &[Lot],
        repaid: Money,
    ) -> Result<(), ServiceError> {
        let pays = standing.repaid(repaid).map_err(overflow)?;
        if !pays.is_positive() {
            return Ok(());
        }
        let by = self.use_up(conn, lots, pays).await?;
        let settled = Settled {
            prepaid: pays,
            ..Settled::default()
        };
        let kind = (ReceiptKind::Repayment, Mode::CreditPayment);
        let name = "Погашение обещанного платежа";
        self.write(conn, kind, name, settled, by).await
    }

    async fn add_lot(
        &self,
        conn: &mut Conn,
        amount: Money,
        op: Option<OpId>,
        payment: Option<PaymentId>,
    ) -> Result<Lot, ServiceError> {
        let new = advance::New {
            id: new_id(),
            op,
            payment,
            amount,
            vat_code: vat_on(zone::today(zone::OPERATOR, self.now)).calculated_code,
        };
        advance::insert(conn, self.subscriber, &new, self.now).await?;
        Ok(Lot {
            id: new.id,
            remaining: amount,
            payment,
        })
    }

    /// Takes a sum from the lots; the payment that brought the last of it.
    async fn use_up(
        &self,
        conn: &mut Conn,
        lots: &[Lot],
        sum: Money,
    ) -> Result<Option<PaymentId>, ServiceError> {
        let mut by = None;
        for (lot, part) in take(lots, sum) {
            advance::take(conn, self.subscriber, lot.id, self.op, part).await?;
            by = lot.payment.or(by);
        }
        Ok(by)
    }

    /// Writes the receipt of a service. The provider is told of it by a payment: the one whose money was
    /// used, or else the last one.
    async fn write(
        &self,
        conn: &mut Conn,
        (kind, mode): (ReceiptKind, Mode),
        name: &str,
        settled: Settled,
        by: Option<PaymentId>,
    ) -> Result<(), ServiceError> {
        if self.policy == OffsetPolicy::None {
            return Ok(());
        }
        let by = advance::payment_with_room(conn, self.subscriber, by).await?;
        let total = settled.total();
        let rate = vat_on(zone::today(zone::OPERATOR, self.now));
        // The tax of a service is told with the service, not again when its credit is paid.
        let (subject, vat_code, vat) = if kind == ReceiptKind::Repayment {
            (Subject::Payment, NO_VAT, Money::ZERO)
        } else {
            let inside = rate.inside(total).map_err(overflow)?;
            (Subject::Service, rate.full_code, inside)
        };
        let line = Line {
            name: name.chars().take(NAME_MOST).collect(),
            sum: total,
            vat_code,
            vat,
            mode,
            subject,
        };
        let problem = match by {
            _ if kind == ReceiptKind::OffsetReturn => Some(ReceiptProblem::ByHand),
            None => Some(ReceiptProblem::NoPayment),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            tracing::warn!(subscriber = %self.subscriber, op = %self.op, problem = problem.code(), "receipt.manual: people must make it");
        }
        let state = if problem.is_some() {
            ReceiptState::Manual
        } else {
            ReceiptState::Needed
        };
        // To whoever is served, not to whoever has paid: that may be a stranger.
        let contact = account::email_of(conn, self.subscriber).await?;
        let new = New {
            id: ReceiptId(new_id()),
            kind,
            op: self.op,
            payment: by,
            refund_part: None,
            contact: contact.as_deref().unwrap_or_default(),
            lines: &[line],
            settled,
            state,
            problem,
            // After the advance that it uses up.
            next_look_at: state
                .is_open()
                .then(|| self.now.plus_seconds(AFTER_ADVANCE)),
        };
        receipt::insert(conn, self.subscriber, &new, self.now).await?;
        Ok(())
    }
}
