//! The inbox.

use crate::error::commit;
use crate::{Actor, ServiceError, Services, Viewer, zone};
use domain::ids::MessageId;
use domain::notice::{Inbox, Message};
use domain::{Date, Lang};
use storage::inbox::Row;
use storage::{Conn, inbox};

/// How many messages the page holds.
const MOST: i64 = 50;

/// A message as it is read: in words, so that no browser needs the catalogue of all messages.
fn message(viewer: &Viewer, row: &Row, lang: Lang, today: Date) -> Message {
    Message {
        id: row.id,
        at: zone::local(viewer.tz, row.at),
        read: row.read,
        topic: row.notice.topic(),
        title: row.notice.title(lang),
        body: row.notice.body(lang, today),
    }
}

pub(crate) async fn newest(
    conn: &mut Conn,
    viewer: &Viewer,
    lang: Lang,
    today: Date,
) -> Result<Option<Message>, ServiceError> {
    let rows = inbox::list(conn, viewer.reader(), 1).await?;
    let newest = rows.into_iter().next();
    Ok(newest.map(|row| message(viewer, &row, lang, today)))
}

/// The inbox.
pub async fn list(services: &Services, actor: &Actor, lang: Lang) -> Result<Inbox, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let rows = inbox::list(&mut conn, viewer.reader(), MOST).await?;
    let unread = inbox::unread(&mut conn, viewer.reader()).await?;
    let today = zone::today(viewer.tz, now);
    let shown = |row: Row| message(viewer, &row, lang, today);
    let messages = rows.into_iter().map(shown).collect();
    Ok(Inbox {
        today,
        unread,
        messages,
    })
}

/// Opens one message: it counts as read from now on. Anybody else's is not found.
pub async fn open(
    services: &Services,
    actor: &Actor,
    id: MessageId,
    lang: Lang,
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
    let today = zone::today(viewer.tz, now);
    Ok((message(viewer, &row, lang, today), today))
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
