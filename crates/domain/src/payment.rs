//! A payment through the acquirer: its states and the only ways between them.
//!
//! The default is «not known yet». Only an explicit answer of the acquirer about the object itself
//! ends a payment; a lost answer never does. Repeated and late answers are safe: they either change
//! nothing or are refused.

use crate::ids::MethodId;
use crate::{Money, Timestamp};
use serde::{Deserialize, Serialize};

/// Within this time a create call may be repeated with the same key. The acquirer keeps keys for
/// 24 hours; an hour is left for clocks and queues.
pub const RESEND_WINDOW_SECONDS: i64 = 23 * 3600;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Written down, not sent.
    Created,
    /// The intent to send is committed; the call may be under way.
    Submitting,
    /// The answer was lost: the acquirer may or may not have it.
    Unknown,
    /// The acquirer has it and waits for the payer.
    Pending,
    /// The payer's money is held; the acquirer waits for our word.
    WaitingForCapture,
    /// The money is ours and posted.
    Succeeded,
    /// It was refused, ran out or was taken back. A success that the acquirer reports later is
    /// credited all the same.
    Canceled,
    /// No answer within the resend window: people must look for it.
    Abandoned,
}

impl PaymentState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::WaitingForCapture => "waiting_for_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
            Self::Abandoned => "abandoned",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Created,
            Self::Submitting,
            Self::Unknown,
            Self::Pending,
            Self::WaitingForCapture,
            Self::Succeeded,
            Self::Canceled,
            Self::Abandoned,
        ]
        .into_iter()
        .find(|state| state.code() == code)
    }

    /// Can it still change by itself?
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Succeeded | Self::Canceled | Self::Abandoned)
    }
}

/// What the acquirer says about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Waits for the payer.
    Pending,
    /// Waits for us to take the money.
    WaitingForCapture,
    /// Paid.
    Succeeded,
    /// Never will be.
    Canceled(CancelReason),
}

/// Why a payment was cancelled, as far as it helps the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Not enough money on the card.
    InsufficientFunds,
    /// The card is out of date.
    CardExpired,
    /// The confirmation by code failed.
    ThreeDSecureFailed,
    /// A wrong number or code was typed.
    WrongCardData,
    /// The bank asks its client to call.
    CallIssuer,
    /// A limit or a ban of the card.
    Restricted,
    /// Suspected fraud.
    FraudSuspected,
    /// The payer has taken the permission for this card back.
    PermissionRevoked,
    /// The bank did not answer the acquirer.
    BankUnavailable,
    /// The payer did not pay in time.
    Expired,
    /// The payer or we took it back.
    CanceledByMerchant,
    /// The acquirer refused the request itself.
    Refused,
    /// Anything else.
    Other,
}

impl CancelReason {
    const ALL: [Self; 13] = [
        Self::InsufficientFunds,
        Self::CardExpired,
        Self::ThreeDSecureFailed,
        Self::WrongCardData,
        Self::CallIssuer,
        Self::Restricted,
        Self::FraudSuspected,
        Self::PermissionRevoked,
        Self::BankUnavailable,
        Self::Expired,
        Self::CanceledByMerchant,
        Self::Refused,
        Self::Other,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::CardExpired => "card_expired",
            Self::ThreeDSecureFailed => "three_d_secure_failed",
            Self::WrongCardData => "wrong_card_data",
            Self::CallIssuer => "call_issuer",
            Self::Restricted => "restricted",
            Self::FraudSuspected => "fraud_suspected",
            Self::PermissionRevoked => "permission_revoked",
            Self::BankUnavailable => "bank_unavailable",
            Self::Expired => "expired",
            Self::CanceledByMerchant => "canceled_by_merchant",
            Self::Refused => "refused",
            Self::Other => "other",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The subscriber tops up.
    TopUp,
    /// Autopay tops up.
    Autopay,
}

impl Purpose {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Autopay => "autopay",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::TopUp, Self::Autopay]
            .into_iter()
            .find(|purpose| purpose.code() == code)
    }
}

/// By what means somebody pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A bank card that is typed on the acquirer's page.
    BankCard,
    /// The system of fast payments: a QR code or the bank's own app.
    Sbp,
    /// An e-wallet.
    YooMoney,
    /// A card that was saved before.
    SavedCard(MethodId),
}

impl Means {
    /// The three that somebody confirms on the acquirer's page.
    pub const NEW: [Self; 3] = [Self::BankCard, Self::Sbp, Self::YooMoney];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BankCard => "bank_card",
            Self::Sbp => "sbp",
            Self::YooMoney => "yoo_money",
            Self::SavedCard(_) => "saved_card",
        }
    }

    /// From storage: with the saved card, if there is one.
    pub fn from_code(code: &str, saved: Option<MethodId>) -> Option<Self> {
        match saved {
            Some(id) => (code == "saved_card").then_some(Self::SavedCard(id)),
            None => Self::NEW.into_iter().find(|means| means.code() == code),
        }
    }

    /// As a form sends it: the id of a saved card stands for itself.
    pub fn from_form(text: &str) -> Option<Self> {
        Self::from_code(text, None).or_else(|| text.parse().ok().map(Self::SavedCard))
    }

    /// As a form sends it.
    pub fn form_value(self) -> String {
        match self {
            Self::SavedCard(id) => id.to_string(),
            new => new.code().to_owned(),
        }
    }

    /// The saved card.
    pub const fn saved(self) -> Option<MethodId> {
        match self {
            Self::SavedCard(id) => Some(id),
            _ => None,
        }
    }
}

/// Something that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentEvent {
    /// We are about to call the acquirer.
    Submit,
    /// The acquirer told its status.
    Answered(GatewayStatus),
    /// The answer was lost.
    OutcomeUnknown,
    /// The resend window has passed without an answer.
    WindowPassed,
    /// It must not be sent any more: whoever would pay has refused before it was.
    Withdrawn,
    /// The acquirer was asked long after and has never heard of it.
    NeverArrived,
}

/// What a payment becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Nothing changes: the event was already known.
    Same,
    /// A new state.
    To(PaymentState),
    /// Cancelled, for this reason.
    Cancel(CancelReason),
    /// Paid: post it in the same transaction.
    Credit,
}

/// An event that cannot happen in this state; it is logged and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payment in state {} cannot take this event", .0.code())]
pub struct Rejected(pub PaymentState);

/// Decides what an event makes of a payment.
///
/// # Errors
/// [`Rejected`] for an event that contradicts the state.
pub fn transition(state: PaymentState, event: &PaymentEvent) -> Result<Transition, Rejected> {
    use PaymentEvent as E;
    use PaymentState as S;
    let answer = |status: &GatewayStatus| match status {
        GatewayStatus::Pending => Transition::To(S::Pending),
        GatewayStatus::WaitingForCapture => Transition::To(S::WaitingForCapture),
        GatewayStatus::Succeeded => Transition::Credit,
        GatewayStatus::Canceled(reason) => Transition::Cancel(*reason),
    };
    match (state, event) {
        (S::Created | S::Submitting | S::Unknown, E::Submit) => Ok(Transition::To(S::Submitting)),
        (S::Submitting, E::OutcomeUnknown) => Ok(Transition::To(S::Unknown)),
        (S::Unknown, E::OutcomeUnknown) => Ok(Transition::Same),
        (S::Submitting | S::Unknown, E::WindowPassed) => Ok(Transition::To(S::Abandoned)),
        (S::Created, E::Withdrawn) | (S::Submitting | S::Unknown, E::NeverArrived) => {
            Ok(Transition::Cancel(CancelReason::CanceledByMerchant))
        }
        // Money that arrives late is still money: an abandoned payment that is found goes on.
        (S::Submitting | S::Unknown | S::Abandoned, E::Answered(status)) => Ok(answer(status)),
        // The bank may take the money after all: it is the payer's, so it is credited.
        (S::Canceled, E::Answered(GatewayStatus::Succeeded)) => Ok(Transition::Credit),
        (S::Pending, E::Answered(GatewayStatus::Pending))
        | (S::WaitingForCapture, E::Answered(GatewayStatus::WaitingForCapture))
        | (S::Succeeded, E::Answered(GatewayStatus::Succeeded))
        | (S::Canceled, E::Answered(GatewayStatus::Canceled(_))) => Ok(Transition::Same),
        (S::Pending, E::Answered(status)) => Ok(answer(status)),
        (
            S::WaitingForCapture,
            E::Answered(status @ (GatewayStatus::Succeeded | GatewayStatus::Canceled(_))),
        ) => Ok(answer(status)),
        _ => Err(Rejected(state)),
    }
}

/// May a create call still be repeated with the same key?
pub fn may_resend(first_sent_at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(first_sent_at) < RESEND_WINDOW_SECONDS
}

/// How long to wait before asking the acquirer again: Fibonacci seconds, at most an hour.
pub fn poll_pause(attempt: u32) -> i64 {
    let (mut a, mut b) = (2i64, 3i64);
    for _ in 0..attempt.min(30) {
        (a, b) = (b, a.saturating_add(b));
    }
    a.min(3600)
}

/// The page of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentsPage {
    /// The newest payments.
    pub last: Vec<PaymentView>,
    /// Today, there.
    pub today: crate::Date,
    /// Are prepaid cards taken here?
    pub vouchers: bool,
    /// How autopay stands; nothing where cards cannot be saved.
    pub autopay: Option<AutopayHint>,
    /// Can a promised payment be taken?
    pub promise: crate::promise::Standing,
}

/// How autopay stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutopayHint {
    /// It is off.
    Off,
    /// It is on.
    On {
        /// When money is taken next.
        next: crate::LocalTime,
    },
    /// The bank refused for good.
    Paused,
}

/// What the result page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    /// Its id.
    pub id: crate::ids::PaymentId,
    /// A number to read out on the phone.
    pub reference: String,
    /// The sum.
    pub amount: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// Why it was cancelled.
    pub reason: Option<CancelReason>,
    /// When it was made.
    pub created_at: crate::LocalTime,
    /// When it was credited.
    pub credited_at: Option<crate::LocalTime>,
    /// Seconds since the payer came back, while it is open.
    pub waiting_seconds: i64,
    /// The page of the acquirer, while the payer can still go there; by a square, what it says.
    pub confirmation_url: Option<String>,
    /// Is it paid by a square that a bank's app reads?
    pub by_square: bool,
    /// The last digits of the card, once known.
    pub card_last4: Option<String>,
    /// Today, there.
    pub today: crate::Date,
    /// The contract whose wallet it tops up.
    pub contract: crate::ContractNumber,
    /// The wallet now.
    pub balance: Money,
    /// Service is paid until this day, exclusive.
    pub paid_through: Option<crate::Date>,
    /// Is television on?
    pub served: bool,
    /// How far the access rights have come.
    pub access: AccessProgress,
    /// The receipt, and where it stands.
    pub receipt: Option<(crate::ids::ReceiptId, crate::receipt::ReceiptState)>,
}

/// The way of access rights to the card, as the subscriber sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessProgress {
    /// Nothing had to be sent: the card kept its rights.
    NotNeeded,
    /// Written down for sending.
    Queued,
}

#[cfg(test)]
mod tests {
    use super::*;
    use PaymentState as S;

    const STATES: [S; 8] = [
        S::Created,
        S::Submitting,
        S::Unknown,
        S::Pending,
        S::WaitingForCapture,
        S::Succeeded,
        S::Canceled,
        S::Abandoned,
    ];

    fn answers() -> [PaymentEvent; 4] {
        [
            PaymentEvent::Answered(GatewayStatus::Pending),
            PaymentEvent::Answered(GatewayStatus::WaitingForCapture),
            PaymentEvent::Answered(GatewayStatus::Succeeded),
            PaymentEvent::Answered(GatewayStatus::Canceled(CancelReason::Other)),
        ]
    }

    #[test]
    fn codes_round_trip() {
        for state in STATES {
            assert_eq!(S::from_code(state.code()), Some(state));
        }
        for reason in CancelReason::ALL {
            assert_eq!(CancelReason::from_code(reason.code()), Some(reason));
        }
    }

    #[test]
    fn a_finished_payment_moves_only_for_money_that_came_late() {
        let late = PaymentEvent::Answered(GatewayStatus::Succeeded);
        assert_eq!(transition(S::Canceled, &late), Ok(Transition::Credit));
        for state in [S::Succeeded, S::Canceled] {
            for event in answers().into_iter().chain([
                PaymentEvent::Submit,
                PaymentEvent::OutcomeUnknown,
                PaymentEvent::WindowPassed,
                PaymentEvent::Withdrawn,
                PaymentEvent::NeverArrived,
            ]) {
                if (state, &event) == (S::Canceled, &late) {
                    continue;
                }
                assert!(
                    !matches!(
                        transition(state, &event),
                        Ok(Transition::To(_) | Transition::Credit | Transition::Cancel(_))
                    ),
                    "{state:?} {event:?}"
                );
            }
        }
    }

    #[test]
    fn only_an_answer_of_success_credits() {
        for state in STATES {
            for event in [
                PaymentEvent::Submit,
                PaymentEvent::OutcomeUnknown,
                PaymentEvent::WindowPassed,
                PaymentEvent::Withdrawn,
                PaymentEvent::NeverArrived,
            ] {
                assert_ne!(transition(state, &event), Ok(Transition::Credit));
            }
            let credited = transition(state, &PaymentEvent::Answered(GatewayStatus::Succeeded))
                == Ok(Transition::Credit);
            let expected = matches!(
                state,
                S::Submitting
                    | S::Unknown
                    | S::Pending
                    | S::WaitingForCapture
                    | S::Abandoned
                    | S::Canceled
            );
            assert_eq!(credited, expected, "{state:?}");
        }
    }

    #[test]
    fn only_what_was_never_sent_can_be_withdrawn() {
        for state in STATES {
            let withdrawn = transition(state, &PaymentEvent::Withdrawn);
            let cancel = Transition::Cancel(CancelReason::CanceledByMerchant);
            assert_eq!(withdrawn == Ok(cancel), state == S::Created, "{state:?}");
            let never = transition(state, &PaymentEvent::NeverArrived);
            let unanswered = matches!(state, S::Submitting | S::Unknown);
            assert_eq!(never == Ok(cancel), unanswered, "{state:?}");
        }
    }

    #[test]
    fn a_held_payment_does_not_go_back_to_waiting_for_the_payer() {
        let event = PaymentEvent::Answered(GatewayStatus::Pending);
        assert_eq!(
            transition(S::WaitingForCapture, &event),
            Err(Rejected(S::WaitingForCapture))
        );
    }

    #[test]
    fn resending_ends_before_the_acquirer_forgets_the_key() {
        let sent = Timestamp::from_micros(0);
        assert!(may_resend(sent, sent.plus_seconds(23 * 3600 - 1)));
        assert!(!may_resend(sent, sent.plus_seconds(23 * 3600)));
    }

    #[test]
    fn pauses_grow_and_stay_within_an_hour() {
        let pauses: Vec<i64> = (0..40).map(poll_pause).collect();
        assert_eq!(&pauses[..5], &[2, 3, 5, 8, 13]);
        assert!(pauses.is_sorted());
        assert_eq!(pauses[39], 3600);
    }
}
