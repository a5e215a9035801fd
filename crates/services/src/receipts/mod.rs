//! Fiscal receipts: the pages of them. What is written down with the money is in `writing`, what services
//! use up of it in `advances`, the way to the tax service in `registering`.

pub(crate) mod advances;
pub mod registering;
pub(crate) mod writing;

use crate::access::{count_try, write_letter};
use crate::error::commit;
use crate::payments::{contract_of, receipt_email};
use crate::{Actor, ServiceError, Services, Viewer, letters, zone};
use domain::Email;
use domain::ids::ReceiptId;
use domain::receipt::{Fiscal, ReceiptRow, ReceiptView, ReceiptsPage};
use storage::outbox::Channel;
use storage::receipt::Receipt;
use storage::{Conn, receipt};

/// Rows of a page.
const PAGE: i64 = 20;

/// How many letters with receipts somebody may ask for, an hour.
const SENT_AN_HOUR: u32 = 20;

/// The receipts of the contract in view, newest first; those before one of them when it is named.
pub async fn page(
    services: &Services,
    actor: &Actor,
    before: Option<ReceiptId>,
) -> Result<ReceiptsPage, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let mut found = receipt::list(&mut conn, viewer.subscriber, before, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    Ok(ReceiptsPage {
        rows: found
            .into_iter()
            .map(|receipt| ReceiptRow {
                id: receipt.id,
                kind: receipt.kind,
                state: receipt.state,
                total: receipt.total,
                at: zone::local(viewer.tz, receipt.created_at),
            })
            .collect(),
        more,
        paged: before.is_some(),
        today: zone::today(viewer.tz, now),
    })
}

/// One receipt of the contract in view; anybody else's is not found.
pub async fn one(
    services: &Services,
    actor: &Actor,
    id: ReceiptId,
) -> Result<ReceiptView, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let found = of_viewer(&mut conn, viewer, id).await?;
    let contract = contract_of(&mut conn, viewer).await?;
    let lines = receipt::lines(&mut conn, viewer.subscriber, id).await?;
    Ok(ReceiptView {
        id,
        kind: found.kind,
        state: found.state,
        contract,
        op: found.op,
        payment: found.payment,
        send_to: send_to(&mut conn, viewer, &found)
            .await?
            .map(|to| to.masked()),
        contact: found.contact,
        at: zone::local(viewer.tz, found.created_at),
        lines,
        total: found.total,
        settled: found.settled,
        vat: found.vat,
        fiscal: found.fiscal.map(|fiscal| Fiscal {
            storage: fiscal.storage,
            document: fiscal.document,
            attribute: fiscal.attribute,
            // By the clock of the register, which is the operator's.
            at: zone::local(zone::OPERATOR, fiscal.at),
        }),
        seller: services.settings.seller.clone(),
        today: zone::today(viewer.tz, now),
    })
}

/// Where it is sent on request: to the confirmed e-mail, else to where it was sent first.
async fn send_to(
    conn: &mut Conn,
    viewer: &Viewer,
    found: &Receipt,
) -> Result<Option<Email>, ServiceError> {
    let confirmed = receipt_email(conn, viewer).await?;
    Ok(confirmed.or_else(|| Email::parse(&found.contact).ok()))
}

async fn of_viewer(
    conn: &mut Conn,
    viewer: &Viewer,
    id: ReceiptId,
) -> Result<Receipt, ServiceError> {
    receipt::get(conn, viewer.subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Sends a registered receipt once more to its owner's confirmed e-mail, or where it was sent first;
/// says where to, masked.
///
/// # Errors
/// [`ServiceError::Invalid`] when it was sent too often; [`ServiceError::NotFound`] before it is
/// registered.
pub async fn send(
    services: &Services,
    actor: &Actor,
    id: ReceiptId,
) -> Result<String, ServiceError> {
    let shown = one(services, actor, id).await?;
    let fiscal = shown.fiscal.as_ref().ok_or(ServiceError::NotFound)?;
    let viewer = actor.viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    let key = format!("receipts-sent:{}", viewer.account);
    if let Err(problem) = count_try(&mut tx, &key, SENT_AN_HOUR, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("", problem));
    }
    let found = of_viewer(&mut tx, viewer, id).await?;
    let to = send_to(&mut tx, viewer, &found)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let text = letters::receipt(services, &shown, fiscal);
    let account = Some(viewer.account);
    write_letter(&mut tx, account, Channel::Email, to.as_str(), text, now).await?;
    commit(tx).await?;
    Ok(to.masked())
}
