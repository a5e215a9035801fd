//! What a person may do with what is known of them: see and take back consents, take the data along,
//! have the cabinet deleted (152-ФЗ, art. 9, 14, 21).

use crate::access::notices::{Happened, record};
use crate::access::{confirm, end_pending};
use crate::billing::new_id;
use crate::error::commit;
use crate::{Actor, ServiceError, Services, cards, zone};
use domain::consent::Document;
use domain::form::Problem;
use domain::ids::EventId;
use domain::security::SecurityEvent;
use domain::{Date, LocalTime, Money};
use storage::{account, consent, export, ledger, refund, session};

/// How long a deletion can be taken back, in seconds (30 days).
pub const RETURN_SECONDS: i64 = 30 * 24 * 3600;

/// Most cabinets that one sweep erases.
const BATCH: i64 = 100;

/// What holds for a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// To which document.
    pub document: Document,
    /// Given or taken back, and when; nothing when it was never given.
    pub state: Option<(bool, LocalTime)>,
}

/// The page of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// Today, there.
    pub today: Date,
    /// Each document with what holds.
    pub consents: Vec<Consent>,
}

/// Loads it.
pub async fn load(services: &Services, actor: &Actor) -> Result<Data, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let latest = consent::latest(&mut conn, viewer.account).await?;
    let consents = Document::ALL
        .into_iter()
        .map(|document| Consent {
            document,
            state: latest
                .iter()
                .find(|one| one.document == document)
                .map(|one| (one.given, zone::local(viewer.tz, one.at))),
        })
        .collect();
    Ok(Data {
        today: zone::today(viewer.tz, now),
        consents,
    })
}

/// Gives the consent to news, or takes it back. The other two are what the cabinet stands on: taking
/// them back is deleting it.
pub async fn set_advertising(
    services: &Services,
    actor: &Actor,
    given: bool,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    let (id, document) = (EventId(new_id()), Document::Advertising);
    consent::record(
        &mut tx,
        viewer.account,
        id,
        document,
        given,
        &actor.origin,
        now,
    )
    .await?;
    commit(tx).await
}

/// Everything that is known of the person, as JSON.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`].
pub async fn export(services: &Services, actor: &Actor) -> Result<String, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let document = export::document(&mut tx, viewer.account).await?;
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::DataExported,
        detail: "",
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await?;
    serde_json::to_string_pretty(&document)
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// What a deletion would mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequences {
    /// Today, there.
    pub today: Date,
    /// The last day on which it can be taken back.
    pub until: Date,
    /// Money on the balances of all contracts.
    pub balance: Money,
}

/// Looks at what a deletion would mean.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`].
pub async fn consequences(
    services: &Services,
    actor: &Actor,
) -> Result<Consequences, ServiceError> {
    let (mut conn, now) = services.db.look().await?;
    let viewer = confirm::recent(services, actor, now)?;
    let mut balance = Money::ZERO;
    for subscriber in account::subscribers(&mut conn, viewer.account).await? {
        let wallet = ledger::get(&mut conn, subscriber).await?;
        // What is owed is no money of theirs.
        let debts: Money = [wallet.promised_debt, wallet.other_debt].into_iter().sum();
        // What is on its way back may come to the wallet again.
        let aside = refund::set_aside(&mut conn, subscriber).await?;
        balance = [balance, debts.missing_to(wallet.available), aside]
            .into_iter()
            .sum();
    }
    Ok(Consequences {
        today: zone::today(viewer.tz, now),
        until: zone::today(viewer.tz, now.plus_seconds(RETURN_SECONDS)),
        balance,
    })
}

/// The words that must be typed, in either language and any case.
const WORDS: [&str; 2] = ["удалить", "delete"];

/// Asks for the deletion: every device is signed out, and signing in again shows how to come back.
///
/// # Errors
/// [`ServiceError::ConfirmFirst`]; [`ServiceError::Invalid`] for another word.
pub async fn delete(services: &Services, actor: &Actor, word: &str) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let viewer = confirm::recent(services, actor, now)?;
    if !WORDS.contains(&word.trim().to_lowercase().as_str()) {
        return Err(ServiceError::field("word", Problem::DeleteWord));
    }
    // Nobody could refuse a charge from a closed cabinet. Cards and orders first: whoever works on them
    // holds the contract before the login.
    let held = account::subscribers(&mut tx, viewer.account).await?;
    for subscriber in &held {
        cards::forget_all(&mut tx, *subscriber, now).await?;
    }
    let closes_at = now.plus_seconds(RETURN_SECONDS);
    if !account::close(&mut tx, viewer.account, closes_at).await? {
        return Err(ServiceError::NotFound);
    }
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::DeletionAsked,
        detail: "",
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    // Cards that were kept meanwhile.
    for subscriber in held {
        cards::forget_all(&mut tx, subscriber, now).await?;
    }
    session::end_all(&mut tx, viewer.account, now).await?;
    end_pending(&mut tx, viewer.account, now).await?;
    commit(tx).await
}

/// Until when the deletion can be taken back.
///
/// # Errors
/// [`ServiceError::NotFound`] when none was asked for.
pub async fn closing(services: &Services, actor: &Actor) -> Result<(Date, Date), ServiceError> {
    let viewer = actor.closing_viewer()?;
    let closes_at = viewer.closes_at.ok_or(ServiceError::NotFound)?;
    let (_, now) = services.db.look().await?;
    let local = |at| zone::today(viewer.tz, at);
    Ok((local(closes_at), local(now)))
}

/// Takes the deletion back.
///
/// # Errors
/// [`ServiceError::NotFound`] when none was asked for.
pub async fn restore(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    let viewer = actor.closing_viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    if !account::reopen(&mut tx, viewer.account).await? {
        return Err(ServiceError::NotFound);
    }
    let happened = Happened {
        account: viewer.account,
        event: SecurityEvent::DeletionCancelled,
        detail: "",
        replaced: None,
    };
    record(&mut tx, services, actor, happened, now).await?;
    commit(tx).await
}

/// Erases the cabinets whose time has come.
pub(crate) async fn erase_due(services: &Services) -> Result<(), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    for id in account::closing_before(&mut tx, now, BATCH).await? {
        if account::erase(&mut tx, id).await? {
            tracing::info!(account = %id, "privacy.erased");
        }
    }
    commit(tx).await
}
