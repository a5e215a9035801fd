//! The pages behind the doors of partners and staff: plain HTML, server only; see `crate::office`.

pub mod audit;
pub mod enrolment;
pub mod home;
pub mod people;
pub mod refunds;
pub mod restore;
pub mod security;
pub mod sign_in;

use crate::i18n::{lang, office as t};
use crate::ui::Input;
use domain::office::Door;

/// Where people are managed behind a door.
pub const fn people_path(door: Door) -> &'static str {
    match door {
        Door::Partner => "/partner/people",
        Door::Staff => "/staff/users",
    }
}

/// The field for a one-time password.
fn code_field(label: &'static str, hint: &'static str) -> Input {
    Input {
        hint,
        autocomplete: "one-time-code",
        ..Input::text("code", label)
    }
}

/// The field for a code of the app alone, which is digits.
fn app_code_field(label: &'static str, hint: &'static str) -> Input {
    Input {
        inputmode: "numeric",
        ..code_field(label, hint)
    }
}

/// The field that confirms an action with a fresh one-time password.
fn confirm_field() -> Input {
    let lang = lang();
    app_code_field(t::code(lang), t::code_confirm_hint(lang))
}
