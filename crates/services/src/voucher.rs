//! Prepaid cards: redeeming one by its PIN, and the batches they come in.
//!
//! The database keeps a keyed digest of each PIN (`voucher.keys`); a stolen table is worth nothing. Who
//! guesses is counted by cabinet and by address. A PIN that does not exist and one that somebody else has
//! used are answered with the same words after the same work.

use crate::access::{address_name, count_try, minutes_until};
use crate::billing::{digest, new_id};
use crate::crediting::{self, Coming};
use crate::error::{commit, retried};
use crate::payments::{contract_of, same_contract};
use crate::seal::raw_keys;
use crate::{Actor, ServiceError, Services, Viewer, crypto, seal, zone};
use domain::billing::paid_until;
use domain::form::Problem;
use domain::ids::{OpId, PersonId, VoucherBatchId};
use domain::ledger as rules;
use domain::voucher::{Facts, Pin, Redeemed, Verdict, VoucherPage, judge};
use domain::{Date, Money, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use storage::voucher::{Batch, Voucher};
use storage::{Conn, ledger, subscription, throttle, voucher};

/// The keys of the digests, newest first: the first makes new ones, all are looked for.
#[derive(Clone, Default)]
pub struct Keys(Arc<[Key]>, seal::Keys);

struct Key {
    /// A name for the key, by which it is known which cards still need it.
    id: String,
    mac: Hmac<Sha256>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl Keys {
    /// From raw keys.
    pub fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let known = |key: [u8; 32]| {
            Some(Key {
                id: crypto::hex(&crypto::sha256(&key)[..4]),
                mac: Hmac::new_from_slice(&key).ok()?,
            })
        };
        let keys: Vec<_> = keys.into_iter().collect();
        // What is sealed in a kept form must not open with what makes digests.
        let apart = |key: &[u8; 32]| crypto::sha256(&[b"kept form".as_slice(), key].concat());
        let sealing = seal::Keys::new(keys.iter().map(apart));
        Self(keys.into_iter().filter_map(known).collect(), sealing)
    }

    /// Keys for a PIN that is kept in a form.
    pub(crate) fn sealing(&self) -> &seal::Keys {
        &self.1
    }

    /// From 64 hexadecimal digits each; nothing when one is no key.
    pub fn from_hex<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        raw_keys(texts).map(Self::new)
    }

    /// Is there none? Then prepaid cards cannot be redeemed here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The digests of a PIN by every key, the newest first.
    fn digests(&self, pin: &Pin) -> Vec<Vec<u8>> {
        self.0
            .iter()
            .map(|key| {
                let mac = key.mac.clone().chain_update(pin.as_str().as_bytes());
                mac.finalize().into_bytes().to_vec()
            })
            .collect()
    }
}

/// What the page shows. `done` is the serial of a card that was just redeemed; anybody else's shows
/// nothing.
///
/// # Errors
/// [`ServiceError::NotFound`] where prepaid cards are not taken.
pub async fn page(
    services: &Services,
    actor: &Actor,
    done: Option<&str>,
) -> Result<VoucherPage, ServiceError> {
    let viewer = actor.viewer()?;
    if services.settings.voucher_keys.is_empty() {
        return Err(ServiceError::NotFound);
    }
    let (mut conn, now) = services.db.look().await?;
    let wallet = ledger::get(&mut conn, viewer.subscriber).await?;
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
    let face = match done {
        Some(serial) => voucher::redeemed_face(&mut conn, viewer.subscriber, serial).await?,
        None => None,
    };
    Ok(VoucherPage {
        today: zone::today(viewer.tz, now),
        contract: contract_of(&mut conn, viewer).await?,
        balance: wallet.available,
        done: face.map(|face| Redeemed {
            face,
            served: running.iter().any(|stored| stored.rules.is_served()),
            paid_through: paid_until(running.iter().map(|stored| &stored.rules), &wallet),
        }),
    })
}

/// Redeems a card for the contract that the form was shown for: its face comes to the wallet and does what
/// any money does. The serial. A form that was sent twice finds the card redeemed a moment ago, and that is
/// as good.
///
/// # Errors
/// [`ServiceError::Invalid`] beside the field `pin`.
pub async fn redeem(
    services: &Services,
    actor: &Actor,
    contract: &str,
    typed: &str,
) -> Result<String, ServiceError> {
    let viewer = actor.viewer()?;
    if services.settings.voucher_keys.is_empty() {
        return Err(ServiceError::NotFound);
    }
    same_contract(services, viewer, contract).await?;
    // A slip of the finger is told at once and is no try.
    let pin = Pin::parse(typed).map_err(|error| refused(error.into()))?;
    let digests = services.settings.voucher_keys.digests(&pin);
    let digests = &digests;
    retried(|| async move {
        let (mut tx, now) = services.db.begin().await?;
        if let Err(problem) = count(&mut tx, services, actor, viewer, now).await? {
            commit(tx).await?;
            return Err(refused(problem));
        }
        let answer = match voucher::find(&mut tx, digests).await? {
            Some(card) => judged(&mut tx, services, actor, viewer, card, now).await?,
            None => Err(wrong(&mut tx, services, viewer, now).await?),
        };
        commit(tx).await?;
        answer.map_err(refused)
    })
    .await
}

/// What comes of a card that was found: its serial, or why it is worth nothing.
async fn judged(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    viewer: &Viewer,
    card: Voucher,
    now: Timestamp,
) -> Result<Result<String, Problem>, ServiceError> {
    let today = zone::today(viewer.tz, now);
    let facts = Facts {
        state: card.state,
        valid_until: card.valid_until,
        redeemed: card
            .redeemed
            .map(|(owner, at)| (owner, zone::today(viewer.tz, at))),
    };
    let verdict = judge(facts, viewer.subscriber, today);
    if verdict == Verdict::Nothing {
        return Ok(Err(wrong(conn, services, viewer, now).await?));
    }
    forgive(conn, actor, viewer).await?;
    Ok(match verdict {
        Verdict::Worth => {
            credit(conn, services, viewer, &card, today, now).await?;
            Ok(card.serial)
        }
        Verdict::Yours(_) if is_fresh(&card, now) => Ok(card.serial),
        Verdict::Yours(day) => Err(Problem::VoucherYours { day }),
        Verdict::Expired => Err(Problem::VoucherExpired {
            day: card.valid_until,
        }),
        Verdict::NotActive | Verdict::Nothing => Err(Problem::VoucherNotActive),
    })
}

fn refused(problem: Problem) -> ServiceError {
    ServiceError::field("pin", problem)
}

/// A form that is sent twice is sent within this many seconds.
const SENT_TWICE: i64 = 600;

fn is_fresh(card: &Voucher, now: Timestamp) -> bool {
    card.redeemed
        .is_some_and(|(_, at)| now.seconds_since(at) < SENT_TWICE)
}

async fn credit(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    card: &Voucher,
    today: Date,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let subscriber = viewer.subscriber;
    // Whoever was quicker has it: this transaction then decides anew and finds it redeemed.
    voucher::redeem(conn, &card.serial, subscriber, today, now).await?;
    let wallet = ledger::lock(conn, subscriber).await?;
    let id = OpId(new_id());
    let op = rules::voucher(id, subscriber, &card.serial, card.face, &wallet, now)?;
    let meta = json!({ "detail": card.serial });
    let credited = crediting::receive(
        conn,
        services,
        viewer.tz,
        Coming::otherwise(&op),
        wallet,
        "voucher",
        &meta,
        now,
    )
    .await?;
    crediting::tell(conn, subscriber, card.face, &credited, now).await
}

fn lock_key(viewer: &Viewer) -> String {
    format!("voucher-pause:{}", viewer.account)
}

fn wrong_key(viewer: &Viewer) -> String {
    format!("voucher:{}", viewer.account)
}

fn address_key(actor: &Actor) -> String {
    format!("voucher-from:{}", address_name(actor))
}

/// One device may try for two cabinets, and not for a drawer of them.
fn browser_key(actor: &Actor) -> String {
    format!("voucher-on:{}", &crypto::hex(&actor.browser)[..24])
}

/// Counts a try before it is looked at, so that many at once are as few as one after another.
async fn count(
    conn: &mut Conn,
    services: &Services,
    actor: &Actor,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Result<(), Problem>, ServiceError> {
    let limits = services.settings.voucher;
    if let Some(pause) = throttle::look(conn, &lock_key(viewer), now).await? {
        return Ok(Err(Problem::TooManyTries {
            minutes: minutes_until(pause.window_ends_at, now),
        }));
    }
    for (key, limit, window) in [
        (address_key(actor), limits.tries_per_address, 3600),
        (browser_key(actor), limits.tries * 2, limits.window),
        (wrong_key(viewer), limits.tries, limits.window),
    ] {
        if let Err(problem) = count_try(conn, &key, limit, window, now).await? {
            return Ok(Err(problem));
        }
    }
    Ok(Ok(()))
}

/// A PIN that is worth nothing to anybody here: what is left, and the pause after the last try.
async fn wrong(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Problem, ServiceError> {
    let limits = services.settings.voucher;
    let hits = throttle::look(conn, &wrong_key(viewer), now)
        .await?
        .map_or(0, |count| count.hits);
    let left = limits.tries.saturating_sub(hits);
    if left == 0 {
        throttle::hit(conn, &lock_key(viewer), limits.pause, now).await?;
    }
    // Guessing at large is seen by people before it is worth anything.
    let everybody = throttle::hit(conn, "voucher-wrong:everybody", 3600, now).await?;
    if everybody.hits.is_multiple_of(limits.alarm.max(1)) {
        tracing::error!(hits = everybody.hits, "voucher.guessing: people must look");
    }
    Ok(Problem::VoucherUnknown { left })
}

/// A real card is no guess.
async fn forgive(conn: &mut Conn, actor: &Actor, viewer: &Viewer) -> Result<(), ServiceError> {
    throttle::take_back(conn, &wrong_key(viewer)).await?;
    throttle::take_back(conn, &browser_key(actor)).await?;
    throttle::take_back(conn, &address_key(actor)).await?;
    Ok(())
}

/// A batch that is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewBatch {
    /// Who makes it.
    pub by: PersonId,
    /// What each card is worth.
    pub face: Money,
    /// The last day on which its cards are taken.
    pub valid_until: Date,
}

/// Writes a batch down. Its cards are worth nothing until somebody else activates it.
///
/// # Errors
/// [`ServiceError::Internal`] without a key, and when a serial or PIN exists.
pub(crate) async fn create_batch(
    conn: &mut Conn,
    keys: &Keys,
    new: NewBatch,
    cards: &[(String, Pin)],
    now: Timestamp,
) -> Result<VoucherBatchId, ServiceError> {
    let key = keys
        .0
        .first()
        .ok_or_else(|| ServiceError::Internal("setting voucher.keys is missing".into()))?;
    let batch = Batch {
        id: VoucherBatchId(new_id()),
        face: new.face,
        quantity: i32::try_from(cards.len())
            .map_err(|_| ServiceError::Internal("too many cards".into()))?,
        valid_until: new.valid_until,
        created_by: new.by,
    };
    let (serials, digests): (Vec<_>, Vec<_>) = cards
        .iter()
        .filter_map(|(serial, pin)| Some((serial.clone(), keys.digests(pin).into_iter().next()?)))
        .unzip();
    voucher::insert_batch(conn, &batch, now).await?;
    voucher::insert_cards(conn, &batch, &key.id, &digests, &serials).await?;
    Ok(batch.id)
}

/// Activates a batch: it counts as sold, and its cards are worth their faces.
///
/// # Errors
/// [`ServiceError::Internal`] when the one who made it does: the database refuses.
pub(crate) async fn activate_batch(
    conn: &mut Conn,
    batch: VoucherBatchId,
    by: PersonId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    if let Some(faces) = voucher::activate(conn, batch, by, now).await? {
        let op = rules::voucher_sale(OpId(new_id()), batch, faces, now)?;
        let meta = json!({ "batch": batch });
        ledger::post_operators(conn, &op, &digest(&op), "staff", &meta, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_digest_and_none_shows_itself() {
        let pin = Pin::generate(|| 123_456_789_012_345);
        let (old, new) = (Keys::new([[1; 32]]), Keys::new([[2; 32], [1; 32]]));
        assert_eq!(new.digests(&pin)[1], old.digests(&pin)[0]);
        assert_ne!(new.digests(&pin)[0], old.digests(&pin)[0]);
        assert_eq!(new.0[1].id, old.0[0].id);
        assert_eq!(format!("{new:?}"), "Keys(2)");
        // As `openssl dgst -sha256 -mac HMAC` makes it.
        assert_eq!(
            crypto::hex(&old.digests(&pin)[0]),
            "212408dfd488d4b10c15a96f6252a80211891f36c306cc60e3e43b2a340fbe90"
        );
    }
}
