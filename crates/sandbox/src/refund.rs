//! Refunds: what a paid payment gives back, at once, later or not at all, as the hook says. It may not
//! know about HTTP.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ApiError;
use crate::faults::{ReceiptPlan, RefundPlan};
use crate::model::{Payment, Progress, Status};
use crate::money::Kopecks;
use crate::receipt::{About, Item, Settled};
use crate::store::Store;

/// So long after its creation a payment can be given back.
const REFUNDABLE_FOR: Duration = Duration::days(3 * 365);

/// A checked request to give money back.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) payment_id: String,
    pub(crate) amount: Kopecks,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) receipt: Option<Vec<Item>>,
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) status: Progress,
    pub(crate) amount: Kopecks,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) receipt: Option<Vec<Item>>,
    pub(crate) created_at: DateTime<Utc>,
    /// The bank's number of the operation, once it is made to a card.
    pub(crate) rrn: Option<String>,
}

impl Store {
    /// Gives back a part of a paid payment or all of it.
    pub(crate) fn create_refund(
        &mut self,
        order: Order,
        now: DateTime<Utc>,
    ) -> Result<String, ApiError> {
        let wrong = |text: &str| ApiError::invalid("payment_id", text);
        let payment = self
            .payment(&order.payment_id)
            .ok_or_else(|| wrong("There is no such payment"))?;
        if payment.status != Status::Succeeded {
            return Err(wrong("The payment is not paid"));
        }
        if payment.created_at + REFUNDABLE_FOR < now {
            return Err(wrong("The payment is older than three years"));
        }
        let least = Kopecks::from_roubles(1);
        match self.refundable(payment).less(order.amount) {
            None => {
                let text = "More than is left of the payment";
                return Err(ApiError::invalid("amount.value", text));
            }
            Some(stays) if order.amount < least || (stays.is_positive() && stays < least) => {
                let text = "A rouble at least goes back and, if anything, stays";
                return Err(ApiError::invalid("amount.value", text));
            }
            Some(_) => {}
        }
        let id = Uuid::new_v4().to_string();
        self.data.refunds.push(Refund {
            id: id.clone(),
            payment_id: order.payment_id,
            status: Progress::Pending,
            amount: order.amount,
            description: order.description,
            metadata: order.metadata,
            receipt: order
                .receipt
                .filter(|_| self.hooks.receipts != ReceiptPlan::Ignore),
            created_at: now,
            rrn: None,
        });
        self.touch();
        self.decide_refunds(now);
        Ok(id)
    }

    /// What of a paid payment no refund has taken.
    pub(crate) fn refundable(&self, payment: &Payment) -> Kopecks {
        let none = Kopecks::from_roubles(0);
        if payment.status != Status::Succeeded {
            return none;
        }
        self.refunds_of(&payment.id)
            .filter(|refund| refund.status != Progress::Canceled)
            .fold(payment.amount, |left, refund| {
                left.less(refund.amount).unwrap_or(none)
            })
    }

    /// What of a payment went back.
    pub(crate) fn refunded(&self, payment_id: &str) -> Option<Kopecks> {
        self.refunds_of(payment_id)
            .filter(|refund| refund.status == Progress::Succeeded)
            .map(|refund| refund.amount)
            .reduce(|sum, more| sum.checked_add(more).unwrap_or(sum))
    }

    pub(crate) fn refund(&self, id: &str) -> Option<&Refund> {
        self.data.refunds.iter().find(|refund| refund.id == id)
    }

    fn refunds_of(&self, payment_id: &str) -> impl Iterator<Item = &Refund> {
        self.data
            .refunds
            .iter()
            .filter(move |refund| refund.payment_id == payment_id)
    }

    /// Makes a refund after all that was refused: the late success that a merchant has to survive.
    pub(crate) fn revive_refund(&mut self, id: &str, now: DateTime<Utc>) -> bool {
        let found = self.data.refunds.iter_mut().find(|refund| refund.id == id);
        let Some(refund) = found.filter(|refund| refund.status == Progress::Canceled) else {
            return false;
        };
        refund.status = Progress::Succeeded;
        self.touch();
        self.announce_refund(id, now);
        true
    }

    /// Makes or refuses the refunds that wait, as the hook says.
    pub(crate) fn decide_refunds(&mut self, now: DateTime<Utc>) {
        let status = match self.hooks.refunds {
            RefundPlan::Succeed => Progress::Succeeded,
            RefundPlan::Cancel => Progress::Canceled,
            RefundPlan::Hold => return,
        };
        let mut made = Vec::new();
        for refund in &mut self.data.refunds {
            if refund.status != Progress::Pending {
                continue;
            }
            refund.status = status;
            if status == Progress::Succeeded {
                let number = rand::rng().random_range(0..1_000_000_000_000_u64);
                refund.rrn = Some(format!("{number:012}"));
            }
            made.push(refund.clone());
        }
        for refund in made {
            self.touch();
            // Nobody is told of a refund that was refused.
            if refund.status != Progress::Succeeded {
                continue;
            }
            if let Some(items) = refund.receipt {
                let settlements = vec![Settled {
                    by: "cashless".to_owned(),
                    amount: refund.amount,
                }];
                self.add_receipt(About::refund(&refund.id), items, settlements, now);
            }
            self.announce_refund(&refund.id, now);
        }
    }
}
