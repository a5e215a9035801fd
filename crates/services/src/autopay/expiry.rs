//! The card of autopay stops working soon: its owner is told in time to choose another one.

use super::told;
use crate::error::{commit, retried};
use crate::{ServiceError, Services, zone};
use domain::ids::{MethodId, SubscriberId};
use domain::notice::Notice;
use domain::saved_card::last_day;
use storage::{autopay, payment_method};

/// Most cards that one run looks at for each of the warnings; the others are found by the next one.
const BATCH: i64 = 500;

/// Warns whoever has to be. The nearest warning comes first: who is told that a week is left is not told of
/// a month.
pub async fn warn(services: &Services) -> Result<(), ServiceError> {
    for days in services.settings.autopay.card_warnings.iter().rev() {
        let (mut conn, now) = services.db.look().await?;
        let today = zone::today(zone::OPERATOR, now);
        let found = payment_method::expiring(&mut conn, today, *days, BATCH).await?;
        drop(conn);
        for (subscriber, method) in found {
            if let Err(error) = retried(|| one(services, subscriber, method, *days)).await {
                // The others are told all the same.
                tracing::error!(%subscriber, %error, "autopay.card_warning");
            }
        }
    }
    Ok(())
}

async fn one(
    services: &Services,
    subscriber: SubscriberId,
    method: MethodId,
    days: u16,
) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    // Another card may have been chosen since, or this one removed.
    let order = autopay::lock(&mut tx, subscriber).await?;
    if order.is_none_or(|order| order.method != method) {
        return Ok(());
    }
    let Some(card) = payment_method::hold(&mut tx, subscriber, method).await? else {
        return Ok(());
    };
    let until = card.expires.and_then(|(month, year)| last_day(month, year));
    if let Some(until) = until
        && payment_method::warned(&mut tx, subscriber, method, days).await?
    {
        let last4 = card.last4;
        let notice = Notice::CardExpires { last4, until };
        told::tell(&mut tx, services, subscriber, &notice, now).await?;
    }
    commit(tx).await
}
