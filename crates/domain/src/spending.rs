//! What services have cost by month, and whether that is more than usual.

use crate::operation::Operation;
use crate::{Date, Money};

/// Months of a chart.
pub const MONTHS: usize = 12;

/// A month by its first day.
pub type Month = Date;

/// What services have cost in a month, days that came back taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthSum {
    /// Which month.
    pub month: Month,
    /// Tariffs.
    pub tariff: Money,
    /// Anything else, such as what a promised payment costs.
    pub other: Money,
}

impl MonthSum {
    /// Together.
    pub fn total(&self) -> Money {
        [self.tariff, self.other].into_iter().sum()
    }
}

/// The months of a chart, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// One after the other, without gaps.
    pub months: Vec<MonthSum>,
    /// The one that is looked at.
    pub chosen: Month,
}

/// How a month compares with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Nothing to compare it with.
    Alone,
    /// It is not over, and nothing out of the way so far.
    SoFar,
    /// As the others.
    Usual,
    /// More than usual by so much.
    More(Money),
    /// Less than usual by so much.
    Less(Money),
}

impl Spending {
    /// The months until this one, with nothing where nothing is known.
    pub fn until(today: Date, known: &[MonthSum], chosen: Option<Month>) -> Self {
        let last = today.first_of_month();
        let mut months = Vec::new();
        let mut month = first_month(today);
        while month <= last {
            let found = known.iter().find(|sum| sum.month == month).copied();
            months.push(found.unwrap_or(MonthSum {
                month,
                tariff: Money::ZERO,
                other: Money::ZERO,
            }));
            month = month.plus_months(1, 1);
        }
        Self {
            chosen: chosen.unwrap_or(last),
            months,
        }
    }

    /// The month that is looked at, when the chart has it.
    pub fn of_chosen(&self) -> Option<&MonthSum> {
        self.months.iter().find(|sum| sum.month == self.chosen)
    }

    /// The month that is looked at beside what is usual: the middle one of the other months in which
    /// anything was spent. This month is not over, so it says nothing about the others.
    pub fn compared(&self) -> Compared {
        let Some(chosen) = self.of_chosen() else {
            return Compared::Alone;
        };
        let this = self.months.last().map(|sum| sum.month);
        let mut others: Vec<_> = self
            .months
            .iter()
            .filter(|sum| sum.month != chosen.month && Some(sum.month) != this)
            .map(MonthSum::total)
            .filter(|total| total.is_positive())
            .collect();
        let unfinished = Some(chosen.month) == this;
        if others.len() < 2 {
            return if unfinished {
                Compared::SoFar
            } else {
                Compared::Alone
            };
        }
        others.sort();
        let usual = others[others.len() / 2];
        let (more, less) = (
            usual.missing_to(chosen.total()),
            chosen.total().missing_to(usual),
        );
        if more.is_positive() {
            Compared::More(more)
        } else if unfinished {
            Compared::SoFar
        } else if less.is_positive() {
            Compared::Less(less)
        } else {
            Compared::Usual
        }
    }

    /// The largest month.
    pub fn largest(&self) -> Money {
        let totals = self.months.iter().map(MonthSum::total);
        totals.max().unwrap_or(Money::ZERO)
    }
}

/// The first month of the chart that ends today.
pub fn first_month(today: Date) -> Month {
    let mut month = today.first_of_month();
    for _ in 1..MONTHS {
        month = month.plus_days(-1).first_of_month();
    }
    month
}

/// Which operations are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// All.
    #[default]
    Both,
    /// Money that came.
    In,
    /// Money that went.
    Out,
}

impl Direction {
    /// As addresses say it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::In => "in",
            Self::Out => "out",
        }
    }

    /// From an address; what is unknown shows all.
    pub fn from_code(code: &str) -> Self {
        match code {
            "in" => Self::In,
            "out" => Self::Out,
            _ => Self::Both,
        }
    }
}

/// Reads `2026-10`.
pub fn month_from(text: &str) -> Option<Month> {
    Date::parse(&format!("{text}-01"))
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// One month only.
    pub month: Option<Month>,
    /// Which direction.
    pub direction: Direction,
    /// Those before a change of the wallet.
    pub before: Option<i64>,
}

/// The page of expenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpensesPage {
    /// Today, there.
    pub today: Date,
    /// What was asked for.
    pub asked: Asked,
    /// The months.
    pub spending: Spending,
    /// Operations, newest first.
    pub rows: Vec<Operation>,
    /// Where the next part begins, if there is one.
    pub older: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    fn sum(month: Date, roubles: i32) -> MonthSum {
        MonthSum {
            month,
            tariff: Money::from_roubles(roubles),
            other: Money::ZERO,
        }
    }

    #[test]
    fn a_chart_has_twelve_months_without_gaps() {
        let today = day(2026, 2, 28);
        let known = [sum(day(2025, 3, 1), 1), sum(day(2026, 2, 1), 2)];
        let spending = Spending::until(today, &known, None);
        assert_eq!(spending.months.len(), MONTHS);
        assert_eq!(spending.months[0], known[0]);
        assert_eq!(spending.months[11], known[1]);
        assert_eq!(spending.months[5].total(), Money::ZERO);
        assert_eq!(spending.chosen, day(2026, 2, 1));
        assert!(spending.months.is_sorted_by(|a, b| a.month < b.month));
    }

    #[test]
    fn a_month_is_compared_with_the_middle_of_the_others() {
        let today = day(2026, 11, 28);
        let month = |m| day(2026, m, 1);
        let known = [
            sum(month(7), 399),
            sum(month(8), 399),
            sum(month(9), 548),
            sum(month(10), 200),
            sum(month(11), 1),
        ];
        let compared = |chosen| Spending::until(today, &known, Some(chosen)).compared();
        assert_eq!(compared(month(9)), Compared::More(Money::from_roubles(149)));
        assert_eq!(
            compared(month(10)),
            Compared::Less(Money::from_roubles(199))
        );
        assert_eq!(compared(month(7)), Compared::Usual);
        assert_eq!(
            compared(month(11)),
            Compared::SoFar,
            "it is not over: less says nothing"
        );
        assert_eq!(compared(day(2020, 1, 1)), Compared::Alone);
        let few = Spending::until(today, &known[3..], Some(month(10)));
        assert_eq!(few.compared(), Compared::Alone);
    }

    #[test]
    fn months_are_read_as_addresses_write_them() {
        assert_eq!(month_from("2026-10"), Some(day(2026, 10, 1)));
        for wrong in [
            "2026-13",
            "2026",
            "2026-10-05",
            "",
            "октябрь",
            "2026-10-01-01",
        ] {
            assert_eq!(month_from(wrong), None, "{wrong}");
        }
    }
}
