//! The payment as the stand-in keeps it, its states and the reasons for a refusal.
//! It may not know about HTTP, files or clocks: moments are given.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::card::CardView;
use crate::money::Kopecks;
use crate::receipt::Item;

/// The state of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for the payer.
    Pending,
    /// The money is held, the merchant has to capture or cancel.
    WaitingForCapture,
    /// Paid. Final.
    Succeeded,
    /// Not paid. Final.
    Canceled,
}

impl Status {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::WaitingForCapture => "waiting_for_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the name on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::WaitingForCapture,
            Self::Succeeded,
            Self::Canceled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Canceled)
    }
}

/// Where something stands that has no more to it: a refund, the registration of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    Pending,
    Succeeded,
    Canceled,
}

impl Progress {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Succeeded, Self::Canceled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// How the payer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MethodKind {
    BankCard,
    Sbp,
    YooMoney,
}

impl MethodKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BankCard => "bank_card",
            Self::Sbp => "sbp",
            Self::YooMoney => "yoo_money",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::BankCard, Self::Sbp, Self::YooMoney]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Declares [`Reason`] with its names on the wire, who is behind it, and the words for people.
macro_rules! reasons {
    ($($variant:ident, $name:literal, $party:literal, $text:literal;)+) => {
        /// Why a payment was cancelled.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reason {
            $(
                #[doc = concat!("`", $name, "`, decided by `", $party, "`.")]
                #[serde(rename = $name)]
                $variant,
            )+
        }

        impl Reason {
            /// Every reason, in the order of the lists on the pages.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Who took the decision, as the gateway names it.
            pub fn party(self) -> &'static str {
                match self { $(Self::$variant => $party),+ }
            }

            /// The words for people.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

reasons! {
    InsufficientFunds, "insufficient_funds", "payment_network", "не хватает денег";
    CardExpired, "card_expired", "payment_network", "срок карты истёк";
    ThreeDSecureFailed, "3d_secure_failed", "payment_network", "код банка не подтверждён";
    CallIssuer, "call_issuer", "payment_network", "банк просит позвонить";
    GeneralDecline, "general_decline", "payment_network", "отказ без объяснений";
    InvalidCardNumber, "invalid_card_number", "payment_network", "неверный номер карты";
    InvalidCsc, "invalid_csc", "payment_network", "неверный код CVC";
    IssuerUnavailable, "issuer_unavailable", "payment_network", "банк недоступен";
    PaymentMethodLimitExceeded, "payment_method_limit_exceeded", "payment_network", "превышен лимит";
    PaymentMethodRestricted, "payment_method_restricted", "payment_network", "операции запрещены";
    CountryForbidden, "country_forbidden", "yoo_money", "карта другой страны";
    FraudSuspected, "fraud_suspected", "yoo_money", "похоже на мошенничество";
    IdentificationRequired, "identification_required", "yoo_money", "нужно подтвердить личность";
    InternalTimeout, "internal_timeout", "yoo_money", "технический сбой";
    PermissionRevoked, "permission_revoked", "yoo_money", "плательщик отозвал разрешение";
    ExpiredOnConfirmation, "expired_on_confirmation", "yoo_money", "плательщик не подтвердил";
    ExpiredOnCapture, "expired_on_capture", "yoo_money", "магазин не подтвердил вовремя";
    UnsupportedMobileOperator, "unsupported_mobile_operator", "yoo_money", "оператор не подходит";
    DealExpired, "deal_expired", "yoo_money", "срок сделки истёк";
    CanceledByMerchant, "canceled_by_merchant", "merchant", "отменил магазин";
}

impl Reason {
    /// Reads the name on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.as_str() == text)
    }
}

/// How the payer confirms.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Confirmation {
    Redirect {
        return_url: String,
    },
    Embedded {
        token: String,
    },
    Qr {
        return_url: Option<String>,
    },
    /// A saved method pays by itself.
    Unneeded,
}

impl Confirmation {
    pub(crate) fn return_url(&self) -> Option<&str> {
        match self {
            Self::Redirect { return_url } => Some(return_url),
            Self::Embedded { .. } | Self::Unneeded => None,
            Self::Qr { return_url } => return_url.as_deref(),
        }
    }
}

/// The payer's means of payment, known in part before the payment and in full after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) kind: MethodKind,
    pub(crate) card: Option<CardView>,
    pub(crate) sbp_operation_id: Option<String>,
    /// May later payments be made with it?
    #[serde(default)]
    pub(crate) saved: bool,
}

/// The bank's proof that it allowed a card payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Authorization {
    pub(crate) rrn: String,
    pub(crate) auth_code: String,
    pub(crate) three_d_secure: bool,
}

/// A decision of the bank that comes later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settlement {
    pub(crate) at: DateTime<Utc>,
    pub(crate) card: Option<CardView>,
}

/// By what means a payment is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// The payer chooses on the page.
    Any,
    /// Of this kind; `save`: the shop wants it for later payments.
    New { kind: MethodKind, save: bool },
    /// One that was saved, by its id.
    Saved(String),
}

/// A checked request to create a payment.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) amount: Kopecks,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) capture: bool,
    pub(crate) confirmation: Confirmation,
    pub(crate) means: Means,
    pub(crate) gateway_id: Option<String>,
    pub(crate) merchant_customer_id: Option<String>,
    pub(crate) receipt: Option<Vec<Item>>,
}

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) amount: Kopecks,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) capture: bool,
    pub(crate) confirmation: Confirmation,
    pub(crate) method: Option<Method>,
    pub(crate) gateway_id: String,
    pub(crate) merchant_customer_id: Option<String>,
    /// The lines of the receipt that came with it.
    #[serde(default)]
    pub(crate) receipt: Option<Vec<Item>>,
    /// Does the shop want the payer's card for later payments?
    #[serde(default)]
    pub(crate) save: bool,
    pub(crate) created_at: DateTime<Utc>,
    /// After this moment the payer may not confirm any more.
    pub(crate) confirm_until: DateTime<Utc>,
    /// After this moment a held payment is given back.
    pub(crate) hold_until: Option<DateTime<Utc>>,
    pub(crate) captured_at: Option<DateTime<Utc>>,
    /// The card whose bank waits for a code.
    pub(crate) challenge: Option<CardView>,
    pub(crate) settlement: Option<Settlement>,
    pub(crate) authorization: Option<Authorization>,
    pub(crate) refusal: Option<Reason>,
}

impl Payment {
    /// When time alone changes this payment.
    pub(crate) fn due_at(&self) -> Option<DateTime<Utc>> {
        match (self.status, &self.settlement) {
            (Status::Pending, Some(settlement)) => Some(settlement.at),
            (Status::Pending, None) => Some(self.confirm_until),
            (Status::WaitingForCapture, _) => self.hold_until,
            (Status::Succeeded | Status::Canceled, _) => None,
        }
    }

    /// Whether it is paid by card; the payer who has not chosen would be.
    pub(crate) fn is_by_card(&self) -> bool {
        let kind = self.method.as_ref().map(|method| method.kind);
        kind.is_none_or(|kind| kind == MethodKind::BankCard)
    }

    /// Whether the payer still has something to do.
    pub(crate) fn waits_for_payer(&self) -> bool {
        self.status == Status::Pending && self.settlement.is_none()
    }
}
