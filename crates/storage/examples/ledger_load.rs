//! Load for the benchmark of the ledger: clients that post top-ups as the application does, one
//! transaction each, for some seconds. `scripts/bench.mjs` runs it beside pgbench.
//!
//!   `ledger_load prepare URL WALLETS`      migrates an empty database and opens wallets, as the owner
//!   `ledger_load run URL CLIENTS SECONDS`  prints the postings a second, as the application's role

#![expect(clippy::print_stdout, reason = "it reports to the script that runs it")]

use domain::ids::{OpId, PaymentId, SubscriberId};
use domain::{ContractNumber, Money};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use storage::ledger::{self, Posted};
use storage::subscriber::Subscriber;
use storage::{Db, MIGRATOR, seed};
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["prepare", url, wallets] => prepare(&Db::connect(url, 2)?, wallets.parse()?).await,
        ["run", url, clients, seconds] => {
            let clients: u32 = clients.parse()?;
            let db = Db::connect(url, clients)?;
            let rate = run(&db, clients, Duration::from_secs(seconds.parse()?)).await?;
            println!("{rate:.1}");
            Ok(())
        }
        _ => Err("prepare URL WALLETS, or run URL CLIENTS SECONDS".into()),
    }
}

async fn prepare(db: &Db, wallets: u32) -> Result<(), Failure> {
    let mut conn = db.pool().acquire().await?;
    storage::db::ensure_application_role(&mut conn).await?;
    drop(conn);
    MIGRATOR.run(db.pool()).await?;
    let (mut tx, now) = db.begin().await?;
    for number in 0..wallets {
        let subscriber = Subscriber {
            id: SubscriberId(Uuid::now_v7()),
            contract: ContractNumber::parse(&format!("30{number:08}"))?,
            surname: "Нагрузка".into(),
            given_name: "Проба".into(),
            phone: None,
            email: None,
            tz: "Europe/Moscow".into(),
        };
        seed::insert_subscriber(&mut tx, &subscriber, now).await?;
        ledger::open(&mut tx, subscriber.id, now).await?;
    }
    storage::db::commit(tx).await?;
    Ok(())
}

async fn run(db: &Db, clients: u32, time: Duration) -> Result<f64, Failure> {
    let wallets = std::sync::Arc::new(seed::subscribers(db).await?);
    let began = Instant::now();
    let working: Vec<_> = (0..clients)
        .map(|_| {
            let (db, wallets) = (db.clone(), wallets.clone());
            tokio::spawn(async move {
                let mut posted = 0u32;
                while began.elapsed() < time {
                    let chosen = Uuid::new_v4().as_u128() % wallets.len() as u128;
                    let wallet = wallets.get(chosen as usize).ok_or("no wallets")?;
                    top_up(&db, *wallet).await?;
                    posted += 1;
                }
                Ok::<_, Failure>(posted)
            })
        })
        .collect();
    let mut posted = 0;
    for client in working {
        posted += client.await??;
    }
    Ok(f64::from(posted) / began.elapsed().as_secs_f64())
}

/// The postings of a credited payment, without what surrounds it: lock, rule, post, commit.
async fn top_up(db: &Db, subscriber: SubscriberId) -> Result<(), Failure> {
    let (mut tx, now) = db.begin().await?;
    let wallet = ledger::lock(&mut tx, subscriber).await?;
    let payment = PaymentId(Uuid::now_v7());
    let amount = Money::from_roubles(390);
    let op = domain::ledger::top_up(
        OpId(Uuid::now_v7()),
        subscriber,
        payment,
        amount,
        &wallet,
        now,
    )?;
    let digest: [u8; 32] = Sha256::digest(op.idem_key.as_bytes()).into();
    let meta = serde_json::json!({ "payment": payment, "detail": "•• 4444" });
    match ledger::post(&mut tx, &op, &wallet, &digest, "bench", &meta, now).await? {
        Posted::Now(_) => Ok(storage::db::commit(tx).await?),
        Posted::Earlier(_) => Err("a fresh key was known".into()),
    }
}
