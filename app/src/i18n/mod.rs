//! The texts of the pages in both languages: one catalogue, checked by the compiler. A key has both
//! languages or the build fails; a text nobody uses costs the browser nothing.

pub mod auth;
pub mod autopay;
pub mod cabinet;
pub mod common;
#[cfg(feature = "ssr")]
pub mod expenses;
#[cfg(feature = "ssr")]
pub mod guest;
#[cfg(feature = "ssr")]
pub mod office;
pub mod problem;
#[cfg(feature = "ssr")]
pub mod profile;
pub mod promise;
#[cfg(feature = "ssr")]
pub mod receipt;
#[cfg(feature = "ssr")]
pub mod refund;
#[cfg(feature = "ssr")]
pub mod statement;
pub mod voucher;

use domain::Lang;
use domain::support::CallNumber;
use leptos::prelude::{provide_context, use_context};

/// Declares texts: `key: "по-русски", "in English";`.
macro_rules! texts {
    ($($key:ident: $ru:literal, $en:literal;)*) => {$(
        #[doc = $en]
        pub const fn $key(lang: domain::Lang) -> &'static str {
            lang.pick($ru, $en)
        }
    )*};
}
pub(crate) use texts;

/// The language of the page that is being rendered.
pub fn lang() -> Lang {
    use_context::<Lang>().unwrap_or_default()
}

/// The call centre's number, as the operator has set it.
pub fn phone() -> CallNumber {
    use_context::<CallNumber>().unwrap_or_else(|| domain::support::Support::default().phone)
}

/// Sets the call centre's number of the page.
pub fn provide_phone(phone: CallNumber) {
    provide_context(phone);
}

/// Sets the language of the page.
pub fn provide_lang(lang: Lang) {
    provide_context(lang);
}
