//! Faults on request: what may go wrong, where, and how often. Plain data with its JSON shapes.
//! It may not carry anything out: the API and the webhook worker do.

use serde::{Deserialize, Serialize};

use crate::card::Attempt;
use crate::model::{Reason, Status};

/// The call of the API that a fault belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST /v3/payments`
    Create,
    /// `GET /v3/payments/{id}`
    Get,
    /// `GET /v3/payments`
    List,
    /// `POST /v3/payments/{id}/capture`
    Capture,
    /// `POST /v3/payments/{id}/cancel`
    Cancel,
    /// `POST /v3/receipts`
    CreateReceipt,
    /// `GET /v3/receipts/{id}`
    GetReceipt,
    /// `GET /v3/receipts`
    ListReceipts,
    /// `POST /v3/refunds`
    CreateRefund,
    /// `GET /v3/refunds/{id}`
    GetRefund,
    /// `GET /v3/refunds`
    ListRefunds,
}

/// The side of the change on which a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing has been stored yet (a delay still stores afterwards, even if the caller has left).
    BeforeCommit,
    /// The change is stored, only the answer suffers.
    AfterCommit,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The answer is late.
    Delay {
        /// The side of the change.
        when: When,
        /// How late, in milliseconds of real time.
        ms: u64,
    },
    /// The connection closes without a single byte of an answer.
    Drop {
        /// The side of the change.
        when: When,
    },
    /// The connection stays open and no answer comes until the caller leaves or the server stops.
    Hold {
        /// The side of the change.
        when: When,
    },
    /// HTTP 500.
    ServerError {
        /// The side of the change.
        when: When,
    },
    /// HTTP 429; nothing is stored.
    TooManyRequests {
        /// The `retry_after` of the answer, in milliseconds.
        retry_after_ms: u64,
    },
    /// Only `create`: the payer pays (or is refused) and the webhook is sent before the answer,
    /// which still says `pending`.
    PayBeforeAnswer {
        /// The refusal; absent = paid.
        #[serde(default)]
        reason: Option<Reason>,
    },
}

/// A fault at an endpoint. Of several rules for one endpoint the oldest is used until it is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// Where.
    pub endpoint: Endpoint,
    /// What.
    pub fault: Fault,
    /// For how many calls; absent = until cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

impl FaultRule {
    /// A fault for the next call only.
    pub fn once(endpoint: Endpoint, fault: Fault) -> Self {
        Self {
            endpoint,
            fault,
            times: Some(1),
        }
    }
}

/// How webhooks behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookPlan {
    /// `false`: events of this time are lost for good.
    pub enabled: bool,
    /// How many times each event is sent, 1 to 20.
    pub copies: u8,
    /// The first attempt is made before the API call that caused it is answered.
    pub before_answer: bool,
    /// Events wait two seconds (of the virtual clock) and go out newest first.
    pub reorder: bool,
    /// The body claims this state, whatever the payment says.
    pub claim: Option<Status>,
}

impl Default for WebhookPlan {
    fn default() -> Self {
        Self {
            enabled: true,
            copies: 1,
            before_answer: false,
            reorder: false,
            claim: None,
        }
    }
}

/// The most copies one event may have: a fault, not a flood.
pub(crate) const MAX_COPIES: u8 = 20;

/// Decides the payer's next attempts whatever the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeRule {
    /// The refusal; absent = paid.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// For how many attempts; absent = until cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What a known `Idempotence-Key` with another body leads to (the gateway does not document it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyReuse {
    /// 400 `invalid_request`.
    #[default]
    Reject,
    /// The first payment again; the new body is ignored.
    Replay,
}

/// What becomes of receipts that wait to be registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptPlan {
    /// They are, after five seconds.
    #[default]
    Register,
    /// They cannot be: `canceled`.
    Refuse,
    /// They go on waiting.
    Hold,
    /// The shop registers none with its payments: what comes with one is dropped. Those sent by themselves
    /// are registered.
    Ignore,
}

/// What becomes of refunds, new ones and those that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundPlan {
    /// They are made at once.
    #[default]
    Succeed,
    /// They wait.
    Hold,
    /// The bank refuses them: `canceled`. No webhook tells it.
    Cancel,
}

/// All hooks together, as `GET /control/state` shows them. Not kept over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// Faults of the API, oldest first.
    pub faults: Vec<FaultRule>,
    /// Behaviour of webhooks.
    pub webhook: WebhookPlan,
    /// The decision on the payer's next attempts.
    pub outcome: Option<OutcomeRule>,
    /// A key used again with another body.
    pub key_reuse: KeyReuse,
    /// What becomes of receipts.
    #[serde(default)]
    pub receipts: ReceiptPlan,
    /// What becomes of refunds.
    #[serde(default)]
    pub refunds: RefundPlan,
}

impl Hooks {
    /// Takes the fault for one call, counting it off.
    pub(crate) fn take_fault(&mut self, endpoint: Endpoint) -> Option<Fault> {
        let index = self
            .faults
            .iter()
            .position(|rule| rule.endpoint == endpoint && rule.times != Some(0))?;
        let rule = self.faults.get_mut(index)?;
        let fault = rule.fault;
        if count_off(&mut rule.times) {
            self.faults.remove(index);
        }
        Some(fault)
    }

    /// Takes the decision on one attempt, if it is not left to the card.
    pub(crate) fn take_outcome(&mut self) -> Option<Attempt> {
        let rule = self.outcome.as_mut()?;
        let attempt = rule.reason.map_or(Attempt::Approve, Attempt::Decline);
        if count_off(&mut rule.times) {
            self.outcome = None;
        }
        Some(attempt)
    }
}

/// Counts one use; true when the rule is spent.
fn count_off(times: &mut Option<u32>) -> bool {
    match times {
        None => false,
        Some(left) => {
            *left = left.saturating_sub(1);
            *left == 0
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::{Endpoint, Fault, FaultRule, Hooks, When};

    #[test]
    fn rules_are_counted_and_used_in_turn() {
        let error = Fault::ServerError {
            when: When::AfterCommit,
        };
        let slow = Fault::Delay {
            when: When::BeforeCommit,
            ms: 5,
        };
        let mut hooks = Hooks {
            faults: vec![
                FaultRule {
                    endpoint: Endpoint::Create,
                    fault: error,
                    times: Some(2),
                },
                FaultRule {
                    endpoint: Endpoint::Create,
                    fault: slow,
                    times: None,
                },
            ],
            ..Hooks::default()
        };
        let taken: Vec<_> = (0..4)
            .filter_map(|_| hooks.take_fault(Endpoint::Create))
            .collect();
        assert_eq!(taken, [error, error, slow, slow]);
        assert_eq!(hooks.take_fault(Endpoint::Get), None);
    }

    #[test]
    fn the_documented_shape_is_read() {
        let rule: FaultRule = serde_json::from_str(
            r#"{"endpoint":"create","fault":{"kind":"delay","when":"after_commit","ms":50},"times":1}"#,
        )
        .expect("the documented shape");
        assert_eq!(
            rule,
            FaultRule::once(
                Endpoint::Create,
                Fault::Delay {
                    when: When::AfterCommit,
                    ms: 50
                }
            )
        );
    }
}
