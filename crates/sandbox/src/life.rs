//! The life of a payment: creation, the payer's attempt, capture, cancellation, and what time does.
//! It may not know about HTTP or pages; each change leaves its webhook in the outbox.

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;
use uuid::Uuid;

use crate::card::{self, Attempt, CardView};
use crate::error::ApiError;
use crate::faults::{KeyReuse, ReceiptPlan};
use crate::model::{
    Authorization, Confirmation, Means, Method, MethodKind, Order, Payment, Reason, Settlement,
    Status,
};
use crate::money::Kopecks;
use crate::receipt::Item;
use crate::store::{KeyUse, Store};

/// How long the payer may think.
const CONFIRM_FOR: Duration = Duration::hours(1);
/// How long money is held for a capture.
const HOLD_FOR: Duration = Duration::days(7);
/// How long the bank thinks over the card with a delay.
const BANK_THINKS: Duration = Duration::seconds(60);
/// The sub-account of a shop that does not divide its payments.
const GATEWAY_ID: &str = "1000001";

/// What the payer's attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Decided, or the bank decides later: the payer goes back to the shop.
    Over,
    /// The bank asks for a code.
    Challenge,
}

/// A sum that is captured, which may be less than what was held, and its receipt.
pub(crate) struct Captured {
    pub(crate) amount: Kopecks,
    pub(crate) receipt: Option<Vec<Item>>,
}

/// A request's key with all that tells one request from another.
pub(crate) struct Request {
    pub(crate) key: String,
    pub(crate) operation: String,
    pub(crate) body: String,
}

impl Store {
    /// Runs a changing request once: a repeat gets the object of the first time as it is now.
    pub(crate) fn once(
        &mut self,
        request: Request,
        now: DateTime<Utc>,
        run: impl FnOnce(&mut Self) -> Result<String, ApiError>,
    ) -> Result<String, ApiError> {
        if let Some(used) = self
            .data
            .keys
            .get(&request.key)
            .filter(|used| used.is_alive(now))
        {
            let same = used.operation == request.operation && used.body == request.body;
            return if same || self.hooks.key_reuse == KeyReuse::Replay {
                Ok(used.object_id.clone())
            } else {
                Err(ApiError::invalid(
                    "Idempotence-Key",
                    "The key was used with another request",
                ))
            };
        }
        let object_id = run(self)?;
        let used = KeyUse {
            operation: request.operation,
            body: request.body,
            object_id: object_id.clone(),
            at: now,
        };
        self.data.keys.insert(request.key, used);
        self.touch();
        Ok(object_id)
    }

    /// Creates a payment. One by a saved method is decided at once: nobody is there to ask.
    pub(crate) fn create(&mut self, order: Order, now: DateTime<Utc>) -> Result<String, ApiError> {
        let id = Uuid::new_v4().to_string();
        let (method, save) = match &order.means {
            Means::Any => (None, false),
            Means::New { kind, save } => (Some(new_method(*kind)), *save),
            Means::Saved(id) => {
                let saved = self.data.methods.get(id).cloned();
                let saved = saved.ok_or_else(|| {
                    let text = "There is no such saved payment method";
                    ApiError::invalid("payment_method_id", text)
                })?;
                (Some(saved), false)
            }
        };
        let by_itself = matches!(order.means, Means::Saved(_))
            && matches!(order.confirmation, Confirmation::Unneeded);
        let card = method.as_ref().and_then(|method| method.card.clone());
        self.insert(Payment {
            id: id.clone(),
            status: Status::Pending,
            amount: order.amount,
            description: order.description,
            metadata: order.metadata,
            capture: order.capture,
            confirmation: order.confirmation,
            method,
            gateway_id: order.gateway_id.unwrap_or_else(|| GATEWAY_ID.to_owned()),
            merchant_customer_id: order.merchant_customer_id,
            receipt: order
                .receipt
                .filter(|_| self.hooks.receipts != ReceiptPlan::Ignore),
            save,
            created_at: now,
            confirm_until: now + CONFIRM_FOR,
            hold_until: None,
            captured_at: None,
            challenge: None,
            settlement: None,
            authorization: None,
            refusal: None,
        });
        if by_itself {
            let attempt = match card.as_ref().map(|card| card::again(card, now)) {
                // The bank asked its question when the card was saved.
                Some(Attempt::Challenge) | None => Attempt::Approve,
                Some(attempt) => attempt,
            };
            self.attempt(&id, card, attempt, now);
        }
        Ok(id)
    }

    /// Keeps the payer's method for later payments, when the shop wants it.
    fn keep_method(&mut self, id: &str) {
        let kept = self.edit(id, |payment| {
            let wanted = payment.save;
            payment.method.as_mut().filter(|_| wanted).map(|method| {
                method.saved = true;
                method.clone()
            })
        });
        if let Some(Some(method)) = kept {
            self.data.methods.insert(method.id.clone(), method);
        }
    }

    /// The payer's attempt. `None` where there is nothing to pay any more.
    pub(crate) fn attempt(
        &mut self,
        id: &str,
        card: Option<CardView>,
        attempt: Attempt,
        now: DateTime<Utc>,
    ) -> Option<Outcome> {
        self.payment(id)
            .filter(|payment| payment.waits_for_payer())?;
        let attempt = self.hooks.take_outcome().unwrap_or(attempt);
        match attempt {
            Attempt::Approve => self.authorize(id, card, false, now),
            Attempt::Decline(reason) => self.refuse(id, card, reason, now),
            Attempt::Delay => {
                let settlement = Settlement {
                    at: now + BANK_THINKS,
                    card,
                };
                self.edit(id, |payment| payment.settlement = Some(settlement));
            }
            Attempt::Challenge => {
                self.edit(id, |payment| payment.challenge = card);
                return Some(Outcome::Challenge);
            }
        }
        Some(Outcome::Over)
    }

    /// The answer to the bank's question. `None` where the bank does not wait for one.
    pub(crate) fn answer_challenge(
        &mut self,
        id: &str,
        passed: bool,
        now: DateTime<Utc>,
    ) -> Option<()> {
        self.payment(id)
            .filter(|payment| payment.waits_for_payer())?;
        let card = self.edit(id, |payment| payment.challenge.take())??;
        if passed {
            self.authorize(id, Some(card), true, now);
        } else {
            self.refuse(id, Some(card), Reason::ThreeDSecureFailed, now);
        }
        Some(())
    }

    /// The bank agrees: the money is taken, or held where the shop wants two stages.
    pub(crate) fn authorize(
        &mut self,
        id: &str,
        card: Option<CardView>,
        three_d_secure: bool,
        now: DateTime<Utc>,
    ) {
        let status = self.edit(id, |payment| {
            remember_means(payment, card);
            let means = payment
                .method
                .get_or_insert_with(|| new_method(MethodKind::BankCard));
            match means.kind {
                MethodKind::BankCard => payment.authorization = Some(authorization(three_d_secure)),
                MethodKind::Sbp => {
                    means.sbp_operation_id =
                        Some(Uuid::new_v4().simple().to_string().to_uppercase());
                }
                MethodKind::YooMoney => {}
            }
            payment.refusal = None;
            if payment.capture {
                payment.status = Status::Succeeded;
                payment.captured_at = Some(now);
            } else {
                payment.status = Status::WaitingForCapture;
                payment.hold_until = Some(now + HOLD_FOR);
            }
            payment.status
        });
        if status == Some(Status::Succeeded) {
            self.receipt_of_payment(id, now);
        }
        if status.is_some() {
            self.keep_method(id);
            self.announce(id, now);
        }
    }

    /// The payment comes to nothing.
    pub(crate) fn refuse(
        &mut self,
        id: &str,
        card: Option<CardView>,
        reason: Reason,
        now: DateTime<Utc>,
    ) {
        let changed = self.edit(id, |payment| {
            remember_means(payment, card);
            payment.status = Status::Canceled;
            payment.refusal = Some(reason);
        });
        if changed.is_some() {
            self.announce(id, now);
        }
    }

    pub(crate) fn capture(
        &mut self,
        id: &str,
        part: Option<Captured>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        self.held(id)?;
        self.edit(id, |payment| {
            payment.status = Status::Succeeded;
            payment.captured_at = Some(now);
            if let Some(part) = part {
                payment.amount = part.amount;
                payment.receipt = part.receipt.or_else(|| payment.receipt.take());
            }
        });
        self.receipt_of_payment(id, now);
        self.announce(id, now);
        Ok(())
    }

    pub(crate) fn cancel(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        self.held(id)?;
        self.refuse(id, None, Reason::CanceledByMerchant, now);
        Ok(())
    }

    /// What time alone has brought. Called before every look at the state, so that all of them agree.
    pub(crate) fn tick(&mut self, now: DateTime<Utc>) {
        self.decide_refunds(now);
        self.register_ripe(now);
        let (ripe, _) = self.due(now);
        for id in ripe {
            let Some(payment) = self.payment(&id) else {
                continue;
            };
            match (payment.status, payment.settlement.clone()) {
                (Status::Pending, Some(settlement)) => {
                    self.authorize(&id, settlement.card, false, now);
                }
                (Status::Pending, None) => {
                    self.refuse(&id, None, Reason::ExpiredOnConfirmation, now);
                }
                (Status::WaitingForCapture, _) => {
                    self.refuse(&id, None, Reason::ExpiredOnCapture, now);
                }
                (Status::Succeeded | Status::Canceled, _) => {}
            }
        }
    }

    pub(crate) fn held(&self, id: &str) -> Result<&Payment, ApiError> {
        let payment = self.payment(id).ok_or_else(no_such_payment)?;
        match payment.status {
            Status::WaitingForCapture => Ok(payment),
            status => Err(ApiError::bad_request(format!(
                "The payment is {}, only waiting_for_capture may be captured or cancelled",
                status.as_str()
            ))),
        }
    }
}

/// The refusal for an unknown id.
pub(crate) fn no_such_payment() -> ApiError {
    ApiError::not_found("There is no such payment")
}

fn new_method(kind: MethodKind) -> Method {
    Method {
        id: Uuid::new_v4().to_string(),
        kind,
        card: None,
        sbp_operation_id: None,
        saved: false,
    }
}

fn remember_means(payment: &mut Payment, card: Option<CardView>) {
    payment.challenge = None;
    payment.settlement = None;
    if let Some(card) = card {
        payment
            .method
            .get_or_insert_with(|| new_method(MethodKind::BankCard))
            .card = Some(card);
    }
}

fn authorization(three_d_secure: bool) -> Authorization {
    let mut random = rand::rng();
    Authorization {
        rrn: format!("{:012}", random.random_range(0..1_000_000_000_000_u64)),
        auth_code: format!("{:06}", random.random_range(0..1_000_000_u32)),
        three_d_secure,
    }
}
