//! Reconciliation with the acquirer: by its lists every morning, and by a registry that came as a file. What
//! differs becomes a case for people; nothing is corrected by itself. The rules are `domain::reconciliation`.
//!
//! A day is one of the acquirer's: from midnight to midnight in Moscow.

use crate::error::commit;
use crate::{ServiceError, Services, jobs, zone};
use domain::reconciliation::{Comparison, Difference, Kind, Line, Registry};
use domain::{Date, Money};
use gateways::acquirer::{AcquirerError, Listed};
use std::time::Duration;
use storage::reconciliation::{self, Counted, Posted, Run, Span};

/// From this hour of the next day on its lists are complete: what came at midnight is posted by then.
const FROM_HOUR: u8 = 6;

/// Each day is compared on so many mornings: what was late on the first one is seen on the next.
const MORNINGS: i32 = 3;

/// A day that nobody could compare, or that is not settled, is tried again for so many days.
const LOOKED_AFTER: i32 = 60;

/// So many cases of one comparison are opened; more are one sign of something else.
const MOST_CASES: usize = 1_000;

/// A part of a list is asked for so often before the whole comparison is given up until later.
const TRIES: u32 = 5;

/// The longest pause between two tries, in seconds.
const PAUSE: i64 = 30;

/// Objects of a piece.
const PIECE: usize = 1_000;

/// The acquirer's own lists.
const LISTS: &str = "lists";

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The day.
    pub day: Date,
    /// What the registry holds.
    pub counted: Counted,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What of a kind was compared: how many objects the registry names, their sum, the differences.
type Ended = (usize, Money, Vec<Difference>);

/// Compares a day with the acquirer's lists.
///
/// # Errors
/// [`ServiceError::Internal`] when the acquirer does not answer: nothing is written down then.
pub async fn by_lists(services: &Services, day: Date) -> Result<Compared, ServiceError> {
    let span = span(day);
    let (mut ends, mut open) = (Vec::new(), 0);
    for kind in Kind::ALL {
        let mut comparison = Comparison::new(kind);
        let mut part: Option<String> = None;
        loop {
            let listed = listed(services, kind, span, part.as_deref()).await?;
            theirs(services, &mut comparison, kind, &listed.lines).await?;
            open += listed.open;
            match listed.next {
                None => break,
                Some(next) if part.as_ref() == Some(&next) => {
                    let text = "the acquirer's list leads to itself";
                    return Err(ServiceError::Internal(text.into()));
                }
                Some(next) => part = Some(next),
            }
        }
        ours(services, &mut comparison, kind, span).await?;
        ends.push((kind, comparison.end()));
    }
    written(services, day, LISTS, ends, open).await
}

/// A part of a list; the acquirer being slow or busy is waited for.
async fn listed(
    services: &Services,
    kind: Kind,
    span: Span,
    part: Option<&str>,
) -> Result<Listed, ServiceError> {
    let mut tried = 0;
    loop {
        tried += 1;
        let answer = services
            .acquirer
            .done(kind, span.from, span.until, part)
            .await;
        let error = match answer {
            Ok(listed) => return Ok(listed),
            Err(error) => error,
        };
        let pause = match error {
            AcquirerError::TooMany { retry_after } if tried < TRIES => retry_after,
            AcquirerError::Unknown(_) | AcquirerError::NotSent(_) if tried < TRIES => 1,
            error => return Err(ServiceError::Internal(error.to_string())),
        };
        let pause = u64::try_from(pause.clamp(1, PAUSE)).unwrap_or(1);
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
}

/// Compares a day with a registry that came as a file. Of what the file has no part, nothing is asked.
///
/// # Errors
/// [`ServiceError::Unavailable`].
pub async fn by_file(
    services: &Services,
    day: Date,
    name: &str,
    registry: &Registry,
) -> Result<Compared, ServiceError> {
    let span = Span {
        over: true,
        ..span(day)
    };
    let mut ends = Vec::new();
    for (kind, lines) in [
        (Kind::Payment, &registry.payments),
        (Kind::Refund, &registry.refunds),
    ] {
        let Some(lines) = lines else { continue };
        let mut comparison = Comparison::new(kind);
        for piece in lines.chunks(PIECE) {
            theirs(services, &mut comparison, kind, piece).await?;
        }
        ours(services, &mut comparison, kind, span).await?;
        ends.push((kind, comparison.end()));
    }
    written(services, day, name, ends, 0).await
}

async fn theirs(
    services: &Services,
    comparison: &mut Comparison,
    kind: Kind,
    lines: &[Line],
) -> Result<(), ServiceError> {
    let objects: Vec<_> = lines.iter().map(|line| line.object.clone()).collect();
    let mut conn = services.db.statement().await?;
    let gateway = services.acquirer.name();
    let known = reconciliation::known(&mut conn, gateway, kind, &objects).await?;
    comparison.theirs(lines, &known);
    Ok(())
}

async fn ours(
    services: &Services,
    comparison: &mut Comparison,
    kind: Kind,
    span: Span,
) -> Result<(), ServiceError> {
    let mut last: Option<Posted> = None;
    loop {
        let mut conn = services.db.statement().await?;
        let piece =
            reconciliation::posted(&mut conn, kind, span, last.as_ref(), PIECE as i64).await?;
        drop(conn);
        let Some(end) = piece.last() else {
            return Ok(());
        };
        last = Some(end.clone());
        comparison.ours(piece.into_iter().map(|posted| posted.ours).collect());
    }
}

async fn written(
    services: &Services,
    day: Date,
    source: &str,
    ends: Vec<(Kind, Ended)>,
    open: usize,
) -> Result<Compared, ServiceError> {
    let mut counted = Counted {
        open,
        ..Counted::default()
    };
    let mut differences = Vec::new();
    let kinds: Vec<_> = ends.iter().map(|(kind, _)| *kind).collect();
    for (kind, (count, sum, found)) in ends {
        match kind {
            Kind::Payment => (counted.payments, counted.payments_sum) = (count, sum),
            Kind::Refund => (counted.refunds, counted.refunds_sum) = (count, sum),
        }
        differences.extend(found);
    }
    let (mut tx, now) = services.db.begin().await?;
    let gateway = services.acquirer.name();
    let run = Run {
        gateway,
        day,
        source,
    };
    if differences.len() > MOST_CASES {
        tracing::error!(%day, source, differences = differences.len(), "reconciliation.flood: the registry is of another shop or day, or cut; people must look");
    }
    for found in differences.iter().take(MOST_CASES) {
        if reconciliation::open(&mut tx, &run, found, now).await? {
            tracing::error!(%day, kind = found.kind.code(), object = found.object, difference = found.what.code(), theirs = ?found.theirs, ours = ?found.ours, "reconciliation.case: people must look");
        }
    }
    reconciliation::end(&mut tx, &run, &kinds, &counted, differences.len(), now).await?;
    commit(tx).await?;
    tracing::info!(%day, source, payments = counted.payments, refunds = counted.refunds, differences = differences.len(), "reconciliation.done");
    Ok(Compared {
        day,
        counted,
        differences,
    })
}

fn span(day: Date) -> Span {
    Span {
        from: zone::midnight(zone::OPERATOR, day),
        until: zone::midnight(zone::OPERATOR, day.plus_days(1)),
        over: false,
    }
}

/// The day that ended last there.
///
/// # Errors
/// [`ServiceError::Unavailable`].
pub async fn yesterday(services: &Services) -> Result<Date, ServiceError> {
    let (_, now) = services.db.look().await?;
    Ok(zone::today(zone::OPERATOR, now).plus_days(-1))
}

/// In the morning, puts a job for each day into the queue that has to be compared and was not yet today: the
/// last three; those before that were never compared since the first one that was; and those that have
/// something unsettled.
pub async fn find_due(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let there = zone::local(zone::OPERATOR, now);
    if there.hour < FROM_HOUR {
        return Ok(());
    }
    let since = there.date.plus_days(-LOOKED_AFTER);
    let gateway = services.acquirer.name();
    let compared = reconciliation::compared(&mut tx, gateway, LISTS, since).await?;
    let first = compared.iter().map(|done| done.day).min();
    for back in 1..=LOOKED_AFTER {
        let day = there.date.plus_days(-back);
        let done = compared.iter().find(|done| done.day == day);
        let today = done.is_some_and(|done| zone::today(zone::OPERATOR, done.at) == there.date);
        let missed = done.is_none() && first.is_some_and(|first| day > first);
        if missed && back > MORNINGS {
            tracing::error!(%day, "reconciliation.missed: it is made good now");
        }
        let unsettled = done.is_some_and(|done| done.unsettled);
        if !today && (back <= MORNINGS || missed || unsettled) {
            jobs::enqueue_reconciliation(&mut tx, day).await?;
        }
    }
    commit(tx).await
}
