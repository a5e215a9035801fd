//! Reconciliation: the acquirer's registry of a day against what we have posted, object by object. It finds
//! and names; nothing is corrected by itself.

use crate::{Date, Money};
use std::collections::{HashMap, HashSet};

/// What an object of the acquirer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Money that came in.
    Payment,
    /// Money that went back.
    Refund,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Payment, Self::Refund];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
        }
    }
}

/// A line of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The acquirer's id.
    pub object: String,
    /// The sum; nothing when it is not in roubles or not understood.
    pub amount: Option<Money>,
}

/// What we know of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The acquirer's id.
    pub object: String,
    /// What was posted for it on the acquirer's account; nothing when nothing was.
    pub posted: Option<Money>,
}

/// How an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// They have it, and we have never heard of it.
    Unknown,
    /// They have it, we know it, and nothing is posted.
    NotPosted,
    /// Both have it with different sums.
    OtherSum,
    /// The registry names it more than once.
    Twice,
    /// We have posted it, and the registry does not name it.
    Missing,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unknown,
        Self::NotPosted,
        Self::OtherSum,
        Self::Twice,
        Self::Missing,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotPosted => "not_posted",
            Self::OtherSum => "other_sum",
            Self::Twice => "twice",
            Self::Missing => "missing",
        }
    }

    /// In words, for the operator's people and the log.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unknown => "the acquirer has it, we have never heard of it",
            Self::NotPosted => "the acquirer has it, we know it and have posted nothing",
            Self::OtherSum => "the sums differ",
            Self::Twice => "the registry names it more than once",
            Self::Missing => "we have posted it, the registry does not name it",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the object is.
    pub kind: Kind,
    /// The acquirer's id.
    pub object: String,
    /// How it differs.
    pub what: What,
    /// The registry's sum.
    pub theirs: Option<Money>,
    /// Ours.
    pub ours: Option<Money>,
}

/// One kind of objects of one day, compared piece by piece.
#[derive(Debug)]
pub struct Comparison {
    kind: Kind,
    seen: HashSet<String>,
    twice: HashSet<String>,
    total: Money,
    found: Vec<Difference>,
}

impl Comparison {
    /// Begins.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            seen: HashSet::new(),
            twice: HashSet::new(),
            total: Money::ZERO,
            found: Vec::new(),
        }
    }

    /// A part of the registry, with what we know of its objects.
    pub fn theirs(&mut self, lines: &[Line], known: &[Ours]) {
        let known: HashMap<&str, &Ours> = known
            .iter()
            .map(|ours| (ours.object.as_str(), ours))
            .collect();
        for line in lines {
            if let Some(amount) = line.amount {
                self.total = [self.total, amount].into_iter().sum();
            }
            if !self.seen.insert(line.object.clone()) {
                // Told once, however often it is named.
                if self.twice.insert(line.object.clone()) {
                    self.differs(line, What::Twice, None);
                }
                continue;
            }
            match known.get(line.object.as_str()).map(|ours| ours.posted) {
                None => self.differs(line, What::Unknown, None),
                Some(None) => self.differs(line, What::NotPosted, None),
                Some(posted) if posted != line.amount => {
                    self.differs(line, What::OtherSum, posted);
                }
                Some(_) => {}
            }
        }
    }

    /// A part of what we have posted of that day.
    pub fn ours(&mut self, posted: Vec<Ours>) {
        for ours in posted {
            if !self.seen.contains(&ours.object) {
                self.found.push(Difference {
                    kind: self.kind,
                    object: ours.object,
                    what: What::Missing,
                    theirs: None,
                    ours: ours.posted,
                });
            }
        }
    }

    fn differs(&mut self, line: &Line, what: What, ours: Option<Money>) {
        self.found.push(Difference {
            kind: self.kind,
            object: line.object.clone(),
            what,
            theirs: line.amount,
            ours,
        });
    }

    /// What came of it: how many objects the registry names, their sum, and the differences.
    pub fn end(self) -> (usize, Money, Vec<Difference>) {
        (self.seen.len(), self.total, self.found)
    }
}

/// A registry that came as a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// The day it is of, by the acquirer's clock, when it says so.
    pub day: Option<Date>,
    /// Payments; nothing when the file has no part of them.
    pub payments: Option<Vec<Line>>,
    /// Refunds; nothing when the file has no part of them.
    pub refunds: Option<Vec<Line>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(object: usize, kopecks: i64) -> Line {
        Line {
            object: format!("object-{object}"),
            amount: Some(Money::from_kopecks(kopecks)),
        }
    }

    fn ours(line: &Line) -> Ours {
        Ours {
            object: line.object.clone(),
            posted: line.amount,
        }
    }

    #[test]
    fn what_agrees_is_not_told() {
        let lines = [line(1, 100), line(2, 200)];
        let known: Vec<_> = lines.iter().map(ours).collect();
        let mut comparison = Comparison::new(Kind::Payment);
        comparison.theirs(&lines, &known);
        comparison.ours(known);
        assert_eq!(comparison.end(), (2, Money::from_kopecks(300), Vec::new()));
    }

    #[test]
    fn a_sum_that_is_not_understood_differs() {
        let odd = Line {
            amount: None,
            ..line(1, 100)
        };
        let mut comparison = Comparison::new(Kind::Refund);
        comparison.theirs(&[odd], &[ours(&line(1, 100))]);
        let (_, _, found) = comparison.end();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].what, found[0].theirs), (What::OtherSum, None));
    }

    proptest! {
        /// A hundred faults of every sort among a thousand good lines, in pieces of any size: each is found,
        /// and nothing else is.
        #[test]
        fn every_fault_is_found_and_no_other(
            faults in prop::collection::btree_map(0usize..1_000, 0usize..5, 100..=100),
            piece in 1usize..400,
        ) {
            let good: Vec<_> = (0..1_000).map(|n| line(n, 10_000 + n as i64)).collect();
            let (mut theirs, mut known, mut expected) = (Vec::new(), Vec::new(), Vec::new());
            for (n, good) in good.iter().enumerate() {
                let what = faults.get(&n).map(|fault| What::ALL[*fault]);
                expected.extend(what.map(|what| (good.object.clone(), what)));
                match what {
                    None => {}
                    Some(What::Twice) => theirs.push(good.clone()),
                    Some(What::OtherSum) => {
                        theirs.push(line(n, 1));
                        known.push(ours(good));
                        continue;
                    }
                    Some(What::NotPosted) => {
                        theirs.push(good.clone());
                        known.push(Ours { posted: None, ..ours(good) });
                        continue;
                    }
                    Some(What::Unknown) => {
                        theirs.push(good.clone());
                        continue;
                    }
                    Some(What::Missing) => {
                        known.push(ours(good));
                        continue;
                    }
                }
                theirs.push(good.clone());
                known.push(ours(good));
            }
            let mut comparison = Comparison::new(Kind::Payment);
            for part in theirs.chunks(piece) {
                let names: HashSet<_> = part.iter().map(|line| &line.object).collect();
                let here: Vec<_> = known.iter().filter(|ours| names.contains(&ours.object)).cloned().collect();
                comparison.theirs(part, &here);
            }
            for part in known.chunks(piece) {
                comparison.ours(part.iter().filter(|ours| ours.posted.is_some()).cloned().collect());
            }
            let (_, _, found) = comparison.end();
            let mut found: Vec<_> = found.into_iter().map(|one| (one.object, one.what)).collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
