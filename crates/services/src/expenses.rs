//! Operations of the wallet.

use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::operation::{Operation, OperationsPage};
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
    Ok(rows
        .into_iter()
        .map(|row| Operation {
            version: row.version,
            op: row.op,
            kind: row.kind,
            amount: row.amount,
            balance: row.balance,
            at: zone::local(viewer.tz, row.at),
            detail: row.detail,
            payment: row.payment,
        })
        .collect())
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
