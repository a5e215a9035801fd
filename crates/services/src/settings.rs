//! Numbers and names that the operator may change; filled by the server from its configuration.

use crate::seal::Keys;
use crate::voucher;
use domain::Email;
use domain::receipt::Seller;
use domain::settings::{
    AccessLimits, AutopayTerms, OffsetPolicy, PromiseTerms, TopUpLimits, VoucherLimits,
};
use domain::support::Support;

/// Settings of the use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the cabinet as people see it, without a trailing slash; links in letters and the
    /// acquirer's return address begin with it.
    pub public_url: String,
    /// Where people help.
    pub support: Support,
    /// Who sells, as receipts name it.
    pub seller: Seller,
    /// When services get receipts of their own.
    pub offset: OffsetPolicy,
    /// Where receipts go whose subscriber has no confirmed e-mail; none: people make them.
    pub receipt_email: Option<Email>,
    /// Limits of access.
    pub access: AccessLimits,
    /// Limits of a top-up.
    pub top_up: TopUpLimits,
    /// Are payments by the system of fast payments shown as a square of our own?
    pub sbp_square: bool,
    /// Terms of autopay.
    pub autopay: AutopayTerms,
    /// Keys that seal the acquirer's tokens of saved cards; without one no card is saved.
    pub card_keys: Keys,
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
            support: Support::default(),
            seller: Seller::default(),
            offset: OffsetPolicy::default(),
            receipt_email: None,
            access: AccessLimits::default(),
            top_up: TopUpLimits::default(),
            sbp_square: false,
            autopay: AutopayTerms::default(),
            card_keys: Keys::default(),
            promise: PromiseTerms::default(),
            office_keys: Keys::default(),
            voucher_keys: voucher::Keys::default(),
            voucher: VoucherLimits::default(),
            hash_concurrency: 2,
        }
    }
}
