//! Subscriptions, holds, charges and what the head-end should do.

use crate::convert::{code, date_from_db, date_to_db, from_db, to_db};
use crate::db::changed_one;
use crate::{Conn, StorageError};
use domain::billing::{Hold, Period, PeriodUnit, Price, Subscription};
use domain::ids::{CardId, OpId, PromiseId, SubscriberId, SubscriptionId};
use domain::{Date, Money, Timestamp};

/// A subscription with what surrounds the rules' part of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: SubscriptionId,
    /// The card it runs on.
    pub card: CardId,
    /// Name of the tariff.
    pub tariff: String,
    /// Channels of the tariff.
    pub channels: i32,
    /// First day of the paid period.
    pub period_from: Date,
    /// The part the rules look at.
    pub rules: Subscription,
    /// Is its card in use? Otherwise it is blocked or lost.
    pub card_usable: bool,
    /// Since when it has been off for want of money.
    pub suspended_since: Option<Timestamp>,
    /// For compare-and-set.
    pub version: i64,
}

/// The running subscriptions of a contract, in the order in which the common wallet pays them.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn list(conn: &mut Conn, subscriber: SubscriberId) -> Result<Vec<Stored>, StorageError> {
    let rows = sqlx::query!(
        r#"select s.subscription_id, s.card_id, p.name, p.channels, v.period_unit, v.period_count,
                  v.price_kop, c.state = 'active' as "card_usable!", s.anchor_day, s.period_from, s.paid_through, s.version,
                  array(select h.reason from billing.subscription_hold h
                        where h.subscriber_id = s.subscriber_id
                          and h.subscription_id = s.subscription_id) as "holds!: Vec<String>",
                  (select h.since from billing.subscription_hold h
                   where h.subscriber_id = s.subscriber_id and h.subscription_id = s.subscription_id
                     and h.reason = 'debt') as suspended_since
           from billing.subscription s
           join billing.card c on c.subscriber_id = s.subscriber_id and c.card_id = s.card_id
           join catalog.product p on p.product_id = s.product_id
           join catalog.price_version v on v.price_version_id = s.price_version_id
           where s.subscriber_id = $1 and s.state = 'active'
           order by c.position, c.card_id, p.kind desc, s.subscription_id"#,
        subscriber.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unit = code(
                "price_version.period_unit",
                &row.period_unit,
                |text| match text {
                    "day" => Some(PeriodUnit::Day),
                    "month" => Some(PeriodUnit::Month),
                    _ => None,
                },
            )?;
            let holds = row
                .holds
                .iter()
                .map(|text| code("subscription_hold.reason", text, Hold::from_code))
                .collect::<Result<_, _>>()?;
            Ok(Stored {
                id: SubscriptionId(row.subscription_id),
                card: CardId(row.card_id),
                tariff: row.name,
                channels: row.channels,
                period_from: date_from_db(row.period_from)?,
                rules: Subscription {
                    price: Price {
                        amount: Money::from_kopecks(row.price_kop),
                        unit,
                        count: u16::try_from(row.period_count).map_err(|_| {
                            StorageError::corrupt("price_version.period_count", &row.period_count)
                        })?,
                    },
                    anchor_day: u8::try_from(row.anchor_day).map_err(|_| {
                        StorageError::corrupt("subscription.anchor_day", &row.anchor_day)
                    })?,
                    paid_through: date_from_db(row.paid_through)?,
                    holds,
                },
                card_usable: row.card_usable,
                suspended_since: row.suspended_since.map(from_db),
                version: row.version,
            })
        })
        .collect()
}

/// Writes the days of a subscription after a step.
///
/// # Errors
/// [`StorageError::Conflict`] when somebody else changed it meanwhile.
pub async fn update(
    conn: &mut Conn,
    subscriber: SubscriberId,
    stored: &Stored,
    next_charge_at: Option<Timestamp>,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.subscription set anchor_day = $3, period_from = $4, paid_through = $5,
             next_charge_at = $6, version = version + 1
         where subscriber_id = $1 and subscription_id = $2 and version = $7",
        subscriber.0,
        stored.id.0,
        i16::from(stored.rules.anchor_day),
        date_to_db(stored.period_from),
        date_to_db(stored.rules.paid_through),
        next_charge_at.map(to_db),
        stored.version,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "subscription")
}

/// Moves what runs on one card of a contract to another: days, packages, holds.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn move_to_card(
    conn: &mut Conn,
    subscriber: SubscriberId,
    from: CardId,
    to: CardId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update billing.subscription set card_id = $3, version = version + 1
         where subscriber_id = $1 and card_id = $2",
        subscriber.0,
        from.0,
        to.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds a reason to withhold service.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn add_hold(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: SubscriptionId,
    hold: Hold,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.subscription_hold (subscriber_id, subscription_id, reason, since)
         values ($1, $2, $3, $4) on conflict do nothing",
        subscriber.0,
        id.0,
        hold.code(),
        to_db(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a reason away.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn remove_hold(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: SubscriptionId,
    hold: Hold,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from billing.subscription_hold
         where subscriber_id = $1 and subscription_id = $2 and reason = $3",
        subscriber.0,
        id.0,
        hold.code(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Records a charge. The database refuses an overlap with an earlier one.
///
/// # Errors
/// [`StorageError::Database`] with an exclusion violation for a double charge.
pub async fn insert_charge(
    conn: &mut Conn,
    subscriber: SubscriberId,
    charge: &Charge,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into billing.charge (subscriber_id, subscription_id, kind, period, amount_kop,
             op_id, promise_id)
         values ($1, $2, 'period', daterange($3, $4), $5, $6, $7)",
        subscriber.0,
        charge.subscription.0,
        date_to_db(charge.period.from),
        date_to_db(charge.period.to),
        charge.amount.kopecks(),
        charge.op.0,
        charge.promise.map(|id| id.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A period that was charged.
#[derive(Debug, Clone, Copy)]
pub struct Charge {
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// The period.
    pub period: Period,
    /// How much.
    pub amount: Money,
    /// The ledger's operation.
    pub op: OpId,
    /// The promised payment without which the wallet would have been short.
    pub promise: Option<PromiseId>,
}

/// What was charged with the money of a promised payment.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn charged_from(
    conn: &mut Conn,
    subscriber: SubscriberId,
    promise: PromiseId,
) -> Result<Vec<Charge>, StorageError> {
    let rows = sqlx::query!(
        r#"select subscription_id, lower(period) as "from!", upper(period) as "to!", amount_kop, op_id
           from billing.charge where subscriber_id = $1 and promise_id = $2
           order by lower(period), subscription_id"#,
        subscriber.0,
        promise.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Charge {
                subscription: SubscriptionId(row.subscription_id),
                period: Period {
                    from: date_from_db(row.from)?,
                    to: date_from_db(row.to)?,
                },
                amount: Money::from_kopecks(row.amount_kop),
                op: OpId(row.op_id),
                promise: Some(promise),
            })
        })
        .collect()
}

/// Cuts a charged period: it now ends before `until`, and `returned` has come back by `op`.
///
/// # Errors
/// [`StorageError::Conflict`] when it was cut before.
pub async fn cut_charge(
    conn: &mut Conn,
    subscriber: SubscriberId,
    charge: &Charge,
    until: Date,
    returned: Money,
    op: OpId,
) -> Result<(), StorageError> {
    let done = sqlx::query!(
        "update billing.charge set period = daterange(lower(period), $5), returned_kop = $6,
             returned_op_id = $7
         where subscriber_id = $1 and subscription_id = $2 and kind = 'period'
           and period = daterange($3, $4) and returned_kop = 0",
        subscriber.0,
        charge.subscription.0,
        date_to_db(charge.period.from),
        date_to_db(charge.period.to),
        date_to_db(until),
        returned.kopecks(),
        op.0,
    )
    .execute(conn)
    .await?;
    changed_one(&done, "charge")
}

/// Says what the head-end should do for a subscription on a card from now on; the number of the intent.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn set_intent(
    conn: &mut Conn,
    subscriber: SubscriberId,
    id: SubscriptionId,
    card: CardId,
    on: bool,
    until: Date,
    now: Timestamp,
) -> Result<i64, StorageError> {
    let seq = sqlx::query_scalar!(
        "insert into billing.entitlement_intent as i
             (subscriber_id, subscription_id, card_id, want, until, seq, changed_at)
         values ($1, $2, $6, $3, $4, 1, $5)
         on conflict (subscriber_id, subscription_id, card_id) do update set
             want = excluded.want, until = excluded.until, seq = i.seq + 1,
             changed_at = excluded.changed_at
         returning seq",
        subscriber.0,
        id.0,
        if on { "on" } else { "off" },
        date_to_db(until),
        to_db(now),
        card.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(seq)
}

/// When the last intent of any subscription of a contract was written.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn last_intent_at(
    conn: &mut Conn,
    subscriber: SubscriberId,
) -> Result<Option<Timestamp>, StorageError> {
    let at = sqlx::query_scalar!(
        "select max(changed_at) from billing.entitlement_intent
         where subscriber_id = $1 and want = 'on'",
        subscriber.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(at.map(from_db))
}

/// Contracts whose next charge is due, oldest first.
///
/// # Errors
/// [`StorageError::Database`].
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SubscriberId>, StorageError> {
    let rows = sqlx::query_scalar!(
        "select subscriber_id from billing.subscription
         where next_charge_at is not null and next_charge_at <= $1
         order by next_charge_at limit $2",
        to_db(now),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let mut ids: Vec<SubscriberId> = rows.into_iter().map(SubscriberId).collect();
    ids.dedup();
    Ok(ids)
}
