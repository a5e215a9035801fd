//! What the program can be: one file a role.

pub mod demo;
pub mod doctor;
pub mod ledger;
pub mod migrate;
pub mod office;
pub mod reconcile;
pub mod sandbox;
pub mod seed;
pub mod serve;
pub mod worker;

use crate::config::Config;
use anyhow::{Context, Result};
use domain::receipt::Seller;
use domain::support::Support;
use gateways::edna::{self, Edna};
use gateways::yookassa::{self, YooKassa};
use gateways::{Mail, Mailbox, Sms};
use secrecy::{ExposeSecret, SecretString};
use services::{Neighbours, Services, Settings};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use storage::Db;
use tokio::sync::watch;

/// The services and the mailbox that keeps letters when there is no mail server.
pub struct Built {
    /// The use cases.
    pub services: Arc<Services>,
    /// The stand-in for mail and SMS, when it is in use.
    pub mailbox: Option<Mailbox>,
}

/// What is said when the database does not answer.
pub const NO_ANSWER: &str = "the database does not answer: is it running, and is setting database.url (DATABASE_URL) right?";

/// The database as its owner, for what changes its structure or looks at all of it.
pub fn owner(config: &Config) -> Result<Db> {
    let url = config.owner_url()?.expose_secret();
    Db::connect(url, 2).context("setting database.owner_url or database.url is not understood")
}

/// Puts the services together.
pub fn build(config: &Config, database: &SecretString, demo: bool) -> Result<Built> {
    let db = Db::connect(database.expose_secret(), config.database.max_connections)
        .context("setting database.url is not understood")?;
    let acquirer = YooKassa::new(yookassa::Config {
        base_url: config.acquirer.base_url.clone(),
        shop_id: config.acquirer.shop_id.clone(),
        secret_key: config.acquirer.secret_key.clone(),
        timeout: Duration::from_secs(config.acquirer.timeout_seconds),
    })
    .context("the client for the acquirer could not be set up")?;
    let mailbox = Mailbox::default();
    let smtp = config.mail.smtp_url.as_ref();
    let mail: Arc<dyn Mail> = match smtp {
        Some(url) => {
            let authority = config
                .mail
                .authority
                .as_ref()
                .map(std::fs::read)
                .transpose();
            let authority = authority.context("setting mail.authority: the file cannot be read")?;
            let (url, from) = (url.expose_secret(), &config.mail.from);
            Arc::new(
                gateways::mail::Smtp::new(url, from, authority.as_deref())
                    .context("settings mail.smtp_url, mail.from and mail.authority")?,
            )
        }
        None if demo => Arc::new(mailbox.clone()),
        None => {
            anyhow::bail!("setting mail.smtp_url is missing: letters with links could not be sent")
        }
    };
    let sms = sms(config)?.or_else(|| demo.then(|| Arc::new(mailbox.clone()) as Arc<dyn Sms>));
    let settings = Settings {
        public_url: config.server.public_url.clone(),
        access: config.access,
        top_up: config.top_up,
        promise: config.promise,
        sbp_square: config.acquirer.sbp_square,
        autopay: config.autopay.clone(),
        card_keys: if demo && config.cards.keys.is_empty() {
            services::demo::card_keys()
        } else {
            config.cards.keys()?
        },
        support: if demo && config.support == Support::default() {
            services::demo::support()
        } else {
            config.support.clone()
        },
        seller: Seller {
            place: config.server.public_url.clone(),
            ..if demo && config.seller.inn.is_empty() {
                services::demo::seller()
            } else {
                Seller {
                    name: config.seller.name.clone(),
                    inn: config.seller.inn.clone(),
                    tax_system: config.seller.tax_system.clone(),
                    place: String::new(),
                }
            }
        },
        offset: config.receipt.offset_policy,
        receipt_email: config.receipt.email()?,
        voucher: config.voucher.limits,
        voucher_keys: if demo && config.voucher.keys.is_empty() {
            services::demo::voucher_keys()
        } else {
            config.voucher.keys()?
        },
        office_keys: if demo && config.office.keys.is_empty() {
            services::demo::office_keys()
        } else {
            config.office.keys()?
        },
        hash_concurrency: std::thread::available_parallelism().map_or(2, usize::from),
    };
    let acquirer = Arc::new(acquirer);
    let neighbours = Neighbours {
        acquirer: acquirer.clone(),
        fiscal: acquirer,
        mail,
        sms,
    };
    let services = Arc::new(Services::new(db, neighbours, settings));
    Ok(Built {
        services,
        mailbox: demo.then_some(mailbox),
    })
}

/// The services for a command that sends nothing itself: letters are the worker's.
pub fn build_quietly(config: &Config) -> Result<Built> {
    if config.office.keys.is_empty() {
        anyhow::bail!(
            "setting office.keys is missing: without a key for second factors there are no doors for partners and staff"
        );
    }
    build(config, config.database_url()?, true)
}

/// The SMS provider, when one is set.
fn sms(config: &Config) -> Result<Option<Arc<dyn Sms>>> {
    let (Some(key), Some(cascade)) = (&config.sms.api_key, config.sms.cascade_id) else {
        return Ok(None);
    };
    let adapter = Edna::new(edna::Config {
        base_url: config.sms.base_url.clone(),
        api_key: key.clone(),
        cascade_id: cascade,
        timeout: Duration::from_secs(config.sms.timeout_seconds),
    })
    .context("the client for the SMS provider could not be set up")?;
    Ok(Some(Arc::new(adapter)))
}

/// A signal to stop that many can wait for.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// A signal that comes with Ctrl-C or a request to terminate.
    pub fn on_signal() -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            wait_for_signal().await;
            let _ = sender.send(true);
        });
        Self(receiver)
    }

    /// Ends when the signal has come.
    pub fn wait(&self) -> impl Future<Output = ()> + Send + Clone + use<> {
        use std::pin::Pin;
        let receiver = self.0.clone();
        let waiting: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let mut receiver = receiver;
            let _ = receiver.wait_for(|stopped| *stopped).await;
        });
        futures_util::FutureExt::shared(waiting)
    }
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Listens on an address, or says in one sentence why not and what to do.
pub async fn listen(
    setting: &str,
    address: std::net::SocketAddr,
) -> Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| {
        let (variable, port) = (setting.to_uppercase().replace('.', "__"), address.port());
        if error.kind() == std::io::ErrorKind::AddrInUse {
            anyhow::anyhow!(
                "port {port} is busy: stop the other program, or choose another port with CABINET_{variable}={}:{}",
                address.ip(),
                port + 10,
            )
        } else {
            anyhow::anyhow!("cannot listen on {address} (setting {setting}): {error}")
        }
    })
}
