//! The inbox.

use crate::error::commit;
use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::Date;
use domain::ids::MessageId;
use domain::notice::{Inbox, Message};
use storage::inbox::Row;
use storage::{Conn, inbox};

/// How many messages the page holds.
const MOST: i64 = 50;

fn message(viewer: &Viewer, row: Row) -> Message {
    Message {
        id: row.id,
        at: zone::local(viewer.tz, row.at),
        read: row.read,
        notice: row.notice,
    }
}

pub(crate) async fn newest(
    conn: &mut Conn,
    viewer: &Viewer,
) -> Result<Option<Message>, ServiceError> {
    let rows = inbox::list(conn, viewer.reader(), 1).await?;
    Ok(rows.into_iter().next().map(|row| message(viewer, row)))
}

/// The inbox.
pub async fn list(services: &Services, actor: &Actor) -> Result<Inbox, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let rows = inbox::list(&mut conn, viewer.reader(), MOST).await?;
    let unread = inbox::unread(&mut conn, viewer.reader()).await?;
    let messages = rows.into_iter().map(|row| message(viewer, row)).collect();
    Ok(Inbox {
        today: zone::today(viewer.tz, now),
        unread,
        messages,
    })
}

/// Opens one message: it counts as read from now on. Anybody else's is not found.
pub async fn open(
    services: &Services,
    actor: &Actor,
    id: MessageId,
) -> Result<(Message, Date), ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    let row = inbox::get(&mut tx, viewer.reader(), id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if !row.read {
        inbox::mark_read(&mut tx, viewer.reader(), Some(id), now).await?;
        commit(tx).await?;
    }
    Ok((message(viewer, row), zone::today(viewer.tz, now)))
}

/// Marks one message, or all, as read; a message of somebody else stays as it is.
pub async fn mark_read(
    services: &Services,
    actor: &Actor,
    id: Option<MessageId>,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    inbox::mark_read(&mut tx, viewer.reader(), id, now).await?;
    commit(tx).await
}
