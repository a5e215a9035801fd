use super::*;
use crate::billing::{PeriodUnit, Price};
use CancelReason as R;
use proptest::prelude::*;

const LIMITS: TopUpLimits = TopUpLimits {
    min: Money::from_roubles(10),
    max: Money::from_roubles(15_000),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn rub(roubles: i32) -> Money {
    Money::from_roubles(roubles)
}

fn terms() -> AutopayTerms {
    AutopayTerms::default()
}

fn day(year: i16, month: u8, day: u8) -> Date {
    Date::new(year, month, day).unwrap()
}

/// Announced on day 10 for day 13.
fn run(state: RunState) -> Run {
    Run {
        state,
        due_at: at(13 * DAY),
        notified_at: at(10 * DAY),
        reminded: false,
        noticed: rub(399),
        attempt: 0,
        retry_at: None,
        payment: None,
    }
}

fn decide(now: i64, run: Option<&Run>, needed: Money) -> Act {
    let facts = Facts {
        now: at(now),
        scheduled: at(13 * DAY),
        run,
        needed,
    };
    next(&facts, &terms())
}

#[test]
fn the_sum_is_told_three_days_and_one_day_before() {
    assert_eq!(decide(5 * DAY, None, rub(399)), Act::Wait(at(10 * DAY)));
    let announced = Act::Announce {
        sum: rub(399),
        due_at: at(13 * DAY),
    };
    assert_eq!(decide(10 * DAY, None, rub(399)), announced);
    let told = run(RunState::Notified);
    assert_eq!(
        decide(11 * DAY, Some(&told), rub(399)),
        Act::Wait(at(12 * DAY))
    );
    assert_eq!(decide(12 * DAY, Some(&told), rub(399)), Act::Remind);
    let reminded = Run {
        reminded: true,
        ..told
    };
    assert_eq!(
        decide(12 * DAY, Some(&reminded), rub(399)),
        Act::Wait(at(13 * DAY))
    );
    assert_eq!(
        decide(13 * DAY, Some(&reminded), rub(399)),
        Act::Charge(rub(399))
    );
}

#[test]
fn a_balance_that_is_enough_is_left_alone() {
    assert_eq!(decide(10 * DAY, None, Money::ZERO), Act::Wait(at(12 * DAY)));
    assert_eq!(decide(12 * DAY, None, Money::ZERO), Act::Skip);
    let told = run(RunState::Notified);
    assert_eq!(decide(13 * DAY, Some(&told), Money::ZERO), Act::Skip);
}

#[test]
fn whoever_is_told_late_is_charged_late() {
    let announced = Act::Announce {
        sum: rub(399),
        due_at: at(13 * DAY + DAY / 2),
    };
    assert_eq!(decide(12 * DAY + DAY / 2, None, rub(399)), announced);
    // The worker slept: another day means another notice.
    let told = run(RunState::Notified);
    let anew = Act::Announce {
        sum: rub(450),
        due_at: at(21 * DAY),
    };
    assert_eq!(decide(20 * DAY, Some(&told), rub(450)), anew);
}

#[test]
fn refusals_that_may_pass_are_tried_again_and_then_end_it() {
    let refused = |attempt, reason| Run {
        attempt,
        payment: Some((
            PaymentId(uuid::Uuid::nil()),
            PaymentState::Canceled,
            Some(reason),
        )),
        ..run(RunState::Charging)
    };
    let act = |attempt, reason| decide(13 * DAY + 60, Some(&refused(attempt, reason)), rub(399));
    assert_eq!(act(0, R::InsufficientFunds), Act::TryAgain(at(14 * DAY)));
    assert_eq!(act(1, R::InsufficientFunds), Act::TryAgain(at(16 * DAY)));
    assert_eq!(
        act(2, R::InsufficientFunds),
        Act::Fail(R::InsufficientFunds)
    );
    assert_eq!(act(0, R::Other), Act::TryAgain(at(14 * DAY)));
    assert_eq!(act(1, R::Other), Act::Fail(R::Other));
    for hard in [
        R::CardExpired,
        R::FraudSuspected,
        R::Restricted,
        R::PermissionRevoked,
        R::ThreeDSecureFailed,
        R::WrongCardData,
        R::Expired,
    ] {
        assert_eq!(act(0, hard), Act::Fail(hard));
    }
}

/// A wrong key of ours, an acquirer that nobody reached: no refusal of the bank.
#[test]
fn what_never_came_to_the_bank_counts_against_nobody() {
    let failed = |reason| Run {
        payment: Some((
            PaymentId(uuid::Uuid::nil()),
            PaymentState::Canceled,
            Some(reason),
        )),
        ..run(RunState::Charging)
    };
    for reason in [CancelReason::Refused, CancelReason::CanceledByMerchant] {
        let soon = 13 * DAY + 60;
        assert_eq!(
            decide(soon, Some(&failed(reason)), rub(399)),
            Act::Postpone(at(soon + POSTPONED))
        );
        // A day later it is another day: told anew.
        let act = decide(14 * DAY, Some(&failed(reason)), rub(399));
        assert!(matches!(act, Act::Announce { .. }), "{act:?}");
    }
}

#[test]
fn a_payment_under_way_is_waited_for() {
    for state in [
        PaymentState::Created,
        PaymentState::Submitting,
        PaymentState::Unknown,
        PaymentState::Pending,
        PaymentState::WaitingForCapture,
    ] {
        let charging = Run {
            payment: Some((PaymentId(uuid::Uuid::nil()), state, None)),
            ..run(RunState::Charging)
        };
        let act = decide(40 * DAY, Some(&charging), rub(399));
        assert!(matches!(act, Act::Wait(_)), "{state:?}: {act:?}");
    }
}

#[test]
fn the_day_exists_in_every_month_and_leaves_time_before_the_renewal() {
    let fourteenth = DayOfMonth::new(14).unwrap();
    assert_eq!(fourteenth.first_from(day(2026, 11, 14)), day(2026, 11, 14));
    assert_eq!(fourteenth.first_from(day(2026, 12, 15)), day(2027, 1, 14));
    // Tried again on the first of December, it still is the charge of the twenty-eighth of November.
    let last = DayOfMonth::new(28).unwrap();
    assert_eq!(last.after(day(2026, 11, 28)), day(2026, 12, 28));
    assert_eq!(last.after(day(2026, 12, 1)), day(2026, 12, 28));
    assert_eq!(last.after(day(2027, 2, 28)), day(2027, 3, 28));
    assert_eq!(DayOfMonth::before_renewal(day(2026, 12, 15)).get(), 11);
    assert_eq!(DayOfMonth::before_renewal(day(2026, 12, 2)).get(), 28);
    assert_eq!(DayOfMonth::before_renewal(day(2027, 1, 4)).get(), 28);
    for wrong in ["", "0", "29", "1.5", "пять", "-1", "300"] {
        assert_eq!(DayOfMonth::parse(wrong), None, "{wrong}");
    }
}

fn monthly(price: i32, paid_through: Date) -> Subscription {
    Subscription {
        price: Price {
            amount: rub(price),
            unit: PeriodUnit::Month,
            count: 1,
        },
        anchor_day: paid_through.day(),
        paid_through,
        holds: Vec::new(),
    }
}

fn wallet(available: i32) -> Wallet {
    Wallet {
        available: rub(available),
        promised_debt: Money::ZERO,
        other_debt: Money::ZERO,
        version: 0,
    }
}

#[test]
fn what_is_short_until_the_day_after_the_next_one() {
    let (today, until) = (day(2026, 12, 14), day(2027, 1, 14));
    let short = |subscriptions: &[Subscription], money| {
        needed(subscriptions, &wallet(money), today, until, LIMITS)
    };
    let soon = monthly(399, day(2026, 12, 18));
    assert_eq!(short(std::slice::from_ref(&soon), 0), rub(399));
    assert_eq!(short(std::slice::from_ref(&soon), 100), rub(299));
    assert_eq!(short(std::slice::from_ref(&soon), 399), Money::ZERO);
    assert_eq!(
        short(std::slice::from_ref(&soon), 395),
        rub(10),
        "at least what a top-up may be"
    );
    // Paid on the next day itself: before that day's money comes.
    assert_eq!(short(&[monthly(399, day(2027, 1, 14))], 0), rub(399));
    assert_eq!(short(&[monthly(399, day(2027, 1, 15))], 0), Money::ZERO);
    // Thirty days from the fifteenth end before the fourteenth of a month with thirty-one.
    let mut thirty = monthly(300, day(2026, 12, 15));
    thirty.price.unit = PeriodUnit::Day;
    thirty.price.count = 30;
    assert_eq!(short(&[thirty], 0), rub(600));
    let mut off = soon.clone();
    off.holds.push(Hold::Debt);
    assert_eq!(
        short(std::slice::from_ref(&off), 0),
        rub(798),
        "today, and a month later"
    );
    off.holds.push(Hold::UserPause);
    assert_eq!(short(&[off], 0), Money::ZERO);
    let mut owed = wallet(0);
    owed.promised_debt = rub(100);
    assert_eq!(needed(&[soon], &owed, today, until, LIMITS), rub(499));
    // A debt alone is no reason to take money for television.
    assert_eq!(needed(&[], &owed, today, until, LIMITS), Money::ZERO);
}

proptest! {
    /// Whatever the worker does and when, nobody pays more than announced, and nobody sooner than told.
    #[test]
    fn never_more_and_never_sooner_than_announced(
        steps in prop::collection::vec((1i64..6 * DAY, 0i32..900, any::<bool>()), 1..40),
    ) {
        let terms = terms();
        let (mut now, mut open, mut paid) = (0, None::<Run>, 0);
        for (pause, needed, refuse) in steps {
            now += pause;
            let facts = Facts { now: at(now), scheduled: at(13 * DAY), run: open.as_ref(), needed: rub(needed) };
            match next(&facts, &terms) {
                Act::Announce { sum, due_at } => {
                    prop_assert!(due_at.seconds_since(at(now)) >= terms.notice_last);
                    open = Some(Run { due_at, notified_at: at(now), noticed: sum, ..run(RunState::Notified) });
                }
                Act::Remind => open = open.map(|run| Run { reminded: true, ..run }),
                Act::Charge(sum) => {
                    let run = open.unwrap();
                    prop_assert!(sum <= run.noticed);
                    prop_assert!(now * 1_000_000 >= run.due_at.micros());
                    prop_assert!(at(now).seconds_since(run.notified_at) >= terms.notice_last);
                    let (state, reason) = if refuse {
                        (PaymentState::Canceled, Some(CancelReason::InsufficientFunds))
                    } else {
                        paid += 1;
                        (PaymentState::Succeeded, None)
                    };
                    let payment = Some((PaymentId(uuid::Uuid::nil()), state, reason));
                    open = Some(Run { state: RunState::Charging, payment, ..run });
                }
                Act::TryAgain(retry_at) => {
                    open = open.map(|run| Run {
                        state: RunState::Retry,
                        attempt: run.attempt + 1,
                        retry_at: Some(retry_at),
                        ..run
                    });
                }
                Act::Postpone(retry_at) => {
                    open = open.map(|run| Run {
                        state: RunState::Retry,
                        retry_at: Some(retry_at),
                        ..run
                    });
                }
                Act::Succeeded | Act::Skip | Act::Fail(_) => break,
                Act::Wait(until) => prop_assert!(until > at(now)),
            }
        }
        prop_assert!(paid <= 1);
    }
}
