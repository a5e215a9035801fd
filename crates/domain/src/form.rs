//! What can be wrong with a form, as typed codes. The words are chosen where the form is shown, in
//! the language of the page; the code travels.

use crate::card::ParseCardError;
use crate::code::ParseCodeError;
use crate::contact::{ParseEmailError, ParsePhoneError};
use crate::contract::ParseContractError;
use crate::label::ParseLabelError;
use crate::money::ParseMoneyError;
use crate::office::ParseLoginError;
use crate::password::Weakness;
use crate::settings::TopUpLimits;
use crate::voucher::ParsePinError;
use crate::{Date, Money};
use serde::{Deserialize, Serialize};

/// A problem and the field it belongs to; an empty field name means the form as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` and `id` of the field.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldError {
    /// A problem of one field.
    pub fn new(field: &str, problem: Problem) -> Self {
        Self {
            field: field.to_owned(),
            problem,
        }
    }
}

/// Everything a person can be told about a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are the documentation; the words stand in the catalogue"
)]
pub enum Problem {
    CardEmpty,
    CardNotDigits,
    CardLength { got: usize },
    CardCheckDigit,
    CardUnknown,
    CardBlocked,
    ContractEmpty,
    ContractNotDigits,
    ContractLength { got: usize },
    SurnameEmpty,
    KnownContactEmpty,
    KnownContactMalformed,
    PhoneEmpty,
    PhoneMalformed,
    EmailEmpty,
    EmailMalformed,
    EmailNotLatin,
    EmailTooLong,
    EmailSlip { typed: String, meant: String },
    ContactMissing,
    ContactTaken,
    ContactSame,
    PhoneNotServed,
    CodeEmpty,
    CodeNotDigits,
    CodeLength { got: usize },
    CodeMismatch { left: u32 },
    CodeExpired,
    ResendLater { seconds: u64 },
    PartnerNumber,
    SubscriberLogin,
    StaffLoginEmpty,
    StaffLoginMalformed,
    StaffLoginTaken,
    PartnerLoginEmpty,
    PartnerLoginMalformed,
    TotpEmpty,
    TotpMismatch,
    OfficeMismatch { left: u32 },
    PersonNameEmpty,
    RoleMissing,
    LastAdministrator,
    OwnAccess,
    AccessBlocked,
    SubscriberUnknown,
    NumberEmpty,
    LoginMalformed,
    CardOrContractDigits,
    CallEmpty,
    IdentityMismatch { left: u32 },
    IdentityRefused,
    PapersRefused,
    ApplicationEmpty,
    CardChoice,
    CardReplacedAlready,
    CardInUse,
    ReplacementSure { old: String, new: String },
    ReplacementReason,
    ContractHeld,
    ContractTaken,
    LastContract,
    DeleteWord,
    NameEmpty,
    NameTooLong,
    PasskeyUnfit,
    TooManyPasskeys,
    NoMatch { left: u32 },
    AlreadyRegistered,
    TermsNotAccepted,
    PersonalDataNotAccepted,
    LoginEmpty,
    PasswordEmpty,
    PasswordNew,
    PasswordShort { got: usize },
    PasswordNoDigit,
    PasswordNoSpecial,
    PasswordKnown,
    PasswordLong,
    PasswordMismatch { left: u32 },
    SignInMismatch { left: u32 },
    TooManyTries { minutes: u64 },
    AmountEmpty,
    AmountMalformed,
    AmountRange { min: Money, max: Money },
    MethodUnavailable,
    SavedCardGone,
    DayMissing,
    MandateNotAccepted,
    ReceiptEmailMissing,
    PromiseChanged { amount: Money },
    PinEmpty,
    PinNotDigits,
    PinLength { got: usize },
    PinCheckDigit,
    VoucherUnknown { left: u32 },
    VoucherYours { day: Date },
    VoucherExpired { day: Date },
    VoucherNotActive,
    OtherContract,
    RefundNotNow,
    RefundSum { nearest: Option<Money> },
    RefundDecided,
    RefundReasonMissing,
    RefundReasonLong,
    DateMalformed,
    SpanReversed,
    SpanTooLong,
}

impl From<ParseCardError> for Problem {
    fn from(error: ParseCardError) -> Self {
        match error {
            ParseCardError::Empty => Self::CardEmpty,
            ParseCardError::NotDigits => Self::CardNotDigits,
            ParseCardError::Length(got) => Self::CardLength { got },
            ParseCardError::CheckDigit => Self::CardCheckDigit,
        }
    }
}

impl From<ParsePinError> for Problem {
    fn from(error: ParsePinError) -> Self {
        match error {
            ParsePinError::Empty => Self::PinEmpty,
            ParsePinError::NotDigits => Self::PinNotDigits,
            ParsePinError::Length(got) => Self::PinLength { got },
            ParsePinError::CheckDigit => Self::PinCheckDigit,
        }
    }
}

impl From<ParseContractError> for Problem {
    fn from(error: ParseContractError) -> Self {
        match error {
            ParseContractError::Empty => Self::ContractEmpty,
            ParseContractError::NotDigits => Self::ContractNotDigits,
            ParseContractError::Length(got) => Self::ContractLength { got },
        }
    }
}

impl From<ParsePhoneError> for Problem {
    fn from(error: ParsePhoneError) -> Self {
        match error {
            ParsePhoneError::Empty => Self::PhoneEmpty,
            ParsePhoneError::Malformed => Self::PhoneMalformed,
        }
    }
}

impl From<ParseEmailError> for Problem {
    fn from(error: ParseEmailError) -> Self {
        match error {
            ParseEmailError::Empty => Self::EmailEmpty,
            ParseEmailError::Malformed => Self::EmailMalformed,
            ParseEmailError::NotLatin => Self::EmailNotLatin,
            ParseEmailError::TooLong => Self::EmailTooLong,
        }
    }
}

impl From<ParseLabelError> for Problem {
    fn from(error: ParseLabelError) -> Self {
        match error {
            ParseLabelError::Empty => Self::NameEmpty,
            ParseLabelError::TooLong => Self::NameTooLong,
        }
    }
}

impl From<ParseCodeError> for Problem {
    fn from(error: ParseCodeError) -> Self {
        match error {
            ParseCodeError::Empty => Self::CodeEmpty,
            ParseCodeError::NotDigits => Self::CodeNotDigits,
            ParseCodeError::Length(got) => Self::CodeLength { got },
        }
    }
}

impl From<ParseLoginError> for Problem {
    fn from(error: ParseLoginError) -> Self {
        match error {
            ParseLoginError::Empty => Self::StaffLoginEmpty,
            ParseLoginError::Malformed => Self::StaffLoginMalformed,
        }
    }
}

impl From<Weakness> for Problem {
    fn from(weakness: Weakness) -> Self {
        match weakness {
            Weakness::Short(got) => Self::PasswordShort { got },
            Weakness::NoDigit => Self::PasswordNoDigit,
            Weakness::NoSpecial => Self::PasswordNoSpecial,
            Weakness::Long => Self::PasswordLong,
        }
    }
}

/// Reads the sum of a top-up within its limits.
///
/// # Errors
/// The problem to show beside the field.
pub fn parse_amount(text: &str, limits: TopUpLimits) -> Result<Money, Problem> {
    let range = Problem::AmountRange {
        min: limits.min,
        max: limits.max,
    };
    match Money::parse_input(text) {
        Ok(sum) if sum >= limits.min && sum <= limits.max => Ok(sum),
        Ok(_) | Err(ParseMoneyError::TooLarge) => Err(range),
        Err(ParseMoneyError::Empty) => Err(Problem::AmountEmpty),
        Err(ParseMoneyError::Malformed) => Err(Problem::AmountMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_within_limits_only() {
        let limits = TopUpLimits::default();
        let range = Err(Problem::AmountRange {
            min: limits.min,
            max: limits.max,
        });
        assert_eq!(
            parse_amount("390,50", limits),
            Ok(Money::from_kopecks(39_050))
        );
        assert_eq!(parse_amount("10", limits), Ok(Money::from_roubles(10)));
        for out_of_range in ["0", "-5", "9,99", "15000,01", "1000000000000"] {
            assert_eq!(parse_amount(out_of_range, limits), range, "{out_of_range}");
        }
        assert_eq!(parse_amount("", limits), Err(Problem::AmountEmpty));
        assert_eq!(parse_amount("сто", limits), Err(Problem::AmountMalformed));
    }

    #[test]
    fn the_wire_form_is_stable() {
        let error = FieldError::new("card", Problem::CardLength { got: 10 });
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(
            json,
            r#"{"field":"card","problem":{"card_length":{"got":10}}}"#
        );
        assert_eq!(serde_json::from_str::<FieldError>(&json).unwrap(), error);
    }
}
