//! The demo's prepaid cards: some to redeem, one that is not sold yet, one that is too old.

use crate::ServiceError;
use crate::voucher::{Keys, NewBatch, activate_batch, create_batch};
use domain::ids::PersonId;
use domain::office::Door;
use domain::voucher::Pin;
use domain::{Date, Money, Timestamp};
use storage::Conn;
use storage::office::person;

/// How many cards there are to redeem.
const GOOD: u64 = 12;

/// The key of the demo's digests: everybody knows it.
pub fn keys() -> Keys {
    Keys::new([std::array::from_fn(|at| at as u8 + 7)])
}

fn card(number: u64) -> (String, Pin) {
    let serial = format!("DE{number:07}");
    (serial, Pin::generate(|| 400_000_000_000_000 + number * 13))
}

/// PINs that can be redeemed.
pub fn good() -> impl Iterator<Item = Pin> {
    (1..=GOOD).map(|number| card(number).1)
}

/// A PIN whose batch nobody has activated.
pub fn not_active() -> Pin {
    card(100).1
}

/// A PIN whose time is over.
pub fn expired() -> Pin {
    card(200).1
}

/// Writes them down; nothing without two people of the staff.
pub(super) async fn write(
    conn: &mut Conn,
    keys: &Keys,
    today: Date,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let staff: Vec<PersonId> = person::list(conn, Door::Staff, None)
        .await?
        .into_iter()
        .map(|person| person.id)
        .collect();
    let ([first, second, ..], false) = (staff.as_slice(), keys.is_empty()) else {
        return Ok(());
    };
    let face = Money::from_roubles(500);
    for (numbers, ends_in, sold) in [
        (1..=GOOD, 365, true),
        (100..=100, 365, false),
        (200..=200, -1, true),
    ] {
        let new = NewBatch {
            by: *first,
            face,
            valid_until: today.plus_days(ends_in),
        };
        let cards: Vec<_> = numbers.map(card).collect();
        let batch = create_batch(conn, keys, new, &cards, now).await?;
        if sold {
            activate_batch(conn, batch, *second, now).await?;
        }
    }
    Ok(())
}
