//! The home page and the frame around every page.

use crate::error::commit;
use crate::{Actor, ServiceError, Services, Viewer, expenses, messages, zone};
use domain::Timestamp;
use domain::ids::CardId;
use domain::overview::{CardSummary, Facts, Frame, Home, OpenPromise, TariffSummary, home_state};
use storage::subscriber::Subscriber;
use storage::subscription::Stored;
use storage::{Conn, account, inbox, ledger, payment, promise, session, subscriber, subscription};

/// How long a payment whose payer came back is shown as being processed, in seconds.
const PENDING_SHOWN: i64 = 3600;

/// Everything around a page: contract, cards, unread messages.
pub async fn frame(services: &Services, actor: &Actor) -> Result<Frame, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let mut cards = Vec::new();
    let mut contract = None;
    for id in account::subscribers(&mut conn, viewer.account).await? {
        if let Some(held) = subscriber::get(&mut conn, id).await? {
            let running = subscription::list(&mut conn, id).await?;
            cards.extend(cards_of(&mut conn, viewer, &held, &running).await?);
            if id == viewer.subscriber {
                contract = Some(held.contract);
            }
        }
    }
    let unread = inbox::unread(&mut conn, viewer.reader()).await?;
    Ok(Frame {
        contract: contract.ok_or(ServiceError::NotFound)?,
        cards,
        unread,
    })
}

/// The home page of the card in view.
pub async fn load(services: &Services, actor: &Actor) -> Result<Home, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let today = zone::today(viewer.tz, now);
    let contract = subscriber::get(&mut conn, viewer.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
    let cards = cards_of(&mut conn, viewer, &contract, &running).await?;
    let card = cards.into_iter().find(|card| card.current);
    let shown = card
        .as_ref()
        .and_then(|card| running.iter().find(|s| s.card == card.id));
    let wallet = ledger::get(&mut conn, viewer.subscriber).await?;
    let promise = promise::open(&mut conn, viewer.subscriber)
        .await?
        .map(|open| OpenPromise {
            owed: open.owed,
            due: zone::local(viewer.tz, open.taken.due_at),
            seconds_left: open.taken.due_at.seconds_since(now),
            term_seconds: open.taken.due_at.seconds_since(open.taken.granted_at),
        });
    let pending = pending(&mut conn, viewer, now).await?;
    let state = home_state(&Facts {
        today,
        subscription: shown.map(|stored| &stored.rules),
        period_from: shown.map(|stored| stored.period_from),
        wallet: &wallet,
        promise,
        pending,
    });
    let tariff = shown.map(|stored| TariffSummary {
        name: stored.tariff.clone(),
        price: stored.rules.price,
        channels: stored.channels,
        next_charge: stored
            .rules
            .is_served()
            .then_some(stored.rules.paid_through),
    });
    let operations = expenses::rows(&mut conn, viewer, None, 3).await?;
    let message = messages::newest(&mut conn, viewer).await?;
    Ok(Home {
        today,
        contract: contract.contract,
        card,
        balance: wallet.available,
        state,
        tariff,
        operations,
        message,
    })
}

async fn pending(
    conn: &mut Conn,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Option<(domain::ids::PaymentId, domain::Money)>, ServiceError> {
    let newest = payment::list(conn, viewer.subscriber, 5).await?;
    Ok(newest
        .into_iter()
        .find(|payment| {
            payment.state.is_open()
                && payment
                    .returned_at
                    .is_some_and(|at| now.seconds_since(at) < PENDING_SHOWN)
        })
        .map(|payment| (payment.id, payment.amount)))
}

/// The usable cards of one contract of the cabinet; one of the contract in view is the current one.
async fn cards_of(
    conn: &mut Conn,
    viewer: &Viewer,
    held: &Subscriber,
    running: &[Stored],
) -> Result<Vec<CardSummary>, ServiceError> {
    let stored = subscriber::cards(conn, held.id).await?;
    let chosen = (held.id == viewer.subscriber)
        .then(|| {
            viewer
                .card
                .filter(|id| stored.iter().any(|card| card.id == *id))
                .or_else(|| stored.first().map(|card| card.id))
        })
        .flatten();
    Ok(stored
        .into_iter()
        .map(|card| CardSummary {
            served: running
                .iter()
                .any(|s| s.card == card.id && s.rules.is_served()),
            current: Some(card.id) == chosen,
            id: card.id,
            contract: held.contract.clone(),
            number: card.number,
            name: card.name,
        })
        .collect())
}

/// Chooses the card in view; anybody else's card is not found.
pub async fn choose_card(
    services: &Services,
    actor: &Actor,
    card: CardId,
) -> Result<(), ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, _) = services.db.begin().await?;
    account::subscriber_of_card(&mut tx, viewer.account, card)
        .await?
        .ok_or(ServiceError::NotFound)?;
    session::set_card(&mut tx, viewer.session, card).await?;
    commit(tx).await
}
