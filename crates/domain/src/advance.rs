//! Advances: money that came in and that no service has used up yet. Fiscal receipts follow it: one when
//! it comes, one when a service uses it up. Lent money of a promised payment lies on the same wallet and is
//! no advance; a service that it pays for is given on credit.
//!
//! Convention, ours: own money is spent before lent money, and a repayment pays for services given on
//! credit before it frees lent money that still lies on the wallet.

use crate::money::Overflow;
use crate::receipt::Mode;
use crate::{Money, ids::PaymentId};
use uuid::Uuid;

/// Money that came in at once, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its id.
    pub id: Uuid,
    /// What is left.
    pub remaining: Money,
    /// The payment that brought it, where one did.
    pub payment: Option<PaymentId>,
}

/// A wallet seen by where its money is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What can be spent.
    pub available: Money,
    /// Lent and not back.
    pub debt: Money,
    /// What is left of all lots.
    pub advances: Money,
}

impl Standing {
    /// Lent money that still lies on the wallet.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn lent(&self) -> Result<Money, Overflow> {
        self.available.checked_sub(self.advances)
    }

    /// Services that were given on credit and are not paid.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn credit(&self) -> Result<Money, Overflow> {
        self.debt.checked_sub(self.lent()?)
    }

    /// How many advances too many or too few there are for the wallet: positive ones have to go, negative
    /// ones are missing. Nothing when it adds up.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn drift(&self) -> Result<Money, Overflow> {
        let too_many = self.advances.checked_sub(self.available)?;
        if too_many.is_positive() {
            return Ok(too_many);
        }
        let unlent = self.lent()?.checked_sub(self.debt)?;
        if unlent.is_positive() {
            return Money::ZERO.checked_sub(unlent);
        }
        Ok(Money::ZERO)
    }

    /// What of a service's price advances pay.
    pub fn spent(&self, price: Money) -> Money {
        price.min(self.advances)
    }

    /// What of a repayment from this wallet pays for services given on credit. Lent money that goes back
    /// as it came pays for nothing.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn repaid(&self, amount: Money) -> Result<Money, Overflow> {
        Ok(amount.min(self.credit()?).min(self.advances))
    }

    /// The wallet with more on it, of which so much is its own; less of both with negative sums.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn with(&self, available: Money, own: Money) -> Result<Self, Overflow> {
        Ok(Self {
            available: self.available.checked_add(available)?,
            advances: self.advances.checked_add(own)?,
            ..*self
        })
    }

    /// What of a given back service's price was never paid: it was given on credit. The rest is an advance
    /// again.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn forgiven(&self, returned: Money) -> Result<Money, Overflow> {
        Ok(returned.min(self.credit()?))
    }
}

/// How a service is paid for of whose price so much was there.
pub fn mode(price: Money, paid: Money) -> Mode {
    if paid >= price {
        Mode::FullPayment
    } else if paid.is_positive() {
        Mode::PartialPayment
    } else {
        Mode::Credit
    }
}

/// What each lot gives of a sum, the oldest first; nothing of those that are not reached.
pub fn take(lots: &[Lot], sum: Money) -> Vec<(&Lot, Money)> {
    let mut left = sum;
    let mut taken = Vec::new();
    for lot in lots {
        let part = left.min(lot.remaining);
        if part.is_positive() {
            taken.push((lot, part));
            left = Money::from_kopecks(left.kopecks() - part.kopecks());
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kop(kopecks: i64) -> Money {
        Money::from_kopecks(kopecks)
    }

    fn lot(remaining: i64) -> Lot {
        Lot {
            id: Uuid::nil(),
            remaining: kop(remaining),
            payment: None,
        }
    }

    #[test]
    fn the_oldest_money_goes_first() {
        let lots = [lot(100), lot(0), lot(50)];
        let parts = |sum| {
            take(&lots, kop(sum))
                .into_iter()
                .map(|(_, part)| part.kopecks())
                .collect::<Vec<_>>()
        };
        assert_eq!(parts(99), [99]);
        assert_eq!(parts(120), [100, 20]);
        assert_eq!(parts(0), Vec::<i64>::new());
        assert_eq!(parts(1_000), [100, 50]);
    }

    #[test]
    fn what_does_not_add_up_is_told_by_how_much() {
        let drift = |available, debt, advances| {
            let standing = Standing {
                available: kop(available),
                debt: kop(debt),
                advances: kop(advances),
            };
            standing.drift().unwrap().kopecks()
        };
        assert_eq!(drift(100, 0, 100), 0);
        assert_eq!(drift(100, 40, 60), 0);
        assert_eq!(drift(100, 200, 0), 0);
        assert_eq!(drift(0, 0, 399), 399);
        assert_eq!(drift(100, 30, 10), -60);
    }

    #[test]
    fn a_service_is_named_by_how_much_of_it_was_there() {
        assert_eq!(mode(kop(399), kop(399)), Mode::FullPayment);
        assert_eq!(mode(kop(399), kop(1)), Mode::PartialPayment);
        assert_eq!(mode(kop(399), kop(0)), Mode::Credit);
    }

    /// What happens to a wallet, as the services carry it out.
    fn after(standing: Standing, event: u8, sum: Money) -> Standing {
        let add = |a: Money, b: Money| a.checked_add(b).unwrap();
        let sub = |a: Money, b: Money| a.checked_sub(b).unwrap();
        let mut next = standing;
        match event {
            // Money comes in and repays first.
            0 => {
                let repaid = sum.min(standing.debt);
                next = standing.with(sum, sum).unwrap();
                next.advances = sub(next.advances, next.repaid(repaid).unwrap());
                next.available = sub(next.available, repaid);
                next.debt = sub(next.debt, repaid);
            }
            // A service is charged.
            1 => {
                let price = sum.min(standing.available);
                next.advances = sub(standing.advances, standing.spent(price));
                next.available = sub(standing.available, price);
            }
            // Money is lent.
            2 => {
                next.available = add(standing.available, sum);
                next.debt = add(standing.debt, sum);
            }
            // A service is given back, and what then lies there repays.
            _ => {
                let own = sub(sum, standing.forgiven(sum).unwrap());
                next = standing.with(sum, own).unwrap();
                let repaid = next.available.min(next.debt);
                next.advances = sub(next.advances, next.repaid(repaid).unwrap());
                next.available = sub(next.available, repaid);
                next.debt = sub(next.debt, repaid);
            }
        }
        next
    }

    proptest! {
        #[test]
        fn whatever_happens_it_adds_up(events in prop::collection::vec((0u8..4, 1i64..100_000), 1..60)) {
            let mut standing = Standing { available: kop(0), debt: kop(0), advances: kop(0) };
            for (event, sum) in events {
                standing = after(standing, event, kop(sum));
                prop_assert_eq!(standing.drift().unwrap(), Money::ZERO, "{:?}", standing);
                prop_assert!(standing.advances >= Money::ZERO, "{standing:?}");
                prop_assert!(standing.lent().unwrap() >= Money::ZERO, "{standing:?}");
                prop_assert!(standing.credit().unwrap() >= Money::ZERO, "{standing:?}");
                if !standing.debt.is_positive() {
                    prop_assert_eq!(standing.advances, standing.available);
                }
            }
        }
    }
}
