//! The two languages of the cabinet.

use serde::{Deserialize, Serialize};

/// A language of the pages, mails and messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Russian, the default and the binding one.
    #[default]
    Ru,
    /// English.
    En,
}

impl Lang {
    /// For `lang` attributes and the cookie.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// From a cookie or a form; anything unknown is Russian.
    pub fn from_code(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::Ru }
    }

    /// The one of two texts that is in this language.
    pub const fn pick(self, ru: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Ru => ru,
            Self::En => en,
        }
    }
}
