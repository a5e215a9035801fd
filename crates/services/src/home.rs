//! The home page and the frame around every page.

use crate::error::commit;
use crate::payments::contract_of;
use crate::{Actor, ServiceError, Services, Viewer, expenses, messages, zone};
use domain::ids::CardId;
use domain::overview::{CardSummary, Facts, Frame, Home, OpenPromise, TariffSummary, home_state};
use domain::spending::Direction;
use domain::{Lang, Timestamp};
use storage::{Conn, account, inbox, ledger, payment, promise, session, subscriber, subscription};

/// How long a payment whose payer came back is shown as being processed, in seconds.
const PENDING_SHOWN: i64 = 3600;

/// Everything around a page: contract, cards, unread messages.
pub async fn frame(services: &Services, actor: &Actor) -> Result<Frame, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let cards = cards(&mut conn, viewer).await?;
    // A contract whose last card was taken out of service has a number all the same.
    let contract = match cards.iter().find(|card| card.current) {
        Some(card) => card.contract.clone(),
        None => contract_of(&mut conn, viewer).await?,
    };
    let unread = inbox::unread(&mut conn, viewer.reader()).await?;
    Ok(Frame {
        contract,
        cards,
        unread,
    })
}

/// The home page of the card in view.
pub async fn load(services: &Services, actor: &Actor, lang: Lang) -> Result<Home, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let today = zone::today(viewer.tz, now);
    let card = cards(&mut conn, viewer).await?;
    let card = card.into_iter().find(|card| card.current);
    let contract = match &card {
        Some(card) => card.contract.clone(),
        None => contract_of(&mut conn, viewer).await?,
    };
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
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
    let operations = expenses::rows(&mut conn, viewer, None, Direction::Both, 3).await?;
    let message = messages::newest(&mut conn, viewer, lang, today).await?;
    Ok(Home {
        today,
        contract,
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

/// The usable cards of the cabinet. One of the contract in view is the current one: the chosen one, or its
/// first.
async fn cards(conn: &mut Conn, viewer: &Viewer) -> Result<Vec<CardSummary>, ServiceError> {
    let held = subscriber::held_cards(conn, viewer.account).await?;
    let own = || {
        held.iter()
            .filter(|card| card.subscriber == viewer.subscriber)
    };
    let current = own()
        .find(|card| Some(card.id) == viewer.card)
        .or_else(|| own().next())
        .map(|card| card.id);
    Ok(held
        .into_iter()
        .map(|card| CardSummary {
            served: card.served,
            current: Some(card.id) == current,
            id: card.id,
            contract: card.contract,
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
