//! Operations of the wallet.

use crate::payments::contract_of;
use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::Date;
use domain::operation::{Operation, OperationsPage};
use domain::statement::{Span, Statement};
use storage::operation::Row;
use storage::{Conn, ledger, operation};

/// Rows of a page.
const PAGE: i64 = 20;

pub(crate) async fn rows(
    conn: &mut Conn,
    viewer: &Viewer,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Operation>, ServiceError> {
    let rows = operation::list(conn, viewer.subscriber, before, limit).await?;
    Ok(rows.into_iter().map(|row| shown(viewer, row)).collect())
}

/// A change of the wallet with its moment where the subscriber lives.
fn shown(viewer: &Viewer, row: Row) -> Operation {
    Operation {
        version: row.version,
        op: row.op,
        kind: row.kind,
        amount: row.amount,
        balance: row.balance,
        at: zone::local(viewer.tz, row.at),
        detail: row.detail,
        payment: row.payment,
    }
}

/// Today, where the subscriber lives: what a statement's days are understood by.
pub async fn today(services: &Services, actor: &Actor) -> Result<Date, ServiceError> {
    let viewer = actor.viewer()?;
    let (_, now) = services.db.look().await?;
    Ok(zone::today(viewer.tz, now))
}

/// The statement of some days. It is read in one moment of the database, and refuses to be given out when
/// its sums do not add up to the balances that stand in the ledger.
pub async fn statement(
    services: &Services,
    actor: &Actor,
    span: Span,
) -> Result<Statement, ServiceError> {
    let viewer = actor.viewer()?;
    let mut tx = services.db.begin_snapshot().await?;
    let contract = contract_of(&mut tx, viewer).await?;
    let midnight = |day| zone::midnight(viewer.tz, day);
    let (from, until) = (midnight(span.from), midnight(span.to.plus_days(1)));
    let before = operation::at(&mut tx, viewer.subscriber, from).await?;
    let after = operation::at(&mut tx, viewer.subscriber, until).await?;
    let rows = operation::between(&mut tx, viewer.subscriber, before, after).await?;
    let rows = rows.into_iter().map(|row| shown(viewer, row)).collect();
    let made = Statement::of(contract, span, before.balance, rows)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    if made.closing == after.balance {
        Ok(made)
    } else {
        Err(ServiceError::Internal(format!(
            "a statement of {} ends at {}, the ledger at {}",
            made.contract.as_str(),
            made.closing,
            after.balance
        )))
    }
}

/// A page of operations older than `before`, newest first.
pub async fn page(
    services: &Services,
    actor: &Actor,
    before: Option<i64>,
) -> Result<OperationsPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let balance = ledger::get(&mut conn, viewer.subscriber).await?.available;
    let mut rows = rows(&mut conn, viewer, before, PAGE + 1).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let older = rows.last().map(|row| row.version).filter(|_| more);
    Ok(OperationsPage {
        today: zone::today(viewer.tz, now),
        balance,
        rows,
        older,
    })
}
