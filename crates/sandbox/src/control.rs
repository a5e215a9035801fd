//! The handle for tests and for the process around the sandbox: faults, outcomes, the clock, webhooks.
//! It may not reach into the state itself; it calls the same rules as the API and the payer's page.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::Sandbox;
use crate::card;
use crate::faults::{
    FaultRule, Hooks, KeyReuse, OutcomeRule, ReceiptPlan, RefundPlan, WebhookPlan,
};
use crate::model::{Payment, Reason, Status};
use crate::store::Store;
use crate::wire;

/// A control call cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No payment has this id.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// The payment is in a state that this call does not fit.
    #[error("the payment is {}, this cannot be done with it", .0.as_str())]
    WrongState(Status),
    /// The clock would leave the calendar.
    #[error("the clock cannot be moved that far")]
    Clock,
}

/// Control over a sandbox of the same process.
#[derive(Clone)]
pub struct Control {
    sandbox: Sandbox,
}

impl Control {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// All hooks as they are.
    pub fn hooks(&self) -> Hooks {
        self.with(|store, _| store.hooks.clone())
    }

    /// Adds a fault of the API.
    pub fn add_fault(&self, rule: FaultRule) {
        self.with(|store, _| store.hooks.faults.push(rule));
    }

    /// Removes all faults of the API.
    pub fn clear_faults(&self) {
        self.with(|store, _| store.hooks.faults.clear());
    }

    /// Sets how webhooks behave from the next event on.
    pub fn set_webhook_plan(&self, plan: WebhookPlan) {
        self.with(|store, _| store.hooks.webhook = plan);
    }

    /// Decides the payer's next attempts; `None` leaves it to the cards.
    pub fn set_outcome(&self, outcome: Option<OutcomeRule>) {
        self.with(|store, _| store.hooks.outcome = outcome);
    }

    /// Sets what a key used again with another body leads to.
    pub fn set_key_reuse(&self, policy: KeyReuse) {
        self.with(|store, _| store.hooks.key_reuse = policy);
    }

    /// All receipts in the API's JSON, oldest first.
    pub fn receipts(&self) -> Vec<Value> {
        self.with(|store, _| store.data.receipts.iter().map(wire::receipt).collect())
    }

    /// Sets what becomes of receipts that wait.
    pub fn set_receipts(&self, plan: ReceiptPlan) {
        self.with(|store, _| store.hooks.receipts = plan);
    }

    /// All refunds in the API's JSON, oldest first.
    pub fn refunds(&self) -> Vec<Value> {
        self.with(|store, _| {
            let all = store.data.refunds.iter();
            all.map(|refund| wire::refund(refund, store)).collect()
        })
    }

    /// Makes a refund after all that was refused; false when there is no such one.
    pub fn revive_refund(&self, id: &str) -> bool {
        self.with(|store, now| store.revive_refund(id, now))
    }

    /// Sets what becomes of refunds; those that wait follow it at once.
    pub fn set_refunds(&self, plan: RefundPlan) {
        self.with(|store, now| {
            store.hooks.refunds = plan;
            store.decide_refunds(now);
        });
    }

    /// Puts all hooks back. The clock and the payments stay.
    pub fn reset(&self) {
        self.with(|store, _| store.hooks = Hooks::default());
    }

    /// All payments in the API's JSON, newest first.
    pub fn payments(&self) -> Vec<Value> {
        self.with(|store, _| {
            store
                .newest_first()
                .map(|payment| wire::payment(payment, store))
                .collect()
        })
    }

    /// One payment in the API's JSON.
    pub fn payment(&self, id: &str) -> Option<Value> {
        self.with(|store, _| show(store, id).ok())
    }

    /// Pays a pending payment, or captures a held one.
    pub fn complete(&self, id: &str) -> Result<Value, ControlError> {
        self.with(|store, now| {
            match status(store, id)? {
                Status::Pending => {
                    let by_card = store.payment(id).is_some_and(Payment::is_by_card);
                    let card = by_card.then(|| card::any(now));
                    store.authorize(id, card, false, now);
                }
                Status::WaitingForCapture => {
                    store
                        .capture(id, None, now)
                        .map_err(|_| ControlError::NoSuchPayment)?;
                }
                other => return Err(ControlError::WrongState(other)),
            }
            show(store, id)
        })
    }

    /// Pays a payment that was already cancelled: the late success that a merchant has to survive.
    pub fn complete_late(&self, id: &str) -> Result<Value, ControlError> {
        self.with(|store, now| {
            match status(store, id)? {
                Status::Canceled => store.authorize(id, None, false, now),
                other => return Err(ControlError::WrongState(other)),
            }
            show(store, id)
        })
    }

    /// Refuses a payment that is not final.
    pub fn decline(&self, id: &str, reason: Reason) -> Result<Value, ControlError> {
        self.with(|store, now| {
            match status(store, id)? {
                Status::Pending | Status::WaitingForCapture => store.refuse(id, None, reason, now),
                other => return Err(ControlError::WrongState(other)),
            }
            show(store, id)
        })
    }

    /// Sends the webhook of the payment's present state again, and those that wait for a retry now.
    /// Works even while the plan has webhooks off.
    pub fn redeliver(&self, id: &str) -> Result<(), ControlError> {
        self.with(|store, now| {
            let status = status(store, id)?;
            if status == Status::Pending {
                return Err(ControlError::WrongState(status));
            }
            if store.data.outbox.attempts(id).is_some() {
                store.data.outbox.hurry(id, now);
                store.touch();
            } else {
                store.queue(id, None, 1, now, now);
            }
            Ok(())
        })
    }

    /// Sends a webhook that claims a state the payment may not have. Nothing changes.
    pub fn forge(&self, id: &str, claim: Status, copies: u8) -> Result<(), ControlError> {
        self.with(|store, now| {
            status(store, id)?;
            store.queue(id, Some(claim), copies, now, now);
            Ok(())
        })
    }

    /// Sends any body to the webhook address, for example about a payment that does not exist.
    pub fn send_webhook(&self, body: Value) {
        self.with(|store, now| {
            if store.has_webhook {
                store.data.outbox.push("", body, now, now);
                store.touch();
            }
        });
    }

    /// How many webhooks have not arrived.
    pub fn waiting_webhooks(&self) -> usize {
        self.with(|store, _| store.data.outbox.len())
    }

    /// The moment by the virtual clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.with(|_, now| now)
    }

    /// Moves the virtual clock; what falls due happens at once.
    pub fn advance(&self, by: Duration) -> Result<(), ControlError> {
        self.shift(|offset| offset.checked_add(by.num_milliseconds()))
    }

    /// Sets the virtual clock to real time plus `offset`.
    pub fn set_offset(&self, offset: Duration) -> Result<(), ControlError> {
        self.shift(|_| Some(offset.num_milliseconds()))
    }

    /// The virtual clock minus real time.
    pub fn offset(&self) -> Duration {
        self.with(|store, _| Duration::try_milliseconds(store.data.offset_ms).unwrap_or_default())
    }

    fn shift(&self, change: impl FnOnce(i64) -> Option<i64>) -> Result<(), ControlError> {
        // A thousand years either way keeps every moment inside the calendar, with all terms added.
        let limit = Duration::days(365_000).num_milliseconds();
        self.with(|store, _| {
            let offset =
                change(store.data.offset_ms).filter(|offset| (-limit..=limit).contains(offset));
            store.data.offset_ms = offset.ok_or(ControlError::Clock)?;
            store.touch();
            Ok(())
        })?;
        // A second look, at the new moment, lets what fell due happen before this returns.
        self.with(|_, _| ());
        Ok(())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Store, DateTime<Utc>) -> T) -> T {
        self.sandbox.core.with(act)
    }
}

fn status(store: &Store, id: &str) -> Result<Status, ControlError> {
    store
        .payment(id)
        .map(|payment| payment.status)
        .ok_or(ControlError::NoSuchPayment)
}

fn show(store: &Store, id: &str) -> Result<Value, ControlError> {
    let payment = store.payment(id).ok_or(ControlError::NoSuchPayment)?;
    Ok(wire::payment(payment, store))
}
