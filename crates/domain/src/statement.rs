//! The statement of a wallet: every change of it within some days, and sums that add up to the kopeck.

use crate::form::{FieldError, Problem};
use crate::money::Overflow;
use crate::operation::{Operation, OperationKind};
use crate::{ContractNumber, Date, Money};

/// Longest statement, in days: a year and a day.
pub const MOST_DAYS: i32 = 367;

/// Some days, both of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Span {
    /// The month that a day is in, until that day.
    pub fn month_of(today: Date) -> Self {
        Self {
            from: today.plus_days(1 - i32::from(today.day())),
            to: today,
        }
    }

    /// Reads two days as typed, `2026-11-01` or `1.11.2026`. Nothing typed is the month so far.
    ///
    /// # Errors
    /// What is wrong, by field: `from`, `to`.
    pub fn parse(from: &str, to: &str, today: Date) -> Result<Self, Vec<FieldError>> {
        let usual = Self::month_of(today);
        let mut errors = Vec::new();
        let mut read = |field: &str, text: &str, usual: Date| {
            if text.trim().is_empty() {
                return usual;
            }
            Date::parse(text).unwrap_or_else(|| {
                errors.push(FieldError::new(field, Problem::DateMalformed));
                usual
            })
        };
        let (from, to) = (read("from", from, usual.from), read("to", to, usual.to));
        if errors.is_empty() && to < from {
            errors.push(FieldError::new("to", Problem::SpanReversed));
        }
        if errors.is_empty() && to.days_since(from) >= MOST_DAYS {
            errors.push(FieldError::new("from", Problem::SpanTooLong));
        }
        if errors.is_empty() {
            Ok(Self { from, to })
        } else {
            Err(errors)
        }
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which contract.
    pub contract: ContractNumber,
    /// Of which days.
    pub span: Span,
    /// The wallet before the first of them.
    pub opening: Money,
    /// What came in.
    pub income: Money,
    /// What went out; positive.
    pub spent: Money,
    /// The wallet after the last of them.
    pub closing: Money,
    /// The changes summed by what they were, the largest first.
    pub by_kind: Vec<(OperationKind, Money)>,
    /// The changes, oldest first.
    pub rows: Vec<Operation>,
}

impl Statement {
    /// Adds up. `rows` come oldest first.
    ///
    /// # Errors
    /// [`Overflow`] for sums beyond all money.
    pub fn of(
        contract: ContractNumber,
        span: Span,
        opening: Money,
        rows: Vec<Operation>,
    ) -> Result<Self, Overflow> {
        let (mut income, mut spent) = (Money::ZERO, Money::ZERO);
        let mut by_kind: Vec<(OperationKind, Money)> = Vec::new();
        for row in &rows {
            if row.amount.is_positive() {
                income = income.checked_add(row.amount)?;
            } else {
                spent = spent.checked_sub(row.amount)?;
            }
            match by_kind.iter_mut().find(|(kind, _)| *kind == row.kind) {
                Some((_, sum)) => *sum = sum.checked_add(row.amount)?,
                None => by_kind.push((row.kind, row.amount)),
            }
        }
        by_kind.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.kopecks().unsigned_abs()));
        Ok(Self {
            contract,
            span,
            opening,
            income,
            spent,
            closing: opening.checked_add(income)?.checked_sub(spent)?,
            by_kind,
            rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OpId;
    use crate::{LocalTime, Timestamp};
    use proptest::prelude::*;

    fn day(month: u8, day: u8) -> Date {
        Date::new(2026, month, day).unwrap()
    }

    #[test]
    fn days_are_read_as_people_and_browsers_write_them() {
        let today = day(11, 27);
        let span = |from, to| Span::parse(from, to, today);
        let november = Span {
            from: day(11, 1),
            to: today,
        };
        assert_eq!(span("", ""), Ok(november));
        assert_eq!(span("2026-11-01", " 27.11.2026 "), Ok(november));
        let wrong = |from, to| span(from, to).unwrap_err();
        assert_eq!(
            wrong("31.02.2026", "завтра"),
            [
                FieldError::new("from", Problem::DateMalformed),
                FieldError::new("to", Problem::DateMalformed)
            ]
        );
        assert_eq!(
            wrong("2026-11-02", "2026-11-01"),
            [FieldError::new("to", Problem::SpanReversed)]
        );
        assert_eq!(
            wrong("2025-11-01", "2026-11-03"),
            [FieldError::new("from", Problem::SpanTooLong)]
        );
        assert!(span("2025-11-01", "2026-11-02").is_ok());
    }

    proptest! {
        #[test]
        fn sums_add_up_to_the_last_balance(opening in 0i64..1_000_000, changes in prop::collection::vec((0u8..4, -50_000i64..50_000), 0..40)) {
            let mut balance = opening;
            let rows: Vec<Operation> = changes.iter().enumerate().map(|(at, (kind, change))| {
                balance += change;
                Operation {
                    version: at as i64 + 1,
                    op: OpId(uuid::Uuid::nil()),
                    kind: [OperationKind::TopUp, OperationKind::Charge, OperationKind::PromiseGrant, OperationKind::Other][usize::from(*kind)],
                    amount: Money::from_kopecks(*change),
                    balance: Money::from_kopecks(balance),
                    at: LocalTime { at: Timestamp::from_micros(0), date: day(11, 1), hour: 0, minute: 0, hours_from_moscow: 0 },
                    detail: None,
                    payment: None,
                }
            }).collect();
            let span = Span { from: day(11, 1), to: day(11, 2) };
            let contract = ContractNumber::parse("2041008755").unwrap();
            let made = Statement::of(contract, span, Money::from_kopecks(opening), rows).unwrap();
            prop_assert_eq!(made.closing.kopecks(), balance);
            prop_assert_eq!(made.income.kopecks() - made.spent.kopecks(), balance - opening);
            let kinds: i64 = made.by_kind.iter().map(|(_, sum)| sum.kopecks()).sum();
            prop_assert_eq!(kinds, balance - opening);
        }

        #[test]
        fn no_text_breaks_the_parser(from in ".{0,20}", to in ".{0,20}") {
            if let Ok(span) = Span::parse(&from, &to, day(11, 27)) {
                prop_assert!(span.from <= span.to);
                let again = Span::parse(&span.from.to_string(), &span.to.to_string(), day(11, 27));
                prop_assert_eq!(again, Ok(span));
            }
        }
    }
}
