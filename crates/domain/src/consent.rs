//! Consents: each its own document, its own box, its own dated record (152-ФЗ, 126-ФЗ).

use serde::{Deserialize, Serialize};

/// A document a person can agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// The terms of using the cabinet: without them there is none.
    Terms,
    /// Processing of personal data: the law asks for it apart from the terms.
    PersonalData,
    /// News and promotions: free to refuse.
    Advertising,
}

impl Document {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Terms, Self::PersonalData, Self::Advertising];

    /// As stored and as in the address of the text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::PersonalData => "personal-data",
            Self::Advertising => "advertising",
        }
    }

    /// From the address of the text.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    /// The version in force: the date of the text.
    pub const fn version(self) -> &'static str {
        "2026-11-01"
    }
}
