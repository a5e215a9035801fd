//! The queue of webhooks: what is to be told, when to try again, when to give up.
//! It may not send anything: `webhook` does. It is part of the state, so a restart loses no event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::MAX_COPIES;
use crate::model::Status;
use crate::store::Store;
use crate::wire;

/// After this time an event is given up.
const GIVE_UP_AFTER: Duration = Duration::hours(24);
/// Pauses between attempts; the last one repeats.
const PAUSES: [i64; 9] = [10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 14_400];
/// How long events wait for each other when they are to change places.
const REORDER_WAIT: Duration = Duration::seconds(2);
/// Above this number the oldest event is given up: a receiver that is never there may not eat the memory.
const MAX_WAITING: usize = 10_000;

/// One copy of one event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// What it is about; empty for a body made by hand.
    pub(crate) payment_id: String,
    pub(crate) body: Value,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) next_at: DateTime<Utc>,
    pub(crate) attempts: u32,
}

/// All copies that have not arrived.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outbox {
    next_number: u64,
    waiting: BTreeMap<u64, Delivery>,
    #[serde(skip)]
    flying: BTreeSet<u64>,
}

impl Outbox {
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The most attempts made for a payment's events that have not arrived; `None` if all have.
    pub(crate) fn attempts(&self, payment_id: &str) -> Option<u32> {
        self.of(payment_id).map(|delivery| delivery.attempts).max()
    }

    /// Whether some event of the payment has not been tried yet.
    pub(crate) fn has_untried(&self, payment_id: &str) -> bool {
        self.of(payment_id).any(|delivery| delivery.attempts == 0)
    }

    /// Makes everything about a payment due now.
    pub(crate) fn hurry(&mut self, payment_id: &str, now: DateTime<Utc>) {
        for delivery in self
            .waiting
            .values_mut()
            .filter(|delivery| delivery.payment_id == payment_id)
        {
            delivery.next_at = now;
        }
    }

    pub(crate) fn push(
        &mut self,
        payment_id: &str,
        body: Value,
        now: DateTime<Utc>,
        next_at: DateTime<Utc>,
    ) {
        if self.waiting.len() >= MAX_WAITING && self.waiting.pop_first().is_some() {
            tracing::warn!("the webhook queue is full, the oldest event is given up");
        }
        let delivery = Delivery {
            payment_id: payment_id.to_owned(),
            body,
            created_at: now,
            next_at,
            attempts: 0,
        };
        self.waiting.insert(self.next_number, delivery);
        self.next_number += 1;
    }

    /// Takes the next copy to send. Events of one payment never fly together, so their order is certain.
    pub(crate) fn take(
        &mut self,
        now: DateTime<Utc>,
        newest_first: bool,
    ) -> Option<(u64, Delivery)> {
        let busy: BTreeSet<&str> = self
            .flying
            .iter()
            .filter_map(|number| self.waiting.get(number))
            .map(|delivery| delivery.payment_id.as_str())
            .collect();
        let mut ripe = self
            .waiting
            .iter()
            .filter(|(number, delivery)| {
                delivery.next_at <= now
                    && !self.flying.contains(number)
                    && !busy.contains(delivery.payment_id.as_str())
            })
            .map(|(number, delivery)| (*number, delivery.clone()));
        let taken = if newest_first {
            ripe.next_back()
        } else {
            ripe.next()
        }?;
        self.flying.insert(taken.0);
        Some(taken)
    }

    /// Writes down how an attempt ended.
    pub(crate) fn landed(&mut self, number: u64, delivered: bool, now: DateTime<Utc>) {
        self.flying.remove(&number);
        let Some(delivery) = self.waiting.get_mut(&number) else {
            return;
        };
        delivery.attempts += 1;
        if delivered {
            self.waiting.remove(&number);
            return;
        }
        let step = usize::try_from(delivery.attempts)
            .unwrap_or(usize::MAX)
            .min(PAUSES.len())
            - 1;
        delivery.next_at = now + Duration::seconds(PAUSES[step]);
        if delivery.next_at >= delivery.created_at + GIVE_UP_AFTER {
            tracing::warn!(payment = %delivery.payment_id, "a webhook was not accepted for 24 hours, given up");
            self.waiting.remove(&number);
        }
    }

    /// The earliest moment at which something is to be sent.
    pub(crate) fn next_at(&self) -> Option<DateTime<Utc>> {
        self.waiting
            .iter()
            .filter(|(number, _)| !self.flying.contains(number))
            .map(|(_, delivery)| delivery.next_at)
            .min()
    }

    fn of(&self, payment_id: &str) -> impl Iterator<Item = &Delivery> {
        self.waiting
            .values()
            .filter(move |delivery| delivery.payment_id == payment_id)
    }
}

impl Store {
    /// Queues the webhook for the state a payment has just reached.
    pub(crate) fn announce(&mut self, id: &str, now: DateTime<Utc>) {
        let plan = self.hooks.webhook;
        if plan.enabled {
            let pause = if plan.reorder {
                REORDER_WAIT
            } else {
                Duration::zero()
            };
            self.queue(id, plan.claim, plan.copies, now, now + pause);
        }
    }

    /// Queues the webhook of a refund that was made.
    pub(crate) fn announce_refund(&mut self, id: &str, now: DateTime<Utc>) {
        let plan = self.hooks.webhook;
        let Some(refund) = self.refund(id).filter(|_| plan.enabled && self.has_webhook) else {
            return;
        };
        let object = wire::refund(refund, self);
        let body = json!({"type": "notification", "event": "refund.succeeded", "object": object});
        for _ in 0..plan.copies.clamp(1, MAX_COPIES) {
            self.data.outbox.push(id, body.clone(), now, now);
        }
        self.touch();
    }

    /// Queues a webhook about a payment, with a claimed state or the real one.
    pub(crate) fn queue(
        &mut self,
        id: &str,
        claim: Option<Status>,
        copies: u8,
        now: DateTime<Utc>,
        next_at: DateTime<Utc>,
    ) {
        let Some(payment) = self.payment(id).filter(|_| self.has_webhook) else {
            return;
        };
        let object = wire::payment(payment, self);
        let body = wire::notification(object, payment.status, claim);
        for _ in 0..copies.clamp(1, MAX_COPIES) {
            self.data.outbox.push(id, body.clone(), now, next_at);
        }
        self.touch();
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::{Duration, Outbox, json};

    #[test]
    fn pauses_grow_and_end_after_a_day() {
        let start = "2026-01-01T00:00:00Z".parse().expect("a date");
        let mut now = start;
        let mut outbox = Outbox::default();
        outbox.push("a", json!({}), now, now);
        let mut attempts = 0;
        let mut last_pause = Duration::zero();
        while outbox.len() > 0 {
            let (number, _) = outbox.take(now, false).expect("due");
            assert!(outbox.take(now, false).is_none(), "one flight at a time");
            outbox.landed(number, false, now);
            attempts += 1;
            if let Some(next) = outbox.next_at() {
                assert!(next - now >= last_pause);
                last_pause = next - now;
                now = next;
            }
        }
        assert!(now - start < Duration::hours(24));
        assert!((10..20).contains(&attempts), "{attempts}");
    }

    #[test]
    fn newest_first_changes_places() {
        let now = "2026-01-01T00:00:00Z".parse().expect("a date");
        let mut outbox = Outbox::default();
        outbox.push("a", json!(1), now, now);
        outbox.push("a", json!(2), now, now);
        let (number, delivery) = outbox.take(now, true).expect("due");
        assert_eq!(delivery.body, json!(2));
        outbox.landed(number, true, now);
        assert_eq!(outbox.take(now, true).expect("due").1.body, json!(1));
    }
}
