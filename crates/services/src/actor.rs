//! Who asks. Every use case takes an actor first and authorises here, so that no route can forget.

use crate::ServiceError;
use chrono_tz::Tz;
use domain::Timestamp;
use domain::ids::{AccountId, CardId, SessionId, SubscriberId};
use storage::account::Origin;
use storage::inbox::Reader;

/// Who asks, from where, in which browser.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Address and browser name.
    pub origin: Origin,
    /// Digest of the browser's own cookie: binds forms and registrations to it.
    pub browser: [u8; 32],
    /// The signed-in person.
    pub viewer: Option<Viewer>,
}

/// A signed-in subscriber with the contract in view.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The device.
    pub session: SessionId,
    /// The login.
    pub account: AccountId,
    /// The contract.
    pub subscriber: SubscriberId,
    /// The chosen card.
    pub card: Option<CardId>,
    /// The contract's zone.
    pub tz: Tz,
    /// When the password or a passkey was last given on this device.
    pub confirmed_at: Timestamp,
    /// When the cabinet is deleted, if that was asked for.
    pub closes_at: Option<Timestamp>,
}

impl Viewer {
    /// As whom the inbox is read.
    pub(crate) fn reader(&self) -> Reader {
        Reader {
            subscriber: self.subscriber,
            account: self.account,
        }
    }
}

impl Actor {
    /// The signed-in person.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] when there is none. A cabinet that is being deleted is closed to
    /// everything but its return.
    pub fn viewer(&self) -> Result<&Viewer, ServiceError> {
        self.viewer
            .as_ref()
            .filter(|viewer| viewer.closes_at.is_none())
            .ok_or(ServiceError::SignedOut)
    }

    /// The signed-in person of a cabinet that is being deleted.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] when there is none.
    pub fn closing_viewer(&self) -> Result<&Viewer, ServiceError> {
        self.viewer
            .as_ref()
            .filter(|viewer| viewer.closes_at.is_some())
            .ok_or(ServiceError::SignedOut)
    }
}
