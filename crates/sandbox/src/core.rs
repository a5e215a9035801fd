//! What every part of a running sandbox shares: settings, the locked state, the signals.
//! It may not know any protocol.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};

use crate::store::Store;
use crate::wire::Shop;
use crate::{Config, OpenError, request};

/// The shared heart of a sandbox.
pub(crate) struct Core {
    pub(crate) config: Config,
    store: Mutex<Store>,
    /// The state has changed: the worker has to look again.
    pub(crate) changed: Notify,
    /// Counts webhook attempts, for those who wait for one.
    pub(crate) attempts: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
}

impl Core {
    pub(crate) fn open(config: Config) -> Result<Self, OpenError> {
        // The pages link to each other from the root, so nothing may stand after the host.
        check("public_url", &config.public_url, |url| url.path() == "/")?;
        if let Some(url) = &config.webhook_url {
            check("webhook_url", url, |_| true)?;
        }
        let shop = Shop {
            id: config.shop_id.clone(),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
        };
        let store = Store::open(
            shop,
            config.webhook_url.is_some(),
            config.state_file.clone(),
        )?;
        Ok(Self {
            config,
            store: Mutex::new(store),
            changed: Notify::new(),
            attempts: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
        })
    }

    /// Looks at the state or changes it, at one moment of the virtual clock. What time alone has brought
    /// happens first; a change is in the file before this returns.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Store, DateTime<Utc>) -> T) -> T {
        // A panic elsewhere leaves the state whole: each change is one assignment on a payment.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let now = store.now();
        store.sweep(now);
        store.tick(now);
        let result = act(&mut store, now);
        match store.save() {
            Ok(true) => self.changed.notify_one(),
            Ok(false) => {}
            // The state in memory goes on; the next change tries the file again.
            Err(error) => tracing::error!(%error, "the sandbox state was not saved"),
        }
        result
    }

    /// Lets go of everything that waits.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Ends when the sandbox stops.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // An error means that the sender is gone, and with it the sandbox.
        let _ = stopping.wait_for(|stop| *stop).await;
    }
}

fn check(
    name: &'static str,
    value: &str,
    fits: impl FnOnce(&reqwest::Url) -> bool,
) -> Result<(), OpenError> {
    match request::web_address(value) {
        Some(url) if fits(&url) => Ok(()),
        _ => Err(OpenError::Address {
            name,
            value: value.to_owned(),
        }),
    }
}
