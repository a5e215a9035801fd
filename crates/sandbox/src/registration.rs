//! The life of a receipt: with a payment or a refund or by itself, then registered some seconds later, refused, or
//! left waiting, as the hook says. It may not know about HTTP.

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ApiError;
use crate::faults::ReceiptPlan;
use crate::model::{Progress, Status};
use crate::receipt::{About, Item, Order, Settled};
use crate::store::Store;

/// How long the register takes.
const REGISTER_AFTER: Duration = Duration::seconds(5);
/// The most receipts of one payment or refund.
const MOST_OF_ONE: usize = 30;

/// A receipt as it is kept. Its buyer is not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) about: About,
    pub(crate) status: Progress,
    pub(crate) items: Vec<Item>,
    pub(crate) settlements: Vec<Settled>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) fiscal: Option<Fiscal>,
}

/// What the register's store of documents has given it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fiscal {
    pub(crate) document: String,
    pub(crate) storage: String,
    pub(crate) attribute: String,
    pub(crate) register_id: String,
    pub(crate) at: DateTime<Utc>,
}

impl Store {
    /// The receipt that came with a payment, once its money is there.
    pub(crate) fn receipt_of_payment(&mut self, payment_id: &str, now: DateTime<Utc>) {
        let Some(payment) = self.payment(payment_id) else {
            return;
        };
        let Some(items) = payment.receipt.clone() else {
            return;
        };
        let settlements = vec![Settled {
            by: "cashless".to_owned(),
            amount: payment.amount,
        }];
        self.add_receipt(About::payment(payment_id), items, settlements, now);
    }

    /// A receipt by itself.
    pub(crate) fn create_receipt(
        &mut self,
        order: Order,
        now: DateTime<Utc>,
    ) -> Result<String, ApiError> {
        match &order.about {
            About::Payment { payment_id } => {
                let wrong = |text: &str| ApiError::invalid("payment_id", text);
                let payment = self
                    .payment(payment_id)
                    .ok_or_else(|| wrong("There is no such payment"))?;
                if !matches!(
                    payment.status,
                    Status::Succeeded | Status::WaitingForCapture
                ) {
                    return Err(wrong("The payment is not paid"));
                }
            }
            About::Refund { refund_id } => {
                let wrong = |text: &str| ApiError::invalid("refund_id", text);
                let refund = self
                    .refund(refund_id)
                    .ok_or_else(|| wrong("There is no such refund"))?;
                if refund.status != Progress::Succeeded {
                    return Err(wrong("The refund is not made"));
                }
            }
        }
        if self.receipts_about(&order.about).count() >= MOST_OF_ONE {
            let text = "A payment or a refund has at most 30 receipts";
            return Err(ApiError::bad_request(text));
        }
        Ok(self.add_receipt(order.about, order.items, order.settlements, now))
    }

    pub(crate) fn add_receipt(
        &mut self,
        about: About,
        items: Vec<Item>,
        settlements: Vec<Settled>,
        now: DateTime<Utc>,
    ) -> String {
        let id = format!("rt-{}", Uuid::new_v4());
        self.data.receipts.push(Receipt {
            id: id.clone(),
            about,
            status: Progress::Pending,
            items,
            settlements,
            created_at: now,
            fiscal: None,
        });
        self.touch();
        id
    }

    pub(crate) fn receipt(&self, id: &str) -> Option<&Receipt> {
        self.data.receipts.iter().find(|receipt| receipt.id == id)
    }

    /// Those of a payment, or of a refund.
    pub(crate) fn receipts_about(&self, about: &About) -> impl Iterator<Item = &Receipt> {
        self.data
            .receipts
            .iter()
            .filter(move |receipt| receipt.about == *about)
    }

    /// What time alone has brought: receipts that waited long enough are registered or refused.
    pub(crate) fn register_ripe(&mut self, now: DateTime<Utc>) {
        let status = match self.hooks.receipts {
            ReceiptPlan::Register | ReceiptPlan::Ignore => Progress::Succeeded,
            ReceiptPlan::Refuse => Progress::Canceled,
            ReceiptPlan::Hold => return,
        };
        let mut changed = false;
        for (number, receipt) in self.data.receipts.iter_mut().enumerate() {
            let ripe = receipt.created_at + REGISTER_AFTER;
            if receipt.status != Progress::Pending || ripe > now {
                continue;
            }
            receipt.status = status;
            receipt.fiscal = (status == Progress::Succeeded).then(|| fiscal(number + 1, ripe));
            changed = true;
        }
        if changed {
            self.touch();
        }
    }
}

fn fiscal(number: usize, at: DateTime<Utc>) -> Fiscal {
    let mut random = rand::rng();
    Fiscal {
        document: number.to_string(),
        storage: "9960440300000017".to_owned(),
        attribute: random
            .random_range(1_000_000_000..u64::from(u32::MAX))
            .to_string(),
        register_id: Uuid::new_v4().to_string(),
        at,
    }
}
