//! Load for the benchmark of notifications: so many payments a second turn out to be paid, the acquirer's
//! stand-in is asked about each, and each is credited by the application's own worker. Everything runs in
//! this one process beside its database. `scripts/webhooks.mjs` runs it.
//!
//!   `webhook_load URL RATE SECONDS`   fills an empty database (as its owner), ends when all are credited

use domain::ids::{PaymentId, SubscriberId};
use domain::payment::{Means, PaymentState, Purpose};
use domain::{ContractNumber, Email, Money};
use gateways::yookassa::{Config, YooKassa};
use gateways::{Mailbox, http};
use sandbox::Sandbox;
use secrecy::SecretString;
use services::jobs::worker;
use services::{Neighbours, Services, Settings, payment_flow, webhooks};
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::payment::New;
use storage::subscriber::Subscriber;
use storage::{Db, MIGRATOR, ledger, payment, seed};
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many payments are prepared at once.
const AT_ONCE: usize = 8;

/// After the last notification so long is waited for the last credit.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [url, rate, seconds] = words.as_slice() else {
        return Err("webhook_load URL RATE SECONDS".into());
    };
    let (rate, seconds): (u32, u32) = (rate.parse()?, seconds.parse()?);
    http::install_tls();
    let db = Db::connect(url, 16)?;
    let (services, acquirer) = cabinet(&db).await?;
    let payments = prepare(&services, rate * seconds).await?;
    for made in &payments {
        acquirer.complete(&made.object)?;
    }
    let working = tokio::spawn(worker::run(services.clone(), pending()));
    notify(&services, &payments, rate).await?;
    wait(&db, payments).await?;
    working.abort();
    Ok(())
}

/// A payment that waits for its payer.
struct Made {
    subscriber: SubscriberId,
    payment: PaymentId,
    /// The acquirer's id.
    object: String,
}

/// The use cases on a database of their own, and the acquirer's stand-in.
async fn cabinet(db: &Db) -> Result<(Arc<Services>, sandbox::Control), Failure> {
    let mut conn = db.pool().acquire().await?;
    storage::db::ensure_application_role(&mut conn).await?;
    drop(conn);
    MIGRATOR.run(db.pool()).await?;
    worker::migrate(db.pool()).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let acquirer = Sandbox::open(sandbox::Config {
        shop_id: "100500".into(),
        secret_key: "test_key".into(),
        public_url: format!("http://127.0.0.1:{port}"),
        webhook_url: None,
        state_file: None,
        control: true,
    })
    .await?;
    let control = acquirer.control();
    tokio::spawn(async move { acquirer.serve(listener, pending()).await });
    let gateway = Arc::new(YooKassa::new(Config {
        base_url: format!("http://127.0.0.1:{port}/v3"),
        shop_id: "100500".into(),
        secret_key: SecretString::from("test_key"),
        timeout: Duration::from_secs(5),
    })?);
    let neighbours = Neighbours {
        acquirer: gateway.clone(),
        fiscal: gateway,
        mail: Arc::new(Mailbox::default()),
        sms: None,
    };
    let services = Services::new(db.clone(), neighbours, Settings::default());
    Ok((Arc::new(services), control))
}

/// Contracts with a payment each.
async fn prepare(services: &Arc<Services>, count: u32) -> Result<Vec<Made>, Failure> {
    let mut making = tokio::task::JoinSet::new();
    let mut all = Vec::new();
    for number in 0..count {
        if making.len() == AT_ONCE
            && let Some(made) = making.join_next().await
        {
            all.push(made??);
        }
        let services = services.clone();
        making.spawn(async move { one(&services, number).await });
    }
    while let Some(made) = making.join_next().await {
        all.push(made??);
    }
    Ok(all)
}

async fn one(services: &Services, number: u32) -> Result<Made, Failure> {
    let subscriber = Subscriber {
        id: SubscriberId(Uuid::now_v7()),
        contract: ContractNumber::parse(&format!("30{number:08}"))?,
        surname: "Нагрузка".into(),
        given_name: "Проба".into(),
        phone: None,
        email: None,
        tz: "Europe/Moscow".into(),
    };
    let id = PaymentId(Uuid::now_v7());
    let (mut tx, now) = services.db.begin().await?;
    seed::insert_subscriber(&mut tx, &subscriber, now).await?;
    ledger::open(&mut tx, subscriber.id, now).await?;
    let key = id.to_string();
    let new = New {
        subscriber: subscriber.id,
        id,
        amount: Money::from_roubles(390),
        form_key: &key,
        idem_key: &key,
        return_token: &format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
        receipt_email: &Email::parse("load@example.com")?,
        purpose: Purpose::TopUp,
        means: Means::BankCard,
        save: false,
        by_square: false,
    };
    payment::insert(&mut tx, &new, now).await?;
    storage::db::commit(tx).await?;
    payment_flow::submit(services, subscriber.id, id).await?;
    let (mut tx, _) = services.db.begin().await?;
    let made = payment::get(&mut tx, subscriber.id, id).await?;
    let object = made.and_then(|made| made.gateway_payment_id);
    Ok(Made {
        subscriber: subscriber.id,
        payment: id,
        object: object.ok_or("the stand-in took no payment")?,
    })
}

/// The notifications, evenly, whatever becomes of those before.
async fn notify(services: &Arc<Services>, made: &[Made], rate: u32) -> Result<(), Failure> {
    let began = Instant::now();
    let mut sending = tokio::task::JoinSet::new();
    for (number, made) in (0_u32..).zip(made) {
        let due = Duration::from_secs(1) * number / rate;
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        let (services, object) = (services.clone(), made.object.clone());
        sending.spawn(async move {
            let body = serde_json::json!({"type": "notification", "event": "payment.succeeded", "object": {"id": object, "status": "succeeded"}});
            webhooks::receive(&services, &body, None).await
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent??;
    }
    Ok(())
}

/// Until each of them is credited.
async fn wait(db: &Db, mut made: Vec<Made>) -> Result<(), Failure> {
    let began = Instant::now();
    while let Some(last) = made.last() {
        let (mut tx, _) = db.begin().await?;
        let found = payment::get(&mut tx, last.subscriber, last.payment).await?;
        drop(tx);
        if found.is_some_and(|found| found.state == PaymentState::Succeeded) {
            made.pop();
        } else if began.elapsed() > PATIENCE {
            return Err("not all were credited in time".into());
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}
