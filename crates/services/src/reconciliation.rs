//! Reconciliation with the acquirer: by its lists every morning, and by a registry that came as a file. What
//! differs becomes a case for people; nothing is corrected by itself. The rules are `domain::reconciliation`.
//!
//! A day is one of the acquirer's: from midnight to midnight in Moscow.

use crate::error::commit;
use crate::{ServiceError, Services, jobs, zone};
use domain::reconciliation::{Comparison, Difference, Kind, Line, Registry};
use domain::{Date, Timestamp};
use storage::reconciliation::{self, Counted, Run};

/// From this hour of the next day on its lists are complete: what came at midnight is posted by then.
const FROM_HOUR: u8 = 6;

/// Each day is compared on so many mornings: what was late on the first one is seen on the next.
const MORNINGS: i32 = 3;

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

/// Compares a day with the acquirer's lists.
///
/// # Errors
/// [`ServiceError::Internal`] when the acquirer does not answer: nothing is written down then.
pub async fn by_lists(services: &Services, day: Date) -> Result<Compared, ServiceError> {
    let span = span(day);
    let mut ends = Vec::new();
    for kind in Kind::ALL {
        let mut comparison = Comparison::new(kind);
        let mut part: Option<String> = None;
        loop {
            let listed = services
                .acquirer
                .done(kind, span.0, span.1, part.as_deref())
                .await
                .map_err(|error| ServiceError::Internal(error.to_string()))?;
            theirs(services, &mut comparison, kind, &listed.lines).await?;
            match listed.next {
                Some(next) if part.as_ref() != Some(&next) => part = Some(next),
                _ => break,
            }
        }
        ours(services, &mut comparison, kind, span).await?;
        ends.push(comparison.end());
    }
    written(services, day, LISTS, ends).await
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
    let span = span(day);
    let mut ends = Vec::new();
    for (kind, lines) in [
        (Kind::Payment, &registry.payments),
        (Kind::Refund, &registry.refunds),
    ] {
        let mut comparison = Comparison::new(kind);
        if let Some(lines) = lines {
            for piece in lines.chunks(PIECE) {
                theirs(services, &mut comparison, kind, piece).await?;
            }
            ours(services, &mut comparison, kind, span).await?;
        }
        ends.push(comparison.end());
    }
    written(services, day, name, ends).await
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
    span: (Timestamp, Timestamp),
) -> Result<(), ServiceError> {
    let mut after = String::new();
    loop {
        let mut conn = services.db.statement().await?;
        let piece = reconciliation::posted(&mut conn, kind, span, &after, PIECE as i64).await?;
        let Some(last) = piece.last() else {
            return Ok(());
        };
        after.clone_from(&last.object);
        comparison.ours(piece);
    }
}

async fn written(
    services: &Services,
    day: Date,
    source: &str,
    ends: Vec<(usize, domain::Money, Vec<Difference>)>,
) -> Result<Compared, ServiceError> {
    let mut counted = Counted::default();
    let mut differences = Vec::new();
    for (kind, (count, sum, found)) in Kind::ALL.into_iter().zip(ends) {
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
    for found in &differences {
        if reconciliation::open(&mut tx, &run, found, now).await? {
            tracing::error!(%day, kind = found.kind.code(), object = found.object, difference = found.what.code(), theirs = ?found.theirs, ours = ?found.ours, "reconciliation.case: people must look");
        }
    }
    reconciliation::end(&mut tx, &run, &counted, differences.len(), now).await?;
    commit(tx).await?;
    tracing::info!(%day, source, payments = counted.payments, refunds = counted.refunds, differences = differences.len(), "reconciliation.done");
    Ok(Compared {
        day,
        counted,
        differences,
    })
}

fn span(day: Date) -> (Timestamp, Timestamp) {
    (
        zone::midnight(zone::OPERATOR, day),
        zone::midnight(zone::OPERATOR, day.plus_days(1)),
    )
}

/// The day that ended last there.
///
/// # Errors
/// [`ServiceError::Unavailable`].
pub async fn yesterday(services: &Services) -> Result<Date, ServiceError> {
    let (_, now) = services.db.look().await?;
    Ok(zone::today(zone::OPERATOR, now).plus_days(-1))
}

/// In the morning, puts a job for each day into the queue that was not compared yet today.
pub async fn find_due(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let there = zone::local(zone::OPERATOR, now);
    if there.hour < FROM_HOUR {
        return Ok(());
    }
    let since = there.date.plus_days(-MORNINGS);
    let gateway = services.acquirer.name();
    let compared = reconciliation::compared(&mut tx, gateway, LISTS, since).await?;
    for back in 1..=MORNINGS {
        let day = there.date.plus_days(-back);
        let today = compared
            .iter()
            .any(|(of, at)| *of == day && zone::today(zone::OPERATOR, *at) == there.date);
        if !today {
            jobs::enqueue_reconciliation(&mut tx, day).await?;
        }
    }
    commit(tx).await
}
