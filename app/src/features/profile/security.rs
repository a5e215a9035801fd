//! Password, devices, the log.

use super::{done, row};
use crate::i18n::{lang, profile as t};
use crate::ui::{icon, icon_small};
use domain::format::{date, moment};
use leptos::prelude::*;
use services::access::devices::{Device, Entry, Security};

/// The page.
pub fn page(security: &Security, just: Option<&str>) -> AnyView {
    let lang = lang();
    let changed = security.password_changed.map_or_else(String::new, |at| {
        t::changed_on(lang, &date(lang, at.date, security.today))
    });
    let several = security.devices.len() > 1;
    let devices: Vec<_> = security
        .devices
        .iter()
        .map(|one| device(one, security))
        .collect();
    let log: Vec<_> = security
        .log
        .iter()
        .map(|one| entry(one, security))
        .collect();
    view! {
        <div class="l-stack">
            {match just {
                Some("password") => done(t::password_changed(lang)),
                Some("passkey") => done(t::passkey_added(lang)),
                Some("passkey-name") => done(t::passkey_named(lang)),
                Some("passkey-gone") => done(t::passkey_gone(lang)),
                Some("device") => done(t::device_ended(lang)),
                Some("devices") => done(t::devices_ended(lang)),
                _ => ().into_any(),
            }}
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    {row("/profile/security/password", "i-key", t::password(lang), changed)}
                </ul>
            </section>
            {security.passkeys.as_ref().map(|found| super::passkeys::list(found, security.today))}
            <section class="c-card" data-flush="" aria-labelledby="devices">
                <div class="c-card__head"><h2 id="devices">{t::devices(lang)}</h2></div>
                <ul class="c-list">{devices}</ul>
                {several.then(|| view! {
                    <form class="c-pad" method="post" action="/api/profile/devices-end">
                        <button class="c-btn" data-kind="soft" data-once="">{t::end_others(lang)}</button>
                    </form>
                })}
            </section>
            <section class="c-card" data-flush="" aria-labelledby="log">
                <div class="c-card__head"><h2 id="log">{t::log(lang)}</h2></div>
                <ul class="c-list">{log}</ul>
            </section>
        </div>
    }
    .into_any()
}

fn device(device: &Device, security: &Security) -> AnyView {
    let lang = lang();
    let id = device.id.to_string();
    let label = t::end_device(lang, &device.name);
    let state = if device.current {
        t::this_device(lang).to_owned()
    } else {
        format!(
            "{} · {}",
            moment(lang, device.last_seen, security.today),
            device.address
        )
    };
    let name = if device.handheld { "i-phone" } else { "i-tv" };
    view! {
        <li>
            <div class="c-row">
                <span class="c-tile" data-tone=if device.current { "success" } else { "" }>{icon(name)}</span>
                <span class="c-row__text">
                    <b>{device.name.clone()}</b>
                    <small>{state}</small>
                </span>
                {(!device.current).then(|| view! {
                    <form method="post" action="/api/profile/device-end">
                        <input type="hidden" name="session" value=id/>
                        <button class="c-btn" data-kind="text" data-once="" aria-label=label>{t::end(lang)}</button>
                    </form>
                })}
            </div>
        </li>
    }
    .into_any()
}

fn entry(entry: &Entry, security: &Security) -> AnyView {
    let lang = lang();
    let mut about = moment(lang, entry.at, security.today);
    for part in [&entry.detail, &entry.device, &entry.address] {
        if !part.is_empty() && !about.contains(part.as_str()) {
            about.push_str(" · ");
            about.push_str(part);
        }
    }
    let tone = if entry.event.is_told() { "warning" } else { "" };
    view! {
        <li>
            <div class="c-row">
                <span class="c-tile" data-tone=tone>
                    {icon_small(if entry.event.is_told() { "i-alert" } else { "i-check" })}
                </span>
                <span class="c-row__text">
                    <b>{entry.event.title(lang)}</b>
                    <small>{about}</small>
                </span>
            </div>
        </li>
    }
    .into_any()
}
