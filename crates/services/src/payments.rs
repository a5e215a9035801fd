//! Topping up, as the subscriber does it, and what the pages of payments show.

use crate::access::count_try;
use crate::actor::Viewer;
use crate::billing::new_id;
use crate::error::commit;
use crate::payment_flow::{check, submit};
use crate::{Actor, ServiceError, Services, autopay, cards, crypto, jobs, zone};
use domain::billing::paid_until;
use domain::form::{FieldError, Problem, parse_amount};
use domain::ids::{PaymentId, SubscriberId};
use domain::ledger::top_up_key;
use domain::payment::{AccessProgress, Means, PaymentState, PaymentView, PaymentsPage, Purpose};
use domain::top_up::{CardChoice, TopUpForm, suggest};
use domain::{ContractNumber, Date, Email, Money, Timestamp};
use storage::job::Again;
use storage::payment::{New, Payment};
use storage::{Conn, account, ledger, payment, promise, receipt, subscriber, subscription};

/// How many payments one contract may start in an hour: enough for a bad day at the bank.
const STARTS_AN_HOUR: u32 = 60;

/// How often one payment is asked about because somebody wants to know, in ten seconds.
const ASKED_AT_MOST: u32 = 3;

/// A top-up as the form gives it.
#[derive(Debug, Clone, Default)]
pub struct StartTopUp {
    /// The chosen sum; empty or `other` when `amount` counts.
    pub sum: String,
    /// The typed sum.
    pub amount: String,
    /// The form's key.
    pub key: String,
    /// E-mail for the receipt, when the account has none.
    pub receipt_email: String,
    /// By what means: a kind, or the id of a saved card; empty: a card.
    pub means: String,
    /// Shall the card be kept for later payments?
    pub save: bool,
    /// Was the sum confirmed? A saved card has no page of the bank on which it could be.
    pub confirmed: bool,
    /// The contract it was confirmed for; empty before.
    pub contract: String,
}

/// A payment by a saved card that its owner has to say yes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirming {
    /// Whose wallet.
    pub contract: ContractNumber,
    /// The sum.
    pub amount: Money,
    /// What the card is called.
    pub card: String,
    /// The form's key.
    pub key: String,
}

/// How a start ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The payment is made.
    Made(Started),
    /// Its owner has to say yes first.
    Confirm(Confirming),
}

/// A payment was made: where the payer goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub payment: PaymentId,
    /// The acquirer's page, when it is known.
    pub confirmation_url: Option<String>,
    /// The unguessable part of its public page.
    pub return_token: String,
}

/// The form's data: the wallet, what runs on it, sums worth offering, and a key of its own.
pub async fn form(services: &Services, actor: &Actor) -> Result<TopUpForm, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let contract = subscriber::get(&mut conn, viewer.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let wallet = ledger::get(&mut conn, viewer.subscriber).await?;
    let open = promise::open(&mut conn, viewer.subscriber).await?;
    let running = subscription::list(&mut conn, viewer.subscriber).await?;
    let email = receipt_email(&mut conn, viewer).await?;
    let today = zone::today(viewer.tz, now);
    let mut cards = cards::saved(&mut conn, viewer.subscriber).await?;
    cards.retain(|card| card.works(today));
    let subscriptions: Vec<_> = running.into_iter().map(|stored| stored.rules).collect();
    Ok(TopUpForm {
        contract: contract.contract,
        available: wallet.available,
        promised_debt: wallet.promised_debt,
        other_debt: wallet.other_debt,
        promise_overdue: open.is_some_and(|promise| promise.is_overdue()),
        suggestions: suggest(&subscriptions, &wallet, today, services.settings.top_up),
        subscriptions,
        limits: services.settings.top_up,
        receipt_email: email.map(|email| email.masked()),
        cards: cards
            .into_iter()
            .map(|card| CardChoice {
                id: card.id,
                name: card.name(),
            })
            .collect(),
        saves_cards: !services.settings.card_keys.is_empty(),
        key: crypto::form_key(),
        today,
    })
}

pub(crate) async fn receipt_email(
    conn: &mut Conn,
    viewer: &Viewer,
) -> Result<Option<Email>, ServiceError> {
    let account = account::get(conn, viewer.account).await?;
    Ok(account.and_then(|account| account.confirmed_email().cloned()))
}

/// Makes a payment, or finds the one this form has made, and sends it to the acquirer.
///
/// # Errors
/// [`ServiceError::Invalid`] for a sum out of limits, a missing e-mail, a card that is gone.
pub async fn start(
    services: &Services,
    actor: &Actor,
    command: StartTopUp,
) -> Result<Start, ServiceError> {
    let viewer = actor.viewer()?;
    if !command.contract.is_empty() {
        same_contract(services, viewer, &command.contract).await?;
    }
    let mut errors = Vec::new();
    let amount = chosen_amount(services, &command.sum, &command.amount, &mut errors);
    let (mut tx, now) = services.db.begin().await?;
    let email = match receipt_email(&mut tx, viewer).await? {
        Some(email) => Some(email),
        None => typed_email(&command.receipt_email, &mut errors),
    };
    let today = zone::today(viewer.tz, now);
    let chosen = means(&mut tx, viewer, &command.means, today)
        .await?
        .map_err(|problem| errors.push(FieldError::new("means", problem)))
        .ok();
    let (Some(amount), Some(email), Some((means, card))) = (amount, email, chosen) else {
        return Err(ServiceError::Invalid(errors));
    };
    if let Some(card) = card.filter(|_| !command.confirmed) {
        return Ok(Start::Confirm(Confirming {
            contract: contract_of(&mut tx, viewer).await?,
            amount,
            card,
            key: crypto::form_key(),
        }));
    }
    let save = command.save && means == Means::BankCard && !services.settings.card_keys.is_empty();
    let making = Making {
        subscriber: viewer.subscriber,
        amount,
        email: &email,
        means,
        save,
        form_key: command.key,
        counted: format!("payment-start:{}", viewer.subscriber),
    };
    make(services, tx, making, now).await.map(Start::Made)
}

/// A payment that is to be made.
pub(crate) struct Making<'a> {
    /// Whose wallet.
    pub subscriber: SubscriberId,
    /// The sum.
    pub amount: Money,
    /// Where the receipt goes.
    pub email: &'a Email,
    /// By what means.
    pub means: Means,
    /// Is the card to be kept?
    pub save: bool,
    /// The form's key.
    pub form_key: String,
    /// What starts are counted by: those of strangers must not use up the owner's.
    pub counted: String,
}

/// Makes it, or finds the one that this form has made, and sends it to the acquirer.
pub(crate) async fn make(
    services: &Services,
    mut tx: storage::Tx,
    making: Making<'_>,
    now: Timestamp,
) -> Result<Started, ServiceError> {
    let Making {
        subscriber,
        amount,
        email,
        means,
        save,
        mut form_key,
        counted,
    } = making;
    if !is_form_key(&form_key) {
        return Err(ServiceError::NotFound);
    }
    if let Err(problem) = count_try(&mut tx, &counted, STARTS_AN_HOUR, 3600, now).await? {
        commit(tx).await?;
        return Err(ServiceError::field("", problem));
    }
    let id = PaymentId(new_id());
    // One form is one payment, however often it is sent. A form that the browser has kept may also be
    // sent with another sum, or after a refusal: that is a new payment, under a key of its own.
    loop {
        let new = New {
            subscriber,
            id,
            amount,
            form_key: &form_key,
            idem_key: &id.to_string(),
            return_token: &crypto::random_token(),
            receipt_email: email,
            purpose: Purpose::TopUp,
            means,
            save,
            by_square: means == Means::Sbp && services.settings.sbp_square,
        };
        if payment::insert(&mut tx, &new, now).await? {
            break;
        }
        let earlier = payment::by_form_key(&mut tx, subscriber, &form_key)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let other = earlier.amount != amount || earlier.means != means || earlier.save != save;
        // The acquirer's page stands between a new try and the money; behind a saved card there is none.
        let again = earlier.state == PaymentState::Canceled && means.saved().is_none();
        if other || again {
            let next = format!(
                "{form_key}:{}:{}:{}:{save}",
                earlier.id,
                amount.kopecks(),
                means.form_value()
            );
            form_key = crypto::hex(&crypto::sha256(next.as_bytes())[..16]);
            continue;
        }
        // Its first sender may have died before sending it.
        if earlier.state == PaymentState::Created {
            drop(tx);
            submit(services, subscriber, earlier.id).await?;
            return Ok(Started {
                confirmation_url: None,
                ..started(&earlier)
            });
        }
        return Ok(started(&earlier));
    }
    commit(tx).await?;
    submit(services, subscriber, id).await?;
    let (mut tx, _) = services.db.begin().await?;
    let made = payment::get(&mut tx, subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(started(&made))
}

/// Could a form of ours have this key?
pub(crate) fn is_form_key(key: &str) -> bool {
    (8..=64).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A sum as a form sends it: one of those that were offered, or a typed one.
pub(crate) fn chosen_amount(
    services: &Services,
    sum: &str,
    amount: &str,
    errors: &mut Vec<FieldError>,
) -> Option<Money> {
    let typed = sum.is_empty() || sum == "other";
    let text = if typed { amount } else { sum };
    parse_amount(text, services.settings.top_up)
        .map_err(|problem| errors.push(FieldError::new("amount", problem)))
        .ok()
}

/// An e-mail for the receipt as it was typed.
pub(crate) fn typed_email(text: &str, errors: &mut Vec<FieldError>) -> Option<Email> {
    Email::parse(text)
        .map_err(|error| {
            let problem = match error.into() {
                Problem::EmailEmpty => Problem::ReceiptEmailMissing,
                other => other,
            };
            errors.push(FieldError::new("receipt_email", problem));
        })
        .ok()
}

/// By what means somebody wants to pay; of a saved card, which has to be theirs and to work, its name.
async fn means(
    conn: &mut Conn,
    viewer: &Viewer,
    text: &str,
    today: Date,
) -> Result<Result<(Means, Option<String>), Problem>, ServiceError> {
    if text.is_empty() {
        return Ok(Ok((Means::BankCard, None)));
    }
    let Some(means) = Means::from_form(text) else {
        return Ok(Err(Problem::MethodUnavailable));
    };
    let Some(id) = means.saved() else {
        return Ok(Ok((means, None)));
    };
    let cards = cards::saved(conn, viewer.subscriber).await?;
    let card = cards.into_iter().find(|card| card.id == id);
    let card = card.filter(|card| card.works(today));
    Ok(card
        .map(|card| (means, Some(card.name())))
        .ok_or(Problem::SavedCardGone))
}

fn started(payment: &Payment) -> Started {
    // A square is shown on the payment's own page.
    let waits = payment.state == PaymentState::Pending && !payment.by_square;
    Started {
        payment: payment.id,
        return_token: payment.return_token.clone(),
        confirmation_url: payment.confirmation_url.clone().filter(|_| waits),
    }
}

/// The payer came back to the unguessable address: asks the acquirer soon. It says whose payment it
/// is, not more.
pub async fn returned(
    services: &Services,
    token: &str,
) -> Result<(SubscriberId, PaymentId), ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let found = payment::by_return_token(&mut tx, token)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if may_change(&found) {
        payment::mark_returned(&mut tx, found.subscriber, found.id, now).await?;
        if may_ask(&mut tx, found.id, now).await? {
            jobs::enqueue_check(&mut tx, found.subscriber, found.id, Again::Anew).await?;
        }
        commit(tx).await?;
    }
    Ok((found.subscriber, found.id))
}

/// The page of payments: the newest, and whether a promised payment can be taken.
pub async fn page(services: &Services, actor: &Actor) -> Result<PaymentsPage, ServiceError> {
    let viewer = actor.viewer()?;
    let last = list(services, actor).await?;
    let (mut conn, now) = services.db.look().await?;
    let open = promise::open(&mut conn, viewer.subscriber).await?;
    Ok(PaymentsPage {
        last,
        today: zone::today(viewer.tz, now),
        vouchers: !services.settings.voucher_keys.is_empty(),
        autopay: autopay::hint(&mut conn, services, viewer).await?,
        promise: crate::promise::standing(&mut conn, services, viewer, open, now).await?,
    })
}

/// The number of the contract in view.
pub(crate) async fn contract_of(
    conn: &mut Conn,
    viewer: &Viewer,
) -> Result<ContractNumber, ServiceError> {
    let contract = subscriber::get(conn, viewer.subscriber).await?;
    Ok(contract.ok_or(ServiceError::NotFound)?.contract)
}

/// Was a form shown for the contract that is in view now? Another tab may have switched since.
///
/// # Errors
/// [`ServiceError::Invalid`] when it was not.
pub(crate) async fn same_contract(
    services: &Services,
    viewer: &Viewer,
    shown: &str,
) -> Result<(), ServiceError> {
    let mut conn = services.db.statement().await?;
    if contract_of(&mut conn, viewer).await?.as_str() == shown {
        Ok(())
    } else {
        Err(ServiceError::field("", Problem::OtherContract))
    }
}

/// What somebody sees who only has the return address of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicView {
    /// Where it stands.
    pub state: PaymentState,
    /// What a camera or a bank's app reads to pay it, while it waits for that.
    pub square: Option<String>,
}

/// Where a payment stands, for somebody who only has its return address.
pub async fn public_state(services: &Services, token: &str) -> Result<PublicView, ServiceError> {
    let mut conn = services.db.statement().await?;
    let found = payment::by_return_token(&mut conn, token)
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(PublicView {
        state: found.state,
        square: square_of(&found).map(str::to_owned),
    })
}

/// What a camera or a bank's app reads to pay a payment of the actor's contract; nothing when it no
/// longer waits for that.
///
/// # Errors
/// [`ServiceError::NotFound`] when it is not a payment of theirs.
pub async fn square(
    services: &Services,
    actor: &Actor,
    id: PaymentId,
) -> Result<Option<String>, ServiceError> {
    let viewer = actor.viewer()?;
    let mut conn = services.db.statement().await?;
    let found = payment::get(&mut conn, viewer.subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    Ok(square_of(&found).map(str::to_owned))
}

fn square_of(found: &Payment) -> Option<&str> {
    let waits = found.by_square && found.state == PaymentState::Pending;
    found.confirmation_url.as_deref().filter(|_| waits)
}

/// One payment of the actor's contract; anybody else's is not found.
pub async fn view(
    services: &Services,
    actor: &Actor,
    id: PaymentId,
) -> Result<PaymentView, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let found = payment::get(&mut conn, viewer.subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    build_view(&mut conn, viewer, &found, now).await
}

/// Asks the acquirer now, because the person asked for it, and answers with what is known after.
/// The acquirer being slow or away is not an error: the page says that it takes longer.
pub async fn refresh(
    services: &Services,
    actor: &Actor,
    id: PaymentId,
) -> Result<PaymentView, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut tx, now) = services.db.begin().await?;
    let found = payment::get(&mut tx, viewer.subscriber, id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let ask = may_ask(&mut tx, id, now).await?;
    commit(tx).await?;
    if may_change(&found) && ask {
        check(services, viewer.subscriber, id).await?;
    }
    view(services, actor, id).await
}

/// Could the acquirer know more than we do? A cancelled payment may have been paid after all.
fn may_change(found: &Payment) -> bool {
    found.state.is_open()
        || (found.state == PaymentState::Canceled && found.gateway_payment_id.is_some())
}

/// Counts somebody's wish to ask the acquirer about a payment; too many are not carried out.
async fn may_ask(conn: &mut Conn, id: PaymentId, now: Timestamp) -> Result<bool, ServiceError> {
    let key = format!("payment-check:{id}");
    let hits = storage::throttle::hit(conn, &key, 10, now).await?.hits;
    Ok(hits <= ASKED_AT_MOST)
}

/// The newest payments of the actor's contract.
pub async fn list(services: &Services, actor: &Actor) -> Result<Vec<PaymentView>, ServiceError> {
    let viewer = actor.viewer()?;
    let (mut conn, now) = services.db.look().await?;
    let mut views = Vec::new();
    for found in payment::list(&mut conn, viewer.subscriber, 20).await? {
        // A form that was left on the acquirer's page and came to nothing is no news to anybody.
        views.push(build_view(&mut conn, viewer, &found, now).await?);
    }
    Ok(views)
}

async fn build_view(
    conn: &mut Conn,
    viewer: &Viewer,
    found: &Payment,
    now: Timestamp,
) -> Result<PaymentView, ServiceError> {
    let contract = subscriber::get(conn, viewer.subscriber)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let wallet = ledger::get(conn, viewer.subscriber).await?;
    let running = subscription::list(conn, viewer.subscriber).await?;
    let op = ledger::find_key(conn, viewer.subscriber, &top_up_key(found.id)).await?;
    let receipt = receipt::advance_of(conn, viewer.subscriber, found.id).await?;
    let intent = subscription::last_intent_at(conn, viewer.subscriber).await?;
    let sent_with_payment = found.credited_at.is_some() && intent == found.credited_at;
    Ok(PaymentView {
        id: found.id,
        reference: reference(found.id),
        amount: found.amount,
        // Money that was put aside is not on the wallet: people look for where it belongs.
        state: if found.state == PaymentState::Succeeded && op.is_none() {
            PaymentState::Abandoned
        } else {
            found.state
        },
        reason: found
            .cancel_reason
            .filter(|_| found.state == PaymentState::Canceled),
        created_at: zone::local(viewer.tz, found.created_at),
        credited_at: found.credited_at.map(|at| zone::local(viewer.tz, at)),
        waiting_seconds: now
            .seconds_since(found.returned_at.unwrap_or(found.created_at))
            .max(0),
        confirmation_url: found
            .confirmation_url
            .clone()
            .filter(|_| found.state == PaymentState::Pending)
            // A square can be paid after a try that came to nothing, too.
            .filter(|_| found.by_square || found.returned_at.is_none()),
        by_square: found.by_square,
        card_last4: found.card_last4.clone(),
        today: zone::today(viewer.tz, now),
        contract: contract.contract,
        balance: wallet.available,
        paid_through: paid_until(running.iter().map(|stored| &stored.rules), &wallet),
        served: running.iter().any(|stored| stored.rules.is_served()),
        access: if sent_with_payment {
            AccessProgress::Queued
        } else {
            AccessProgress::NotNeeded
        },
        receipt,
    })
}

/// A number to read out on the phone: the last ten hexadecimal digits of the id, in two groups.
fn reference(id: PaymentId) -> String {
    let text = id.0.simple().to_string().to_uppercase();
    let tail = text.get(22..).unwrap_or(&text);
    format!(
        "{}-{}",
        tail.get(..5).unwrap_or(tail),
        tail.get(5..).unwrap_or_default()
    )
}
