//! Fiscal receipts (54-ФЗ): what is decided at the moment of the money, and what a registered receipt
//! shows. Sending and registering is the fiscal provider's side.
//!
//! Numbers in brackets are tags of the fiscal data format.

use crate::format::money_full;
use crate::ids::{OpId, PaymentId, ReceiptId};
use crate::{ContractNumber, Date, Lang, LocalTime, Money};
use serde::{Deserialize, Serialize};

/// What a receipt documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptKind {
    /// Money came in for services to come.
    Advance,
    /// A service has used it up, or was given on credit.
    Offset,
    /// Money has paid for services that were given on credit.
    Repayment,
    /// A service that has a receipt was given back in part.
    OffsetReturn,
    /// An advance went back to where it came from.
    Refund,
}

impl ReceiptKind {
    const ALL: [Self; 5] = [
        Self::Advance,
        Self::Offset,
        Self::Repayment,
        Self::OffsetReturn,
        Self::Refund,
    ];

    /// Does money or a service go back?
    pub const fn is_return(self) -> bool {
        matches!(self, Self::OffsetReturn | Self::Refund)
    }

    /// May the provider have it before it was sent by itself? It comes with a payment or a refund.
    pub const fn comes_along(self) -> bool {
        matches!(self, Self::Advance | Self::Refund)
    }

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Advance => "advance",
            Self::Offset => "offset",
            Self::Repayment => "repayment",
            Self::OffsetReturn => "offset_return",
            Self::Refund => "refund",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a receipt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// Written down with the money; the provider has to be given it.
    Needed,
    /// The provider has it and registers it.
    Pending,
    /// Registered by the tax service. Final.
    Registered,
    /// The provider could not; people must look at it.
    Manual,
}

impl ReceiptState {
    const ALL: [Self; 4] = [Self::Needed, Self::Pending, Self::Registered, Self::Manual];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Needed => "needed",
            Self::Pending => "pending",
            Self::Registered => "registered",
            Self::Manual => "manual",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Does the provider still have something to say?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Needed | Self::Pending)
    }
}

/// Why people must look at a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptProblem {
    /// The provider could not register it.
    Refused,
    /// The provider does not take it as it is.
    NotTaken,
    /// The provider has it and does not show it.
    NotFound,
    /// Another receipt of ours has taken its place with the provider.
    TakenByAnother,
    /// There is no payment by which the provider could be told of it.
    NoPayment,
    /// There is nobody to send it to.
    NoAddress,
    /// The provider makes none of its kind.
    ByHand,
}

impl ReceiptProblem {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotTaken => "not_taken",
            Self::NotFound => "not_found",
            Self::TakenByAnother => "taken_by_another",
            Self::NoPayment => "no_payment",
            Self::NoAddress => "no_address",
            Self::ByHand => "by_hand",
        }
    }

    /// Those of receipts that nobody waits for: their owner sees them once people have made them.
    pub const UNSEEN: [Self; 2] = [Self::NoPayment, Self::ByHand];
}

/// A receipt that was sent with its payment may show up late: it is not sent by itself before, in seconds.
pub const MAY_SHOW_UP: i64 = 60;

/// The provider knows a key again for a day. So long after the first sending nothing is sent again while it
/// has receipts of the payment that we cannot explain, in seconds.
const KEY_KNOWN: i64 = 23 * 3600;

/// The provider takes thirty receipts of one payment; a few are left for returns.
pub const ROOM_OF_A_PAYMENT: i64 = 25;

/// May a receipt be given to a provider that does not show it among those of its payment? `written`: seconds
/// since it was written down; `sent`: since it was first sent by itself, if it was; `strangers`: the provider
/// has receipts of the payment that are none of ours that we know of.
pub const fn may_send(written: i64, sent: Option<i64>, strangers: bool) -> bool {
    match sent {
        None => !strangers && written >= MAY_SHOW_UP,
        Some(ago) => !strangers || ago < KEY_KNOWN,
    }
}

/// How a line is paid [1214].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Money for services that nobody has chosen yet.
    Advance,
    /// The whole price was there.
    FullPayment,
    /// A part of it was there, the rest is on credit.
    PartialPayment,
    /// Nothing of it was there.
    Credit,
    /// Money for what was given on credit.
    CreditPayment,
}

impl Mode {
    const ALL: [Self; 5] = [
        Self::Advance,
        Self::FullPayment,
        Self::PartialPayment,
        Self::Credit,
        Self::CreditPayment,
    ];

    /// As stored and as providers name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Advance => "advance",
            Self::FullPayment => "full_payment",
            Self::PartialPayment => "partial_payment",
            Self::Credit => "credit",
            Self::CreditPayment => "credit_payment",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }
}

/// What a line is about [1212].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A payment, as an advance is.
    Payment,
    /// A service.
    Service,
}

impl Subject {
    const ALL: [Self; 2] = [Self::Payment, Self::Service];

    /// As stored and as providers name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Service => "service",
        }
    }

    /// From storage.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.code() == code)
    }
}

/// A rate of value added tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatRate {
    since: (i16, u8, u8),
    /// In per cent.
    pub percent: i64,
    /// Code of the rate on top of a price [1199].
    pub full_code: i16,
    /// Code of the calculated rate `rate/(100+rate)`, which advances have.
    pub calculated_code: i16,
}

/// The rates by the day from which they hold, the oldest first. Law, not a setting: a new rate comes with
/// a new code of the fiscal format.
const VAT_RATES: [VatRate; 2] = [
    // 303-ФЗ of 03.08.2018.
    VatRate {
        since: (2019, 1, 1),
        percent: 20,
        full_code: 4,
        calculated_code: 6,
    },
    // 425-ФЗ of 28.11.2025.
    VatRate {
        since: (2026, 1, 1),
        percent: 22,
        full_code: 11,
        calculated_code: 12,
    },
];

/// The rate in force on a day; the oldest known one before all of them.
pub fn vat_on(day: Date) -> VatRate {
    let day = (day.year(), day.month(), day.day());
    let held = VAT_RATES.iter().rev().find(|rate| rate.since <= day);
    *held.unwrap_or(&VAT_RATES[0])
}

impl VatRate {
    /// The tax inside a sum, half a kopeck away from zero.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn inside(&self, gross: Money) -> Result<Money, crate::money::Overflow> {
        gross.fraction(self.percent, 100 + self.percent)
    }
}

/// Code of «без НДС».
pub const NO_VAT: i16 = 1;

/// How a printed receipt names the rate of a code; nothing for codes that we do not use.
fn vat_name(code: i16) -> Option<String> {
    VAT_RATES.iter().find_map(|rate| match code {
        _ if code == rate.full_code => Some(format!("{} %", rate.percent)),
        _ if code == rate.calculated_code => {
            Some(format!("{}/{}", rate.percent, 100 + rate.percent))
        }
        _ => None,
    })
}

/// A line of a receipt: one of something at a price [1030, 1079, 1023 = 1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// At most 128 letters.
    pub name: String,
    /// Price and sum.
    pub sum: Money,
    /// Code of the rate.
    pub vat_code: i16,
    /// The tax inside [1200].
    pub vat: Money,
    /// How it is paid.
    pub mode: Mode,
    /// What it is about.
    pub subject: Subject,
}

impl Line {
    /// The tax inside, as receipts print it [1199, 1200].
    pub fn tax(&self) -> String {
        vat_name(self.vat_code).map_or_else(
            || "без НДС".to_owned(),
            |name| format!("НДС {name}: {}", money_full(Lang::Ru, self.vat)),
        )
    }
}

/// By what a receipt is settled; together its sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Money that came in now, not in cash [1081].
    pub cashless: Money,
    /// An advance that is used up [1215].
    pub prepaid: Money,
    /// On credit [1216].
    pub credit: Money,
}

impl Settled {
    /// Its sum.
    pub fn total(&self) -> Money {
        [self.cashless, self.prepaid, self.credit].into_iter().sum()
    }
}

/// The longest name of a line [1030].
pub const NAME_MOST: usize = 128;

/// What the register's store of documents has given a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fiscal<At = LocalTime> {
    /// Number of the store, ФН [1041].
    pub storage: String,
    /// Number of the document, ФД [1040].
    pub document: String,
    /// Sign of the document, ФПД [1077].
    pub attribute: String,
    /// When it was registered [1012].
    pub at: At,
}

impl<At> Fiscal<At> {
    /// Are these numbers as registers print them? What is not cannot be checked by anybody.
    pub fn is_sound(&self) -> bool {
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(&self.storage, 16) && digits(&self.document, 10) && digits(&self.attribute, 10)
    }
}

impl Fiscal {
    /// The text of the square that the tax service's programs read: moment by the register's clock, sum,
    /// ФН, ФД, ФПД, and 1 for money that comes in, 2 for what goes back.
    pub fn square(&self, kind: ReceiptKind, total: Money) -> String {
        let (day, at) = (self.at.date, self.at);
        format!(
            "t={:04}{:02}{:02}T{:02}{:02}&s={}&fn={}&i={}&fp={}&n={}",
            day.year(),
            day.month(),
            day.day(),
            at.hour,
            at.minute,
            total.to_gateway(),
            self.storage,
            self.document,
            self.attribute,
            if kind.is_return() { 2 } else { 1 },
        )
    }
}

/// After so many seconds the provider is asked again.
pub fn look_pause(looks: u32) -> i64 {
    // 5 s, 10 s, 20 s … an hour at most.
    (5_i64 << looks.min(10)).min(3600)
}

/// Who sells [1048, 1018, 1055, 1187].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seller {
    /// The company's name.
    pub name: String,
    /// Its taxpayer number, ИНН.
    pub inn: String,
    /// Its system of taxes, as receipts print it.
    pub tax_system: String,
    /// Where the calculation takes place: the address of the cabinet.
    pub place: String,
}

/// Is it a taxpayer number of a company or a sole trader: 10 or 12 digits with their check digits?
pub fn is_inn(text: &str) -> bool {
    /// Of the digits before a check digit, counted from it backwards.
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != text.len() {
        return false;
    }
    let check = |length: usize| {
        let weights = &WEIGHTS[WEIGHTS.len() - length..];
        let sum: u32 = digits.iter().zip(weights).map(|(d, w)| d * w).sum();
        sum % 11 % 10 == digits[length]
    };
    match digits.len() {
        10 => check(9),
        12 => check(10) && check(11),
        _ => false,
    }
}

/// A receipt in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Its id.
    pub id: ReceiptId,
    /// What it documents.
    pub kind: ReceiptKind,
    /// Where it stands.
    pub state: ReceiptState,
    /// The sum.
    pub total: Money,
    /// When the money moved.
    pub at: LocalTime,
}

/// The page of receipts, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptsPage {
    /// A part of them.
    pub rows: Vec<ReceiptRow>,
    /// Are there older ones?
    pub more: bool,
    /// Are there newer ones?
    pub paged: bool,
    /// The day there.
    pub today: Date,
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    /// Its id.
    pub id: ReceiptId,
    /// What it documents.
    pub kind: ReceiptKind,
    /// Where it stands.
    pub state: ReceiptState,
    /// Whose.
    pub contract: ContractNumber,
    /// The operation of the ledger.
    pub op: OpId,
    /// The payment, where there is one.
    pub payment: Option<PaymentId>,
    /// The buyer's address, where the provider has sent it.
    pub contact: String,
    /// Where it can be sent once more, masked; nothing without an address.
    pub send_to: Option<String>,
    /// When the money moved.
    pub at: LocalTime,
    /// Lines.
    pub lines: Vec<Line>,
    /// Sum.
    pub total: Money,
    /// By what it is settled.
    pub settled: Settled,
    /// Tax inside.
    pub vat: Money,
    /// Once it is registered.
    pub fiscal: Option<Fiscal>,
    /// Who sells.
    pub seller: Seller,
    /// The day there.
    pub today: Date,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn the_rate_changes_with_the_year() {
        let old = vat_on(Date::new(2025, 12, 31).unwrap());
        let new = vat_on(Date::new(2026, 1, 1).unwrap());
        assert_eq!(
            (old.percent, old.full_code, old.calculated_code),
            (20, 4, 6)
        );
        assert_eq!(
            (new.percent, new.full_code, new.calculated_code),
            (22, 11, 12)
        );
        assert_eq!(
            new.inside(Money::from_roubles(500)),
            Ok(Money::from_kopecks(9_016))
        );
        assert_eq!(
            old.inside(Money::from_roubles(120)),
            Ok(Money::from_roubles(20))
        );
        assert_eq!(vat_on(Date::new(2001, 1, 1).unwrap()).percent, 20);
    }

    #[test]
    fn the_rates_stand_in_the_order_of_their_days() {
        assert!(VAT_RATES.is_sorted_by(|a, b| a.since < b.since));
        for rate in VAT_RATES {
            let (year, month, day) = rate.since;
            assert_eq!(vat_on(Date::new(year, month, day).unwrap()), rate);
        }
    }

    #[test]
    fn codes_are_named_as_receipts_print_them() {
        assert_eq!(vat_name(12).as_deref(), Some("22/122"));
        assert_eq!(vat_name(11).as_deref(), Some("22 %"));
        assert_eq!(vat_name(6).as_deref(), Some("20/120"));
        assert_eq!(vat_name(1), None);
    }

    fn fiscal() -> Fiscal {
        Fiscal {
            storage: "9288000100115785".into(),
            document: "3986".into(),
            attribute: "2617603921".into(),
            at: LocalTime {
                at: Timestamp::from_micros(0),
                date: Date::new(2026, 5, 3).unwrap(),
                hour: 7,
                minute: 6,
                hours_from_moscow: 0,
            },
        }
    }

    #[test]
    fn the_square_is_what_the_tax_service_reads() {
        assert_eq!(
            fiscal().square(ReceiptKind::Offset, Money::from_kopecks(123_405)),
            "t=20260503T0706&s=1234.05&fn=9288000100115785&i=3986&fp=2617603921&n=1"
        );
        let back = fiscal().square(ReceiptKind::OffsetReturn, Money::from_kopecks(1));
        assert!(back.ends_with("&n=2"), "{back}");
    }

    #[test]
    fn numbers_that_no_register_prints_are_not_sound() {
        assert!(fiscal().is_sound());
        for break_it in [
            (|f: &mut Fiscal| f.storage = String::new()) as fn(&mut Fiscal),
            |f| f.document = "39&86".into(),
            |f| f.attribute = "26176039210".into(),
        ] {
            let mut broken = fiscal();
            break_it(&mut broken);
            assert!(!broken.is_sound(), "{broken:?}");
        }
    }

    #[test]
    fn nothing_is_sent_that_may_be_there() {
        let day = 24 * 3600;
        assert!(!may_send(59, None, false), "it may show up");
        assert!(may_send(60, None, false));
        assert!(!may_send(day, None, true), "it may be one of them");
        assert!(may_send(day, Some(3600), true), "the key is known");
        assert!(!may_send(day, Some(23 * 3600), true));
        assert!(may_send(2 * day, Some(day), false), "it never came");
    }

    #[test]
    fn looks_become_rare() {
        assert_eq!(look_pause(0), 5);
        assert_eq!(look_pause(3), 40);
        assert_eq!(look_pause(10), 3600);
        assert_eq!(look_pause(u32::MAX), 3600);
    }

    #[test]
    fn taxpayer_numbers_have_check_digits() {
        assert!(is_inn("7707083893"));
        assert!(is_inn("500100732259"));
        for wrong in ["7707083894", "500100732258", "770708389", "77070838э3", ""] {
            assert!(!is_inn(wrong), "{wrong}");
        }
    }
}
