//! The first page behind a door: what one may do here.

use super::{people_path, refunds, restore};
use crate::features::profile::row;
use crate::i18n::{lang, office as t, refund};
use crate::ui::icon;
use domain::office::{Door, Right};
use leptos::prelude::*;
use services::office::Member;

/// A section of the console.
pub struct Section {
    /// Where.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What is there.
    pub hint: &'static str,
}

/// The sections that a role's rights open, for the navigation and the first page alike.
pub fn sections(door: Door, member: &Member) -> Vec<Section> {
    let lang = lang();
    let mut found = Vec::new();
    if member.role.may(Right::RestoreAccess) {
        found.push(Section {
            href: restore::PATH.to_owned(),
            icon: "i-tv",
            title: t::restore_section(lang),
            hint: if member.role.may(Right::ReplaceCard) {
                t::cards_hint(lang)
            } else {
                t::restore_hint(lang)
            },
        });
    }
    if member.role.may(Right::DecideRefunds) {
        found.push(Section {
            href: refunds::PATH.to_owned(),
            icon: "i-card",
            title: refund::desk(lang),
            hint: refund::desk_hint(lang),
        });
    }
    if member.role.may(Right::ManagePeople) {
        let title = match door {
            Door::Partner => t::people_partner(lang),
            Door::Staff => t::people(lang),
        };
        found.push(Section {
            href: people_path(door).to_owned(),
            icon: "i-user",
            title,
            hint: t::people_hint(lang),
        });
    }
    if member.role.may(Right::ReadAudit) {
        found.push(Section {
            href: "/staff/audit".to_owned(),
            icon: "i-receipt",
            title: t::audit(lang),
            hint: t::audit_hint(lang),
        });
    }
    found.push(Section {
        href: format!("/{}/security", door.code()),
        icon: "i-key",
        title: t::own_access_section(lang),
        hint: t::security_hint(lang),
    });
    found
}

/// The page.
pub fn page(door: Door, member: &Member) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = sections(door, member)
        .into_iter()
        .map(|section| {
            row(
                section.href,
                section.icon,
                section.title,
                section.hint.to_owned(),
            )
        })
        .collect();
    view! {
        <div class="l-stack">
            {member.has_codes.then(|| view! {
                <div class="c-notice" data-tone="warning">
                    {icon("i-clock")}
                    <div>
                        <h2>{t::codes_wait(lang)}</h2>
                        <p>{t::codes_wait_body(lang)} " " <a href=format!("/{}/security/codes", door.code())>{t::show_codes(lang)}</a></p>
                    </div>
                </div>
            })}
            <section class="c-card" data-flush="" aria-label=t::sections(lang)>
                <ul class="c-list">{rows}</ul>
            </section>
        </div>
    }
    .into_any()
}
