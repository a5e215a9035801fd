//! Numbers and names that the operator may change; filled by the server from its configuration.

use crate::seal::Keys;
use crate::voucher;
use domain::settings::{AccessLimits, PromiseTerms, TopUpLimits, VoucherLimits};

/// Settings of the use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the cabinet as people see it, without a trailing slash; links in letters and the
    /// acquirer's return address begin with it.
    pub public_url: String,
    /// The call centre's number as written for people.
    pub support_phone: String,
    /// Limits of access.
    pub access: AccessLimits,
    /// Limits of a top-up.
    pub top_up: TopUpLimits,
    /// Terms of a promised payment.
    pub promise: PromiseTerms,
    /// Keys that seal the second factors of partners and staff; without one their doors do not exist.
    pub office_keys: Keys,
    /// Keys of the digests of prepaid cards; without one they are not taken.
    pub voucher_keys: voucher::Keys,
    /// Limits of guessing at prepaid cards.
    pub voucher: VoucherLimits,
    /// How many passwords are hashed at once.
    pub hash_concurrency: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:3000".into(),
            support_phone: "8 800 000-12-34".into(),
            access: AccessLimits::default(),
            top_up: TopUpLimits::default(),
            promise: PromiseTerms::default(),
            office_keys: Keys::default(),
            voucher_keys: voucher::Keys::default(),
            voucher: VoucherLimits::default(),
            hash_concurrency: 2,
        }
    }
}
