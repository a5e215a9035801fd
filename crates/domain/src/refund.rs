//! Giving back what was not spent: to where it came from, after somebody of the operator has agreed. The
//! money is set aside as soon as it is asked for, so no charge takes it meanwhile.
//!
//! A refund has a part for each payment that it gives back: the acquirer is asked for each by itself. A lost
//! answer ends nothing; only the acquirer's word about the part does.

use crate::ids::{PaymentId, RefundId};
use crate::ledger::Wallet;
use crate::money::Overflow;
use crate::{ContractNumber, Date, LocalTime, Money, Timestamp};
use uuid::Uuid;

/// The acquirer gives a payment back within three years of its creation; a week is left for the way there.
const RETURNABLE: i64 = (3 * 365 - 7) * 24 * 3600;

/// What the acquirer moves at least of a payment, and what it lets stay of it, if not nothing.
pub const LEAST: Money = Money::from_kopecks(100);

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// Asked for; the money is set aside. It can be taken back.
    Requested,
    /// Somebody has agreed; its parts are on their way.
    Approved,
    /// All parts are over: what banks refused is on the wallet again.
    Finished,
    /// Somebody has refused it; the money is on the wallet again.
    Declined,
    /// Its owner has taken it back.
    Withdrawn,
}

impl RefundState {
    const ALL: [Self; 5] = [
        Self::Requested,
        Self::Approved,
        Self::Finished,
        Self::Declined,
        Self::Withdrawn,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Finished => "finished",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Can it still change?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Approved)
    }

    /// May a request be agreed to, refused or taken back? False when it was already: twice is as good as once.
    ///
    /// # Errors
    /// [`DecidedOtherwise`].
    pub const fn decide(self, to: Self) -> Result<bool, DecidedOtherwise> {
        match (self, to) {
            (Self::Requested, Self::Approved | Self::Declined | Self::Withdrawn) => Ok(true),
            (Self::Approved | Self::Finished, Self::Approved)
            | (Self::Declined, Self::Declined)
            | (Self::Withdrawn, Self::Withdrawn) => Ok(false),
            _ => Err(DecidedOtherwise),
        }
    }
}

/// Somebody was quicker, and decided otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was decided otherwise")]
pub struct DecidedOtherwise;

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    /// Set aside, not sent.
    Reserved,
    /// The intent to send is committed; the call may be under way.
    Submitting,
    /// The answer was lost: the acquirer may or may not have it.
    Unknown,
    /// The acquirer has it.
    Pending,
    /// The money has gone back. Final.
    Succeeded,
    /// It never will; the money is on the wallet again. Final.
    Canceled,
}

impl PartState {
    const ALL: [Self; 6] = [
        Self::Reserved,
        Self::Submitting,
        Self::Unknown,
        Self::Pending,
        Self::Succeeded,
        Self::Canceled,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Can it still change?
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Succeeded | Self::Canceled)
    }
}

/// What the acquirer says about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayRefundStatus {
    /// It is under way.
    Pending,
    /// The money has gone back.
    Succeeded,
    /// It never will.
    Canceled,
}

/// Something that happened to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartEvent {
    /// We are about to call the acquirer.
    Submit,
    /// The refund was taken back or refused before anything was sent.
    Released,
    /// The acquirer told where it stands.
    Answered(GatewayRefundStatus),
    /// The answer was lost.
    OutcomeUnknown,
    /// The acquirer refused the only call that was ever made.
    NotTaken,
    /// The acquirer was asked long after and has never heard of it.
    NeverArrived,
}

/// What an event does to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Same,
    /// It moves on.
    To(PartState),
    /// The money has gone back: it leaves the acquirer's account.
    Done,
    /// The money comes to the wallet again.
    Back,
}

/// An event that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part that is {} does not take {event:?}", .from.code())]
pub struct Rejected {
    /// Where it stands.
    pub from: PartState,
    /// What came.
    pub event: PartEvent,
}

/// The only ways between the states.
///
/// # Errors
/// [`Rejected`] for an event that has no place there.
pub const fn step(from: PartState, event: PartEvent) -> Result<Step, Rejected> {
    use GatewayRefundStatus as Said;
    use PartEvent as Event;
    use PartState as State;
    let step = match (from, event) {
        (State::Reserved, Event::Submit) => Step::To(State::Submitting),
        (State::Reserved, Event::Released) => Step::Back,
        (State::Submitting | State::Unknown, Event::Submit) => Step::Same,
        (State::Submitting | State::Unknown | State::Pending, Event::Answered(said)) => {
            match said {
                Said::Pending if matches!(from, State::Pending) => Step::Same,
                Said::Pending => Step::To(State::Pending),
                Said::Succeeded => Step::Done,
                Said::Canceled => Step::Back,
            }
        }
        (State::Submitting, Event::OutcomeUnknown) => Step::To(State::Unknown),
        (State::Unknown | State::Pending, Event::OutcomeUnknown) => Step::Same,
        (State::Submitting, Event::NotTaken) => Step::Back,
        (State::Submitting | State::Unknown, Event::NeverArrived) => Step::Back,
        (State::Succeeded, Event::Answered(Said::Succeeded | Said::Pending))
        | (State::Canceled, Event::Answered(Said::Canceled | Said::Pending)) => Step::Same,
        _ => return Err(Rejected { from, event }),
    };
    Ok(step)
}

/// Money that lies on the wallet and came by a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The lot it lies in.
    pub lot: Uuid,
    /// What is left of the lot.
    pub remaining: Money,
    /// The payment.
    pub payment: PaymentId,
    /// What of the payment no refund has taken.
    pub room: Money,
    /// When the payment was made.
    pub paid_at: Timestamp,
}

/// What a refund takes of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Out of which lots.
    pub lots: Vec<(Uuid, Money)>,
}

/// Divides a sum over the payments it came by, the newest first: their cards are the likeliest to be there
/// still. No part is smaller than what the acquirer moves at least, and none leaves less than that of its
/// payment; so the parts may hold less than the sum.
pub fn divide(sources: &[Source], sum: Money, now: Timestamp) -> Vec<Part> {
    let mut newest: Vec<&Source> = sources
        .iter()
        .filter(|source| now.seconds_since(source.paid_at) < RETURNABLE)
        .collect();
    newest.sort_by_key(|source| std::cmp::Reverse((source.paid_at, source.payment)));
    let mut left = sum.kopecks();
    newest
        .chunk_by(|one, other| one.payment == other.payment)
        .filter_map(|lots| {
            let part = part(lots, left)?;
            left -= part.amount.kopecks();
            Some(part)
        })
        .collect()
}

/// What the lots of one payment give of a sum; nothing when that would be too little.
fn part(lots: &[&Source], sum: i64) -> Option<Part> {
    let first = lots.first()?;
    let (room, least) = (first.room.kopecks(), LEAST.kopecks());
    let held: i64 = lots.iter().map(|lot| lot.remaining.kopecks()).sum();
    let most = sum.min(held).min(room);
    let stays = room - most;
    let amount = if stays > 0 && stays < least {
        room - least
    } else {
        most
    };
    if amount < least {
        return None;
    }
    let mut left = amount;
    let taken = lots.iter().filter_map(|lot| {
        let takes = left.min(lot.remaining.kopecks());
        left -= takes;
        (takes > 0).then(|| (lot.lot, Money::from_kopecks(takes)))
    });
    Some(Part {
        payment: first.payment,
        lots: taken.collect(),
        amount: Money::from_kopecks(amount),
    })
}

/// Why nothing can be given back now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// One is under way: one at a time.
    UnderWay(RefundId),
    /// A promised payment is open: what lies there is lent, or pays it.
    Promised,
    /// A payment was taken back by the bank and is still owed.
    Debt,
    /// Nothing that could be given back lies there.
    Nothing,
}

/// May just this sum be given back? If not, the next smaller one that may; nothing when there is none.
///
/// # Errors
/// That sum.
pub fn exactly(sources: &[Source], sum: Money, now: Timestamp) -> Result<Vec<Part>, Option<Money>> {
    let parts = divide(sources, sum, now);
    let total: Money = parts.iter().map(|part| part.amount).sum();
    if total == sum {
        Ok(parts)
    } else {
        Err(Some(total).filter(|total| total.is_positive()))
    }
}

/// What can be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// To where it came from, at most.
    pub most: Money,
    /// What came in other ways: in an office, on paper.
    pub elsewhere: Money,
}

/// Decides. The page and the request both ask here.
///
/// # Errors
/// [`Refusal`] with the first reason.
pub fn consider(
    wallet: &Wallet,
    under_way: Option<RefundId>,
    sources: &[Source],
    now: Timestamp,
) -> Result<Offer, Refusal> {
    if let Some(id) = under_way {
        return Err(Refusal::UnderWay(id));
    }
    if wallet.promised_debt.is_positive() {
        return Err(Refusal::Promised);
    }
    if wallet.other_debt.is_positive() {
        return Err(Refusal::Debt);
    }
    let parts = divide(sources, wallet.available, now);
    let most: Money = parts.iter().map(|part| part.amount).sum();
    let elsewhere = wallet.available.checked_sub(most);
    let elsewhere = elsewhere.map_err(|_: Overflow| Refusal::Nothing)?;
    if most < LEAST {
        return Err(Refusal::Nothing);
    }
    Ok(Offer { most, elsewhere })
}

/// Where a part goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// How much.
    pub amount: Money,
    /// Last digits of the card; nothing for other means, and where they are not known.
    pub last4: Option<String>,
    /// By what it was paid.
    pub means: crate::payment::Means,
    /// When it was paid.
    pub paid: LocalTime,
}

/// The page on which a refund is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskPage {
    /// Whose.
    pub contract: ContractNumber,
    /// The wallet.
    pub balance: Money,
    /// What can be given back, and where to when it is all.
    pub offer: Result<(Offer, Vec<Destination>), Refusal>,
    /// The next charge, which what stays has to pay.
    pub next_charge: Option<(Date, Money)>,
    /// Does autopay run? It would pay in again.
    pub autopay: bool,
    /// The form's key.
    pub key: String,
    /// The day there.
    pub today: Date,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundView {
    /// Its id.
    pub id: RefundId,
    /// Whose.
    pub contract: ContractNumber,
    /// How much was asked for.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
    /// When it was asked for.
    pub requested: LocalTime,
    /// When somebody has decided.
    pub decided: Option<LocalTime>,
    /// Why it was refused, in their words.
    pub reason: Option<String>,
    /// Where its parts go and how each stands.
    pub parts: Vec<(Destination, PartState)>,
    /// The day there.
    pub today: Date,
}

impl RefundView {
    /// What of it stands so: has gone back, or came to the wallet again.
    pub fn sum_of(&self, state: PartState) -> Money {
        let parts = self.parts.iter().filter(|(_, found)| *found == state);
        parts.map(|(part, _)| part.amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kop(kopecks: i64) -> Money {
        Money::from_kopecks(kopecks)
    }

    fn source(lot: u128, payment: u128, remaining: i64, room: i64, day: i64) -> Source {
        Source {
            lot: Uuid::from_u128(lot),
            remaining: kop(remaining),
            payment: PaymentId(Uuid::from_u128(payment)),
            room: kop(room),
            paid_at: Timestamp::default().plus_seconds(day * 86_400),
        }
    }

    #[test]
    fn a_request_is_decided_once_and_the_same_again_is_no_mistake() {
        use RefundState::{Approved, Declined, Finished, Requested, Withdrawn};
        for to in [Approved, Declined, Withdrawn] {
            assert_eq!(Requested.decide(to), Ok(true));
            assert_eq!(to.decide(to), Ok(false));
            for from in [Approved, Declined, Withdrawn] {
                assert!(from == to || from.decide(to).is_err(), "{from:?} to {to:?}");
            }
        }
        assert_eq!(Finished.decide(Approved), Ok(false));
        assert!(Finished.decide(Withdrawn).is_err() && Finished.decide(Declined).is_err());
        assert!(Requested.decide(Requested).is_err() && Approved.decide(Finished).is_err());
    }

    const NOW: i64 = 2_000;

    fn now() -> Timestamp {
        Timestamp::default().plus_seconds(NOW * 86_400)
    }

    #[test]
    fn the_newest_payment_gives_first_and_no_more_than_it_brought() {
        let sources = [
            source(1, 1, 300, 500, NOW - 30),
            source(2, 2, 200, 350, NOW - 3),
            source(3, 2, 200, 350, NOW - 3),
            source(4, 3, 900, 900, NOW - 3 * 365),
        ];
        let parts = divide(&sources, kop(10_000), now());
        let sums: Vec<_> = parts.iter().map(|part| part.amount.kopecks()).collect();
        assert_eq!(sums, [350, 300], "the oldest is too old");
        assert_eq!(parts[0].lots.len(), 2);
        let of = |sum| {
            let parts = divide(&sources, kop(sum), now());
            parts
                .iter()
                .map(|part| part.amount.kopecks())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(450), [350, 100]);
        assert_eq!(of(351), [350], "one kopeck is too little to move");
        assert_eq!(of(300), [250], "fifty are too little to stay");
        assert_eq!(of(99), Vec::<i64>::new());
        assert!(divide(&sources, kop(0), now()).is_empty());
    }

    #[test]
    fn lent_money_and_debts_are_not_given_back() {
        let wallet = Wallet {
            available: kop(1_000),
            ..Wallet::default()
        };
        let sources = [source(1, 1, 700, 700, NOW - 1)];
        let offer = consider(&wallet, None, &sources, now()).unwrap();
        assert_eq!((offer.most, offer.elsewhere), (kop(700), kop(300)));
        let promised = Wallet {
            promised_debt: kop(1),
            ..wallet
        };
        let refused = consider(&promised, None, &sources, now());
        assert_eq!(refused, Err(Refusal::Promised));
        let debt = Wallet {
            other_debt: kop(1),
            ..wallet
        };
        let refused = consider(&debt, None, &sources, now());
        assert_eq!(refused, Err(Refusal::Debt));
        let id = RefundId(Uuid::nil());
        let refused = consider(&wallet, Some(id), &sources, now());
        assert_eq!(refused, Err(Refusal::UnderWay(id)));
        let small = [source(1, 1, 99, 700, NOW - 1)];
        let refused = consider(&wallet, None, &small, now());
        assert_eq!(refused, Err(Refusal::Nothing));
    }

    #[test]
    fn what_is_over_stays_over() {
        use GatewayRefundStatus as Said;
        let answered = |from, said| step(from, PartEvent::Answered(said));
        for over in [PartState::Succeeded, PartState::Canceled] {
            assert_eq!(answered(over, Said::Pending), Ok(Step::Same));
            for event in [
                PartEvent::Submit,
                PartEvent::Released,
                PartEvent::NotTaken,
                PartEvent::NeverArrived,
                PartEvent::OutcomeUnknown,
            ] {
                assert!(step(over, event).is_err(), "{over:?} {event:?}");
            }
        }
        assert!(answered(PartState::Succeeded, Said::Canceled).is_err());
        assert!(answered(PartState::Canceled, Said::Succeeded).is_err());
        assert!(answered(PartState::Reserved, Said::Succeeded).is_err());
    }

    #[test]
    fn only_the_first_call_can_be_refused_for_good() {
        assert_eq!(
            step(PartState::Submitting, PartEvent::NotTaken),
            Ok(Step::Back)
        );
        for later in [PartState::Unknown, PartState::Pending] {
            assert!(step(later, PartEvent::NotTaken).is_err());
        }
        // What the acquirer has can be ended by its word only.
        assert!(step(PartState::Pending, PartEvent::NeverArrived).is_err());
        assert!(step(PartState::Submitting, PartEvent::Released).is_err());
    }

    fn event() -> impl Strategy<Value = PartEvent> {
        use GatewayRefundStatus as Said;
        prop_oneof![
            Just(PartEvent::Submit),
            Just(PartEvent::Released),
            Just(PartEvent::Answered(Said::Pending)),
            Just(PartEvent::Answered(Said::Succeeded)),
            Just(PartEvent::Answered(Said::Canceled)),
            Just(PartEvent::OutcomeUnknown),
            Just(PartEvent::NotTaken),
            Just(PartEvent::NeverArrived),
        ]
    }

    proptest! {
        #[test]
        fn money_moves_once(events in prop::collection::vec(event(), 1..40)) {
            let (mut state, mut moves) = (PartState::Reserved, 0);
            for event in events {
                match step(state, event) {
                    Ok(Step::Same) | Err(_) => {}
                    Ok(Step::To(next)) => {
                        prop_assert!(next.is_open());
                        state = next;
                    }
                    Ok(Step::Done) => {
                        moves += 1;
                        state = PartState::Succeeded;
                    }
                    Ok(Step::Back) => {
                        moves += 1;
                        state = PartState::Canceled;
                    }
                }
            }
            prop_assert_eq!(moves, i32::from(!state.is_open()));
        }

        #[test]
        fn no_lot_and_no_payment_gives_more_than_it_has(
            rows in prop::collection::vec((0u128..6, 0i64..1_000, 0i64..1_500, 1i64..NOW), 0..12),
            sum in 0i64..5_000,
        ) {
            // Of one payment all lots have the same room and day.
            let of = |payment: u128| rows.iter().find(|row| row.0 == payment).copied();
            let sources: Vec<_> = rows
                .iter()
                .enumerate()
                .filter_map(|(n, (payment, remaining, ..))| {
                    let (_, _, room, day) = of(*payment)?;
                    Some(source(n as u128, *payment, *remaining, room, day))
                })
                .collect();
            let parts = divide(&sources, kop(sum), now());
            let total: Money = parts.iter().map(|part| part.amount).sum();
            prop_assert!(total <= kop(sum));
            for part in &parts {
                let lots: Money = part.lots.iter().map(|(_, sum)| *sum).sum();
                prop_assert_eq!(lots, part.amount);
                let of = sources.iter().find(|source| source.payment == part.payment);
                let room = of.unwrap().room;
                prop_assert!(part.amount <= room && part.amount >= LEAST);
                let stays = room.checked_sub(part.amount).unwrap();
                prop_assert!(stays == Money::ZERO || stays >= LEAST);
                for (lot, sum) in &part.lots {
                    let found = sources.iter().find(|source| source.lot == *lot).unwrap();
                    prop_assert!(*sum <= found.remaining && sum.is_positive());
                }
            }
            let payments: std::collections::BTreeSet<_> = parts.iter().map(|part| part.payment).collect();
            prop_assert_eq!(payments.len(), parts.len());
        }
    }
}
