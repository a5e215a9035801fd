//! Use cases. Each function takes the services and the actor first, authorises, opens one
//! transaction, lets `domain` decide, lets `storage` write, and commits. It knows neither HTTP nor
//! pages; what is sent outside goes through `gateways`, never inside a transaction.

pub mod access;
pub mod actor;
pub mod autopay;
pub mod billing;
pub mod cards;
mod crediting;
pub mod demo;
pub mod drafts;
pub mod expenses;
pub mod guest;
pub mod home;
pub mod jobs;
pub mod letters;
pub mod messages;
pub mod office;
pub mod payment_flow;
pub mod payments;
pub mod privacy;
pub mod profile;
pub mod promise;
pub mod receipts;
pub mod reconciliation;
pub mod refunds;
pub mod settings;
pub mod upkeep;
pub mod voucher;
pub mod webhooks;

mod crypto;
mod error;
pub mod hashing;
pub mod seal;
mod zone;

pub use actor::{Actor, Viewer};
pub use error::ServiceError;
pub use settings::Settings;
pub use storage::account::Origin;

use gateways::{Acquirer, FiscalProvider, Mail, Sms};
use std::sync::Arc;
use storage::Db;

/// Everything the use cases need.
#[derive(Debug)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// The acquirer.
    pub acquirer: Arc<dyn Acquirer>,
    /// Who registers receipts.
    pub fiscal: Arc<dyn FiscalProvider>,
    /// The mail system.
    pub mail: Arc<dyn Mail>,
    /// The SMS provider; without one, phones cannot be written to and forms say so.
    pub sms: Option<Arc<dyn Sms>>,
    /// Numbers of the business.
    pub settings: Settings,
    hasher: hashing::Hasher,
    /// Who the cabinet is to authenticators; nothing where there can be no passkeys.
    passkeys: Option<webauthn_rs::Webauthn>,
}

/// The neighbours of the cabinet.
#[derive(Debug, Clone)]
pub struct Neighbours {
    /// The acquirer.
    pub acquirer: Arc<dyn Acquirer>,
    /// Who registers receipts.
    pub fiscal: Arc<dyn FiscalProvider>,
    /// The mail system.
    pub mail: Arc<dyn Mail>,
    /// The SMS provider, if there is one.
    pub sms: Option<Arc<dyn Sms>>,
}

impl Services {
    /// Can there be passkeys at this address?
    pub fn has_passkeys(&self) -> bool {
        self.passkeys.is_some()
    }

    /// Are there keys that seal second factors? Without one the doors of partners and staff do not
    /// exist.
    pub fn has_office(&self) -> bool {
        !self.settings.office_keys.is_empty()
    }

    /// Puts the parts together.
    pub fn new(db: Db, neighbours: Neighbours, settings: Settings) -> Self {
        let Neighbours {
            acquirer,
            fiscal,
            mail,
            sms,
        } = neighbours;
        let hasher = hashing::Hasher::new(settings.hash_concurrency);
        let passkeys = access::passkeys::relying_party(&settings);
        Self {
            db,
            acquirer,
            fiscal,
            mail,
            sms,
            settings,
            hasher,
            passkeys,
        }
    }
}
