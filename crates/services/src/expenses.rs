//! Operations of the wallet.

use crate::payments::contract_of;
use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::Date;
use domain::ids::OpId;
use domain::operation::{Operation, OperationView};
use domain::spending::{Asked, Direction, ExpensesPage, Month, Spending, first_month};
use domain::statement::{Span, Statement};
use storage::operation::Row;
use storage::{Conn, operation, receipt};

/// Rows of a page.
const PAGE: i64 = 20;

pub(crate) async fn rows(
    conn: &mut Conn,
    viewer: &Viewer,
    before: Option<i64>,
    direction: Direction,
    limit: i64,
) -> Result<Vec<Operation>, ServiceError> {
    let rows = operation::list(conn, viewer.subscriber, before, direction, limit).await?;
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
    let both = Direction::Both;
    let rows = operation::between(&mut tx, viewer.subscriber, before, after, both).await?;
    // The oldest first.
    let rows = rows
        .into_iter()
        .rev()
        .map(|row| shown(viewer, row))
        .collect();
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

/// What services have cost in the last months, and operations: the newest ones page by page, or those of
/// one month.
pub async fn page(
    services: &Services,
    actor: &Actor,
    asked: Asked,
) -> Result<ExpensesPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let today = zone::today(viewer.tz, now);
    let subscriber = viewer.subscriber;
    let since = zone::midnight(viewer.tz, first_month(today));
    let known = operation::spent_by_month(&mut conn, subscriber, viewer.tz.name(), since).await?;
    let (rows, older) = if let Some(month) = asked.month {
        (
            of_month(&mut conn, viewer, month, asked.direction).await?,
            None,
        )
    } else {
        let mut found = rows(&mut conn, viewer, asked.before, asked.direction, PAGE + 1).await?;
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let older = found.last().map(|row| row.version).filter(|_| more);
        (found, older)
    };
    Ok(ExpensesPage {
        today,
        asked,
        spending: Spending::until(today, &known, asked.month),
        rows,
        older,
    })
}

/// The operations of a month, newest first.
async fn of_month(
    conn: &mut Conn,
    viewer: &Viewer,
    month: Month,
    direction: Direction,
) -> Result<Vec<Operation>, ServiceError> {
    let midnight = |day| zone::midnight(viewer.tz, day);
    let (from, until) = (midnight(month), midnight(month.plus_months(1, 1)));
    let before = operation::at(conn, viewer.subscriber, from).await?;
    let after = operation::at(conn, viewer.subscriber, until).await?;
    let rows = operation::between(conn, viewer.subscriber, before, after, direction).await?;
    Ok(rows.into_iter().map(|row| shown(viewer, row)).collect())
}

/// One operation of the contract in view; anybody else's is not found.
pub async fn one(
    services: &Services,
    actor: &Actor,
    id: OpId,
) -> Result<OperationView, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let (found, period) = operation::of_op(&mut conn, viewer.subscriber, id).await?;
    if found.is_empty() {
        return Err(ServiceError::NotFound);
    }
    Ok(OperationView {
        rows: found.into_iter().map(|row| shown(viewer, row)).collect(),
        period,
        receipts: receipt::all_of_op(&mut conn, viewer.subscriber, id).await?,
        contract: contract_of(&mut conn, viewer).await?,
        today: zone::today(viewer.tz, now),
    })
}
