//! Numbers of the business that the operator may change. The server fills them from its
//! configuration; these defaults are the decided ones.

use crate::Money;
use serde::{Deserialize, Serialize};

/// Limits of one top-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopUpLimits {
    /// Smallest sum.
    pub min: Money,
    /// Largest sum.
    pub max: Money,
}

impl Default for TopUpLimits {
    fn default() -> Self {
        Self {
            min: Money::from_roubles(10),
            max: Money::from_roubles(15_000),
        }
    }
}

/// When services get receipts of their own, which use up the receipts of advances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetPolicy {
    /// With each charge.
    #[default]
    PerCharge,
    /// Not here: somebody else sees to it.
    None,
}

/// Terms of a promised payment. Our choice; the operator may change each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseTerms {
    /// Largest sum lent without the fee; none: the price of one period.
    pub cap: Option<Money>,
    /// How long it is lent for, in seconds.
    pub term: i64,
    /// What it costs.
    pub fee: Money,
    /// How old a contract has to be, in days.
    pub min_tenure_days: u32,
    /// One in so many days.
    pub window_days: u32,
    /// Television may have been off for so many days.
    pub max_suspended_days: u32,
    /// None for so many days after one that was not back in time.
    pub lock_after_default_days: u32,
    /// The first reminder comes so many seconds before the end.
    pub remind_first: i64,
    /// The last reminder comes so many seconds before the end.
    pub remind_last: i64,
    /// What is owed when it is not back in time.
    pub on_default: OnDefault,
}

/// What is owed when a promised payment is not back in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDefault {
    /// The days that were used; the others are given back.
    OweUsedDays,
    /// All of it; the period stays.
    OweAll,
}

impl OnDefault {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OweUsedDays => "owe_used_days",
            Self::OweAll => "owe_all",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::OweUsedDays, Self::OweAll]
            .into_iter()
            .find(|one| one.code() == code)
    }
}

impl Default for PromiseTerms {
    fn default() -> Self {
        Self {
            cap: None,
            term: 72 * 3600,
            fee: Money::ZERO,
            min_tenure_days: 30,
            window_days: 30,
            max_suspended_days: 30,
            lock_after_default_days: 30,
            remind_first: 24 * 3600,
            remind_last: 2 * 3600,
            on_default: OnDefault::OweUsedDays,
        }
    }
}

/// Terms of autopay. Our choice, but for the last notice: a day is taken as the least the law asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutopayTerms {
    /// The sum is told so many seconds before the charge.
    pub notice_first: i64,
    /// And once more so many seconds before it; nobody is charged sooner after being told.
    pub notice_last: i64,
    /// The hour of the day, there, at which money is taken.
    pub hour: u8,
    /// Days after the charge on which it is tried again when the bank's reason may pass.
    pub retry_days: Vec<u16>,
    /// Days before the last one of the card on which its owner is warned.
    pub card_warnings: Vec<u16>,
}

impl AutopayTerms {
    /// Whole days before the charge on which the sum is told first.
    pub const fn first_notice_days(&self) -> i64 {
        self.notice_first / (24 * 3600)
    }

    /// Whole hours before the charge at which it is told again.
    pub const fn last_notice_hours(&self) -> i64 {
        self.notice_last / 3600
    }
}

impl Default for AutopayTerms {
    fn default() -> Self {
        Self {
            notice_first: 3 * 24 * 3600,
            notice_last: 24 * 3600,
            hour: 12,
            retry_days: vec![1, 3],
            card_warnings: vec![30, 7],
        }
    }
}

/// How many wrong PINs of prepaid cards are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoucherLimits {
    /// Wrong PINs of one cabinet before the pause.
    pub tries: u32,
    /// They count together for so long, in seconds.
    pub window: i64,
    /// Length of the pause, in seconds.
    pub pause: i64,
    /// Wrong PINs from one address and hour; high, since villages share one.
    pub tries_per_address: u32,
    /// People are called each time so many wrong ones have come from everybody in an hour.
    pub alarm: u32,
}

impl Default for VoucherLimits {
    fn default() -> Self {
        Self {
            tries: 5,
            window: 15 * 60,
            pause: 3600,
            tries_per_address: 100,
            alarm: 1_000,
        }
    }
}

/// How many tries are free before a pause, and how long things live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLimits {
    /// Wrong passwords per login before the pause.
    pub sign_in_tries: u32,
    /// Wrong passwords per address before the pause; high, since villages share one address.
    pub sign_in_tries_per_address: u32,
    /// Length of the pause, in seconds.
    pub sign_in_pause: i64,
    /// Tries to match a contract per card and day.
    pub match_tries: u32,
    /// Card look-ups per address and hour.
    pub lookups_per_address: u32,
    /// Letters with a link, or SMS with a code, per contact and hour.
    pub letters_per_contact: u32,
    /// Sign-ins on browsers we do not know, of everybody together, per minute.
    pub sign_in_tries_everywhere: u32,
    /// SMS with a code of everybody together, per hour: each costs money.
    pub codes_everywhere: u32,
    /// Wrong tries of one code before it dies.
    pub code_tries: u32,
    /// Wrong codes per account and day, whatever code they were for.
    pub code_tries_a_day: u32,
    /// Wrong codes of everybody together, per hour, before codes pause: somebody is guessing at large.
    pub wrong_codes_everywhere: u32,
    /// Right sign-ins of one account on one browser, per hour: each costs a hashing.
    pub sign_ins_an_hour: u32,
    /// Refused forms that are kept, per address and hour.
    pub drafts_per_address: u32,
    /// Life of a code, in seconds.
    pub code_life: i64,
    /// Seconds until a code may be asked for again.
    pub code_again: i64,
    /// How long a given password counts for changes of access, in seconds.
    pub confirm_life: i64,
    /// Life of an activation link, in seconds.
    pub activation_life: i64,
    /// Life of a recovery link, in seconds.
    pub recovery_life: i64,
    /// Life of a session, in seconds.
    pub session_life: i64,
    /// Life of a remembered session since its last use, in seconds.
    pub remembered_life: i64,
    /// Life of a staff member's session since its last use, in seconds.
    pub staff_idle: i64,
    /// Life of a partner's session since its last use, in seconds.
    pub partner_idle: i64,
    /// Life of a session of staff or partners, used or not, in seconds.
    pub office_life: i64,
    /// Life of an invitation of staff or partners, in seconds.
    pub invitation_life: i64,
}

impl Default for AccessLimits {
    fn default() -> Self {
        Self {
            sign_in_tries: 10,
            sign_in_tries_per_address: 100,
            sign_in_pause: 15 * 60,
            match_tries: 3,
            lookups_per_address: 60,
            letters_per_contact: 5,
            sign_in_tries_everywhere: 6_000,
            codes_everywhere: 20_000,
            code_tries: 5,
            code_tries_a_day: 15,
            wrong_codes_everywhere: 3_000,
            sign_ins_an_hour: 60,
            drafts_per_address: 600,
            code_life: 15 * 60,
            code_again: 60,
            confirm_life: 10 * 60,
            activation_life: 24 * 3600,
            recovery_life: 30 * 60,
            session_life: 24 * 3600,
            remembered_life: 90 * 24 * 3600,
            staff_idle: 15 * 60,
            partner_idle: 30 * 60,
            office_life: 12 * 3600,
            invitation_life: 3 * 24 * 3600,
        }
    }
}
