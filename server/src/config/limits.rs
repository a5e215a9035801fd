//! Numbers of the business that would close the cabinet, or open it wide, are refused at the start.

use anyhow::{Result, bail};
use domain::settings::{AccessLimits, AutopayTerms, PromiseTerms, TopUpLimits, VoucherLimits};

/// Each setting of a group lies between two numbers.
fn within(group: &str, settings: &[(&str, i64, i64, i64)]) -> Result<()> {
    for (name, value, least, most) in settings {
        if !(least..=most).contains(&value) {
            bail!("setting {group}.{name}: from {least} to {most}");
        }
    }
    Ok(())
}

/// Terms that nobody could keep, or that would lend for ever, are mistakes.
pub(super) fn terms(promise: &PromiseTerms) -> Result<()> {
    if promise.fee.kopecks() < 0 || promise.cap.is_some_and(|cap| !cap.is_positive()) {
        bail!("settings promise.fee and promise.cap: not below 0, and the cap above it");
    }
    within(
        "promise",
        &[
            ("term", promise.term, 3_600, 30 * 86_400),
            ("min_tenure_days", promise.min_tenure_days.into(), 0, 3_650),
            ("window_days", promise.window_days.into(), 0, 3_650),
            (
                "max_suspended_days",
                promise.max_suspended_days.into(),
                0,
                3_650,
            ),
            (
                "lock_after_default_days",
                promise.lock_after_default_days.into(),
                0,
                3_650,
            ),
            ("remind_first", promise.remind_first, 0, promise.term),
            ("remind_last", promise.remind_last, 0, promise.term),
        ],
    )
}

/// Notices that come after the charge, or sooner than the law's day before it, are mistakes.
pub(super) fn autopay(terms: &AutopayTerms) -> Result<()> {
    const DAY: i64 = 86_400;
    within(
        "autopay",
        &[
            ("notice_last", terms.notice_last, DAY, 7 * DAY),
            (
                "notice_first",
                terms.notice_first,
                terms.notice_last,
                14 * DAY,
            ),
            ("hour", terms.hour.into(), 0, 23),
        ],
    )?;
    let growing = terms.retry_days.is_sorted_by(|a, b| a < b);
    if !growing || terms.retry_days.iter().any(|days| !(1..=14).contains(days)) {
        bail!("setting autopay.retry_days: days from 1 to 14 after the charge, growing");
    }
    let falling = terms.card_warnings.is_sorted_by(|a, b| a > b);
    if !falling
        || terms
            .card_warnings
            .iter()
            .any(|days| !(1..=90).contains(days))
    {
        bail!(
            "setting autopay.card_warnings: days from 90 to 1 before the card's last one, falling"
        );
    }
    Ok(())
}

/// Limits that would let somebody guess prepaid cards are mistakes.
pub(super) fn guesses(limits: &VoucherLimits) -> Result<()> {
    within(
        "voucher.limits",
        &[
            ("tries", i64::from(limits.tries), 1, 20),
            ("window", limits.window, 60, 86_400),
            ("pause", limits.pause, 60, 86_400),
            (
                "tries_per_address",
                limits.tries_per_address.into(),
                5,
                100_000,
            ),
            ("alarm", limits.alarm.into(), 1, 1_000_000),
        ],
    )
}

/// Limits that would close the cabinet, or open it wide, are mistakes.
pub(super) fn limits(top_up: &TopUpLimits, access: &AccessLimits) -> Result<()> {
    if !top_up.min.is_positive() || top_up.max < top_up.min {
        bail!(
            "settings top_up.min and top_up.max: the first must be above 0 and not above the second"
        );
    }
    within(
        "access",
        &[
            ("sign_in_tries", i64::from(access.sign_in_tries), 3, 100),
            (
                "sign_in_tries_per_address",
                i64::from(access.sign_in_tries_per_address),
                10,
                100_000,
            ),
            ("sign_in_pause", access.sign_in_pause, 60, 86_400),
            ("match_tries", i64::from(access.match_tries), 1, 20),
            (
                "lookups_per_address",
                i64::from(access.lookups_per_address),
                1,
                100_000,
            ),
            (
                "letters_per_contact",
                i64::from(access.letters_per_contact),
                1,
                100,
            ),
            (
                "sign_in_tries_everywhere",
                i64::from(access.sign_in_tries_everywhere),
                60,
                1_000_000,
            ),
            (
                "codes_everywhere",
                i64::from(access.codes_everywhere),
                10,
                10_000_000,
            ),
            ("code_tries", i64::from(access.code_tries), 1, 10),
            (
                "code_tries_a_day",
                i64::from(access.code_tries_a_day),
                3,
                50,
            ),
            (
                "wrong_codes_everywhere",
                i64::from(access.wrong_codes_everywhere),
                10,
                1_000_000,
            ),
            (
                "sign_ins_an_hour",
                i64::from(access.sign_ins_an_hour),
                10,
                10_000_000,
            ),
            (
                "drafts_per_address",
                i64::from(access.drafts_per_address),
                10,
                1_000_000,
            ),
            ("code_life", access.code_life, 120, 3_600),
            ("code_again", access.code_again, 10, 600),
            ("confirm_life", access.confirm_life, 60, 3_600),
            ("activation_life", access.activation_life, 600, 7 * 86_400),
            ("recovery_life", access.recovery_life, 300, 86_400),
            ("session_life", access.session_life, 600, 30 * 86_400),
            (
                "remembered_life",
                access.remembered_life,
                86_400,
                400 * 86_400,
            ),
            ("staff_idle", access.staff_idle, 60, 3_600),
            ("partner_idle", access.partner_idle, 60, 12 * 3_600),
            ("office_life", access.office_life, 600, 24 * 3_600),
            (
                "invitation_life",
                access.invitation_life,
                3_600,
                14 * 86_400,
            ),
        ],
    )
}
