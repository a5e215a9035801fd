//! The SVG sprite: every icon, the logo and the illustrations.
//!
//! The server puts the part a page needs once at the top of its body ([`sprite`]), so that
//! components only write `<use href="#i-home"/>`.
//!
//! How to draw the three kinds:
//!
//! - Icons, `i-…`: `<svg class="c-icon" viewBox="0 0 24 24" aria-hidden="true">`. Class `f` marks
//!   the part that takes `--tint`, `d` a solid dot, `a` the amber star of the logo.
//! - Small illustrations: `<svg class="c-art" viewBox="0 0 96 96" aria-hidden="true">`.
//! - Pictures: groups in the coordinates of their host, and one symbol.
//!   `art-balance`: `<svg class="c-balance__art" viewBox="0 0 416 340"
//!   preserveAspectRatio="xMaxYMin slice" fill="currentColor">`;
//!   `art-login`: `<svg class="l-auth__art" viewBox="0 0 648 900"
//!   preserveAspectRatio="xMidYMax slice" fill="currentColor">`;
//!   `art-card`: `<svg viewBox="0 0 384 248">`. The two captions of the card are in the language of
//!   the page, so the page draws them after `<use>`:
//!   `<text x="68" y="46" font-size="17" font-weight="700" fill="#f9fafe">` for the title and
//!   `<text x="152" y="232" font-size="15" font-weight="600" fill="#ffcd56" text-anchor="middle">`
//!   for the words under the number.
//!
//! Selectors see an element where it stands in the sprite, not where it is used: a rule like
//! `.c-art .t` does not reach inside. Illustrations therefore carry the class `art` of their own, and
//! whatever depends on the place of use comes by inheritance: `currentColor`, `--tint`,
//! `--art-signal`. There are no `style` attributes: the content security policy forbids them.

/// One reusable drawing of the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    /// What `<use href="#…"/>` names.
    pub id: &'static str,
    /// The element that carries this id.
    pub svg: &'static str,
}

/// Every drawing there is.
pub const SYMBOLS: &[Symbol] = &[
    Symbol {
        id: "logo",
        svg: r##"<symbol id="logo" viewBox="0 0 32 32"><path d="M27.78 13.71A12 12 0 1 1 22.18 5.72" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/><circle cx="10" cy="20.1" r="1.9"/><circle cx="17.2" cy="15.1" r="2.5"/><circle class="a" cx="26" cy="9" r="3.5"/></symbol>"##,
    },
    Symbol {
        id: "logo-word",
        svg: r##"<symbol id="logo-word" viewBox="0 0 206 32"><path d="M27.78 13.71A12 12 0 1 1 22.18 5.72" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/><circle cx="10" cy="20.1" r="1.9"/><circle cx="17.2" cy="15.1" r="2.5"/><circle class="a" cx="26" cy="9" r="3.5"/><text x="42" y="22.500" font-size="19" letter-spacing="-.4" font-family="Onest, system-ui, sans-serif"><tspan font-weight="700">Орион</tspan><tspan font-weight="500" dx="5">Экспресс</tspan></text></symbol>"##,
    },
    Symbol {
        id: "i-home",
        svg: r##"<symbol id="i-home" viewBox="0 0 24 24"><path class="f" d="M4 11.2 12 4.5l8 6.7V19a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 19z"/><path d="M9.5 20.5v-5A1.5 1.5 0 0 1 11 14h2a1.5 1.5 0 0 1 1.5 1.5v5"/></symbol>"##,
    },
    Symbol {
        id: "i-payments",
        svg: r##"<symbol id="i-payments" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M10.2 16.8V7.4h2.9a2.7 2.7 0 0 1 0 5.4H8.4M8.4 15h4.4"/></symbol>"##,
    },
    Symbol {
        id: "i-tariff",
        svg: r##"<symbol id="i-tariff" viewBox="0 0 24 24"><path class="f" d="m12 4 8 4.2-8 4.2-8-4.2z"/><path d="m4 12.2 8 4.2 8-4.2M4 16l8 4.2 8-4.2"/></symbol>"##,
    },
    Symbol {
        id: "i-messages",
        svg: r##"<symbol id="i-messages" viewBox="0 0 24 24"><path class="f" d="M5.5 4.8h13A1.5 1.5 0 0 1 20 6.3v9.2a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 3.4V17h-1A1.5 1.5 0 0 1 4 15.5V6.3a1.5 1.5 0 0 1 1.5-1.5z"/><path d="M8 9.3h8M8 12.6h5"/></symbol>"##,
    },
    Symbol {
        id: "i-more",
        svg: r##"<symbol id="i-more" viewBox="0 0 24 24"><circle class="d" cx="5.2" cy="14.6" r="1.7"/><circle class="d" cx="12" cy="12" r="1.9"/><circle class="d" cx="18.8" cy="9.4" r="2.1"/></symbol>"##,
    },
    Symbol {
        id: "i-bell",
        svg: r##"<symbol id="i-bell" viewBox="0 0 24 24"><path class="f" d="M6.5 16.5c.8-1 1-2.3 1-3.7v-2.3a4.5 4.5 0 0 1 9 0v2.3c0 1.4.2 2.7 1 3.7z"/><path d="M5 16.5h14M10 19.5a2.2 2.2 0 0 0 4 0M12 4v2"/></symbol>"##,
    },
    Symbol {
        id: "i-help",
        svg: r##"<symbol id="i-help" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M9.7 9.8a2.35 2.35 0 1 1 3.5 2c-.8.5-1.2 1-1.2 1.9"/><circle class="d" cx="12" cy="16.3" r=".9"/></symbol>"##,
    },
    Symbol {
        id: "i-card",
        svg: r##"<symbol id="i-card" viewBox="0 0 24 24"><rect class="f" x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="M3.5 9.8h17M7 14.7h3.5"/></symbol>"##,
    },
    Symbol {
        id: "i-qr",
        svg: r##"<symbol id="i-qr" viewBox="0 0 24 24"><rect class="f" x="4" y="4" width="6" height="6" rx="1.2"/><rect x="14" y="4" width="6" height="6" rx="1.2"/><rect x="4" y="14" width="6" height="6" rx="1.2"/><path d="M14 14h2.5v2.5M20 14v2.5M14 20h2.5M20 20h-.5"/></symbol>"##,
    },
    Symbol {
        id: "i-wallet",
        svg: r##"<symbol id="i-wallet" viewBox="0 0 24 24"><path class="f" d="M4 8.5h14.5A1.5 1.5 0 0 1 20 10v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18z"/><path d="M4 8.5V7.8c0-.8.5-1.5 1.3-1.7l9.2-2.1a1 1 0 0 1 1.2 1v3.5"/><circle class="d" cx="16.3" cy="14" r="1.1"/></symbol>"##,
    },
    Symbol {
        id: "i-voucher",
        svg: r##"<symbol id="i-voucher" viewBox="0 0 24 24"><path class="f" d="M5 6.5h14a1 1 0 0 1 1 1V10a2 2 0 0 0 0 4v2.5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V14a2 2 0 0 0 0-4V7.5a1 1 0 0 1 1-1z"/><path d="M9.5 6.5v2M9.5 11v2M9.5 15.5v2M13 10.5h3.5M13 13.5h2"/></symbol>"##,
    },
    Symbol {
        id: "i-clock",
        svg: r##"<symbol id="i-clock" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M12 7.2V12l3.2 2.2"/></symbol>"##,
    },
    Symbol {
        id: "i-loop",
        svg: r##"<symbol id="i-loop" viewBox="0 0 24 24"><path d="M19.5 11A7.6 7.6 0 0 0 6 7.2L4.5 9M4.5 13A7.6 7.6 0 0 0 18 16.8l1.5-1.8"/><path d="M4.3 5.2V9H8M19.7 18.8V15H16"/></symbol>"##,
    },
    Symbol {
        id: "i-tv",
        svg: r##"<symbol id="i-tv" viewBox="0 0 24 24"><rect class="f" x="3.5" y="5" width="17" height="11.5" rx="2"/><path d="M8.5 20h7M12 16.5V20"/></symbol>"##,
    },
    Symbol {
        id: "i-dish",
        svg: r##"<symbol id="i-dish" viewBox="0 0 24 24"><path class="f" d="M5 8.2A8.2 8.2 0 0 0 16.6 19.8z"/><path d="m10.8 14 3.7-3.7M8.3 18.5 6.5 21h6"/><circle class="d" cx="15" cy="9.8" r="1.2"/><path d="M15.5 5.6a4 4 0 0 1 3.6 3.6M16 2.8a6.7 6.7 0 0 1 5.8 5.8"/></symbol>"##,
    },
    Symbol {
        id: "i-receipt",
        svg: r##"<symbol id="i-receipt" viewBox="0 0 24 24"><path class="f" d="M6 4.2 7.8 5.5 9.9 4.2 12 5.5l2.1-1.3 2.1 1.3L18 4.2v15.6l-1.8-1.3-2.1 1.3-2.1-1.3-2.1 1.3-2.1-1.3L6 19.8z"/><path d="M9.2 9.5h5.6M9.2 12.5h5.6M9.2 15.3h3"/></symbol>"##,
    },
    Symbol {
        id: "i-chev-r",
        svg: r##"<symbol id="i-chev-r" viewBox="0 0 24 24"><path d="m9.5 6 6 6-6 6"/></symbol>"##,
    },
    Symbol {
        id: "i-chev-l",
        svg: r##"<symbol id="i-chev-l" viewBox="0 0 24 24"><path d="m14.5 6-6 6 6 6"/></symbol>"##,
    },
    Symbol {
        id: "i-chev-d",
        svg: r##"<symbol id="i-chev-d" viewBox="0 0 24 24"><path d="m6 9.5 6 6 6-6"/></symbol>"##,
    },
    Symbol {
        id: "i-chev-u",
        svg: r##"<symbol id="i-chev-u" viewBox="0 0 24 24"><path d="m6 14.5 6-6 6 6"/></symbol>"##,
    },
    Symbol {
        id: "i-check",
        svg: r##"<symbol id="i-check" viewBox="0 0 24 24"><path d="m5 12.6 4.6 4.6L19.2 7.4"/></symbol>"##,
    },
    Symbol {
        id: "i-cross",
        svg: r##"<symbol id="i-cross" viewBox="0 0 24 24"><path d="m6.5 6.5 11 11M17.5 6.5l-11 11"/></symbol>"##,
    },
    Symbol {
        id: "i-warning",
        svg: r##"<symbol id="i-warning" viewBox="0 0 24 24"><path class="f" d="M10.7 5.2 3.7 17.4A1.5 1.5 0 0 0 5 19.7h14a1.5 1.5 0 0 0 1.3-2.3l-7-12.2a1.5 1.5 0 0 0-2.6 0z"/><path d="M12 9.8v4"/><circle class="d" cx="12" cy="16.5" r=".9"/></symbol>"##,
    },
    Symbol {
        id: "i-info",
        svg: r##"<symbol id="i-info" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M12 11.2v5"/><circle class="d" cx="12" cy="8" r=".9"/></symbol>"##,
    },
    Symbol {
        id: "i-ok",
        svg: r##"<symbol id="i-ok" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="m8.3 12.3 2.6 2.6 4.9-5.2"/></symbol>"##,
    },
    Symbol {
        id: "i-alert",
        svg: r##"<symbol id="i-alert" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M12 7.6v5.2"/><circle class="d" cx="12" cy="16" r=".9"/></symbol>"##,
    },
    Symbol {
        id: "i-eye",
        svg: r##"<symbol id="i-eye" viewBox="0 0 24 24"><path class="f" d="M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z"/><circle cx="12" cy="12" r="2.7"/></symbol>"##,
    },
    Symbol {
        id: "i-eye-off",
        svg: r##"<symbol id="i-eye-off" viewBox="0 0 24 24"><path d="M9.6 6.2A9 9 0 0 1 12 5.8c6 0 9.2 6.2 9.2 6.2a15 15 0 0 1-2.7 3.4M6.3 7.8A14.7 14.7 0 0 0 2.8 12S6 18.2 12 18.2c1.7 0 3.2-.5 4.5-1.2M4.5 4.5l15 15"/></symbol>"##,
    },
    Symbol {
        id: "i-user",
        svg: r##"<symbol id="i-user" viewBox="0 0 24 24"><circle class="f" cx="12" cy="8.2" r="3.7"/><path d="M4.8 19.8c.8-3.5 3.6-5.3 7.2-5.3s6.4 1.8 7.2 5.3"/></symbol>"##,
    },
    Symbol {
        id: "i-phone",
        svg: r##"<symbol id="i-phone" viewBox="0 0 24 24"><path class="f" d="M5.7 4.3h2.8l1.6 4-2 1.5a11.5 11.5 0 0 0 6.1 6.1l1.5-2 4 1.6v2.8a1.5 1.5 0 0 1-1.6 1.5A14.5 14.5 0 0 1 4.2 5.9a1.5 1.5 0 0 1 1.5-1.6z"/></symbol>"##,
    },
    Symbol {
        id: "i-chart",
        svg: r##"<symbol id="i-chart" viewBox="0 0 24 24"><path d="M4 20h16M6.5 16.5v-4M12 16.5v-10M17.5 16.5V10"/></symbol>"##,
    },
    Symbol {
        id: "i-plus",
        svg: r##"<symbol id="i-plus" viewBox="0 0 24 24"><path d="M12 5.5v13M5.5 12h13"/></symbol>"##,
    },
    Symbol {
        id: "i-copy",
        svg: r##"<symbol id="i-copy" viewBox="0 0 24 24"><rect class="f" x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5"/></symbol>"##,
    },
    Symbol {
        id: "i-download",
        svg: r##"<symbol id="i-download" viewBox="0 0 24 24"><path d="M12 4.5v10.5m-4.5-4.3L12 15.2l4.5-4.5M5 19.5h14"/></symbol>"##,
    },
    Symbol {
        id: "i-refresh",
        svg: r##"<symbol id="i-refresh" viewBox="0 0 24 24"><path d="M19 12a7 7 0 1 1-2.2-5.1L19.5 9"/><path d="M19.7 4.8V9h-4.2"/></symbol>"##,
    },
    Symbol {
        id: "i-search",
        svg: r##"<symbol id="i-search" viewBox="0 0 24 24"><circle class="f" cx="11" cy="11" r="6"/><path d="m15.5 15.5 4.5 4.5"/></symbol>"##,
    },
    Symbol {
        id: "i-key",
        svg: r##"<symbol id="i-key" viewBox="0 0 24 24"><circle class="f" cx="8.2" cy="12" r="4.2"/><path d="M12.4 12h8.1v3M17 12v2.5"/></symbol>"##,
    },
    Symbol {
        id: "i-mail",
        svg: r##"<symbol id="i-mail" viewBox="0 0 24 24"><rect class="f" x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="m4.5 7.5 7.5 5.7 7.5-5.7"/></symbol>"##,
    },
    Symbol {
        id: "i-gift",
        svg: r##"<symbol id="i-gift" viewBox="0 0 24 24"><rect class="f" x="4.5" y="9.5" width="15" height="10.5" rx="1.5"/><path d="M4.5 13.5h15M12 9.5V20M12 9.5S11.3 4.5 8.8 4.5a2 2 0 0 0-.3 4c1 .5 3.5 1 3.5 1zm0 0s.7-5 3.2-5a2 2 0 0 1 .3 4c-1 .5-3.5 1-3.5 1z"/></symbol>"##,
    },
    Symbol {
        id: "i-in",
        svg: r##"<symbol id="i-in" viewBox="0 0 24 24"><path d="M12 5v14m-5.5-5.5L12 19l5.5-5.5"/></symbol>"##,
    },
    Symbol {
        id: "i-out",
        svg: r##"<symbol id="i-out" viewBox="0 0 24 24"><path d="M12 19V5M6.5 10.5 12 5l5.5 5.5"/></symbol>"##,
    },
    Symbol {
        id: "i-calendar",
        svg: r##"<symbol id="i-calendar" viewBox="0 0 24 24"><rect class="f" x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/></symbol>"##,
    },
    Symbol {
        id: "i-trash",
        svg: r##"<symbol id="i-trash" viewBox="0 0 24 24"><path class="f" d="m6.5 7.5.8 11.1a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4l.8-11.1z"/><path d="M4.5 7.5h15M9.5 7.5V5.2A1.2 1.2 0 0 1 10.7 4h2.6a1.2 1.2 0 0 1 1.2 1.2v2.3"/></symbol>"##,
    },
    Symbol {
        id: "i-pause",
        svg: r##"<symbol id="i-pause" viewBox="0 0 24 24"><circle class="f" cx="12" cy="12" r="8.5"/><path d="M10 9v6M14 9v6"/></symbol>"##,
    },
    Symbol {
        id: "i-undo",
        svg: r##"<symbol id="i-undo" viewBox="0 0 24 24"><path d="M8.5 5 4.5 9l4 4"/><path d="M4.5 9h9.5a5 5 0 0 1 0 10h-4"/></symbol>"##,
    },
    Symbol {
        id: "art-balance",
        svg: r##"<g id="art-balance" class="art"><radialGradient id="art-balance-glow"><stop stop-color="#ffcd56" stop-opacity=".55"/><stop offset=".35" stop-color="#ffcd56" stop-opacity=".16"/><stop offset="1" stop-color="#ffcd56" stop-opacity="0"/></radialGradient><g fill="none" stroke="currentColor" stroke-linecap="round"><path d="M220 328h0M331 243h0" stroke-width="3.2" opacity=".9"/><path d="M275 38h0M251 7h0M410 323h0M215 46h0M348 6h0M242 150h0M348 28h0" stroke-width="2.2" opacity=".55"/><path d="M218 48h0M268 3h0M276 271h0M404 12h0M329 252h0M356 316h0M227 50h0M386 149h0M200 119h0M236 272h0M383 164h0M256 241h0" stroke-width="1.6" opacity=".32"/><path d="M268 51h0M353 249h0" stroke-width="1.6" opacity=".55"/><path d="M193 234h0" stroke-width="2.2" opacity=".9"/></g><g fill="none" stroke="currentColor" stroke-width="1.5"><circle cx="412" cy="326" r="264" opacity=".3"/><circle cx="412" cy="326" r="352" opacity=".13"/><circle cx="412" cy="326" r="176" opacity=".15"/></g><circle cx="264" cy="146" r="14" fill="url(#art-balance-glow)"/><circle cx="264" cy="146" r="2.6"/><circle cx="308" cy="117" r="19" fill="url(#art-balance-glow)"/><circle cx="308" cy="117" r="3.4"/><circle cx="360" cy="83" r="26" fill="url(#art-balance-glow)"/><circle cx="360" cy="83" r="4.8" class="tw" fill="#ffcd56"/></g>"##,
    },
    Symbol {
        id: "art-login",
        svg: r##"<g id="art-login" class="art"><g fill="none" stroke="currentColor" stroke-linecap="round"><path d="M270 624h0M157 614h0M314 599h0M335 363h0M625 346h0M422 453h0M376 354h0M555 321h0M494 1h0M610 325h0M219 382h0M37 442h0M81 586h0M41 49h0M594 234h0M506 61h0M4 54h0M618 332h0M542 587h0M177 464h0M550 200h0M154 439h0M87 433h0M302 10h0M433 437h0M330 430h0" stroke-width="1.6" opacity=".32"/><path d="M127 34h0M429 622h0M211 26h0M266 602h0M548 299h0M415 623h0M377 67h0M110 514h0M280 337h0M183 539h0M631 182h0M525 10h0M575 570h0M99 443h0M399 395h0M574 557h0M266 632h0M339 88h0" stroke-width="2.2" opacity=".55"/><path d="M358 555h0M283 466h0M345 547h0M109 505h0M146 540h0M441 36h0" stroke-width="1.6" opacity=".55"/><path d="M235 453h0M347 609h0M536 393h0M419 62h0" stroke-width="3.2" opacity=".9"/><path d="M565 20h0M526 408h0" stroke-width="2.2" opacity=".9"/></g><g fill="none" stroke="currentColor" stroke-width="1.5"><path d="M-60 640A520 520 0 0 1 700 330" opacity=".3"/><path d="M-60 500A640 640 0 0 1 720 180" opacity=".12"/></g><g class="ln" transform="translate(576 399) rotate(24)"><rect x="-9" y="-7" width="18" height="14" rx="3" fill="#272876"/><path d="M-9 0h-6M9 0h6"/><rect x="-37" y="-6" width="22" height="12" rx="1.5" fill="#263d97"/><rect x="15" y="-6" width="22" height="12" rx="1.5" fill="#263d97"/><path d="M-30-6V6M-22-6V6M22-6V6M30-6V6M0 7v4M-4 15a4 4 0 0 1 8 0z"/></g><g class="sig" transform="translate(56)"><path class="ln" d="M505 421 270 733" stroke-dasharray="1 9" opacity=".7"/><radialGradient id="art-login-glow"><stop stop-color="#ffcd56" stop-opacity=".55"/><stop offset=".35" stop-color="#ffcd56" stop-opacity=".16"/><stop offset="1" stop-color="#ffcd56" stop-opacity="0"/></radialGradient><circle cx="346" cy="632" r="17" fill="url(#art-login-glow)"/><circle cx="346" cy="632" r="3"/><circle cx="392" cy="571" r="22" fill="url(#art-login-glow)"/><circle cx="392" cy="571" r="4"/><circle cx="440" cy="507" r="31" fill="url(#art-login-glow)"/><circle cx="440" cy="507" r="5.6" class="tw" fill="#ffcd56"/></g><path class="h2" d="M0 806C90 760 190 742 300 762s210 34 348-22V900H0z"/><path class="h1" d="M0 838c120-40 220-44 330-22 120 24 220 14 318-20V900H0z"/><g transform="translate(56 -2)"><path fill="#0f0c2b" d="M176 830v-46l46-34 46 34v46z"/><path class="ln" d="m166 788 56-42 56 42" stroke="#8f97d8"/><path fill="#0f0c2b" d="M246 764v-26h10v34z"/><rect class="w" x="190" y="790" width="20" height="18" rx="2"/><rect class="w" x="232" y="790" width="20" height="18" rx="2" opacity=".8"/><path d="M200 790v18M190 799h20" stroke="#7a4c0d" stroke-width="1.2"/><path class="ln" d="M262 770v-14" /><path class="ln" d="M252 738a17 17 0 0 0 23 22z" fill="#3c41ae"/><path class="ln" d="m263 750 8-9"/><circle cx="272" cy="740" r="2"/></g><path class="h0" d="M0 862c140-46 250-50 370-30 110 18 190 12 278-14V900H0z"/><path fill="#0f0c2b" d="m78 868 14-52 14 52zm24 4 11-38 11 38zm404-4 15-58 15 58zm28 4 11-42 11 42z"/></g>"##,
    },
    Symbol {
        id: "art-card",
        svg: r##"<symbol id="art-card" viewBox="0 0 384 248"><rect x="2" y="2" width="380" height="244" rx="20" fill="#272876"/><g fill="none" stroke="#f9fafe" stroke-width="1.5"><path d="M236 246A190 190 0 0 1 382 60" opacity=".3"/><path d="M150 246A280 280 0 0 1 382-24" opacity=".13"/></g><g transform="translate(26 24)" color="#f9fafe" fill="#f9fafe"><path d="M27.78 13.71A12 12 0 1 1 22.18 5.72" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/><circle cx="10" cy="20.1" r="1.9"/><circle cx="17.2" cy="15.1" r="2.5"/><circle cx="26" cy="9" r="3.5" fill="#ffcd56"/></g><g fill="none" stroke="#c8cfef" stroke-width="1.5"><rect x="28" y="84" width="46" height="36" rx="7" fill="#3c41ae"/><path d="M28 96h14v12H28M74 96H60v12h14M42 84v36M60 84v36"/></g><g fill="#c8cfef" opacity=".7"><path d="M250 92h3v28h-3zM256 92h6v28h-6zM265 92h2v28h-2zM271 92h5v28h-5zM279 92h2v28h-2zM285 92h7v28h-7zM296 92h3v28h-3zM302 92h2v28h-2zM308 92h6v28h-6zM318 92h3v28h-3zM325 92h5v28h-5zM334 92h2v28h-2zM340 92h6v28h-6z"/></g><rect x="20" y="150" width="264" height="50" rx="12" fill="#ffcd56" fill-opacity=".14" stroke="#ffcd56" stroke-width="2.5"/><text x="34" y="183" font-size="25" font-weight="600" letter-spacing="1.5" fill="#fff">0207 2340 6967</text><path d="M152 200v14" stroke="#ffcd56" stroke-width="2.5"/></symbol>"##,
    },
    Symbol {
        id: "art-receipts",
        svg: r##"<symbol id="art-receipts" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><path class="p" d="M32 22l5 4 5.5-4 5.5 4 5.5-4 5.5 4 5-4v52l-5-4-5.5 4-5.5-4-5.5 4-5.5-4-5 4z"/><path d="M40 40h16M40 49h16M40 58h9"/><circle class="g" cx="66" cy="66" r="5"/></symbol>"##,
    },
    Symbol {
        id: "art-messages",
        svg: r##"<symbol id="art-messages" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><path class="p" d="M26 30h44a4 4 0 0 1 4 4v24a4 4 0 0 1-4 4H46L34 72V62h-8a4 4 0 0 1-4-4V34a4 4 0 0 1 4-4z"/><path d="M34 42h28M34 51h17"/><circle class="g" cx="73" cy="31" r="4.5"/></symbol>"##,
    },
    Symbol {
        id: "art-cards",
        svg: r##"<symbol id="art-cards" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><rect class="p" x="20" y="32" width="50" height="34" rx="5"/><path d="M20 43h50M28 57h10"/><rect class="p" x="50" y="24" width="0" height="0"/><circle class="g" cx="68" cy="64" r="8"/><path d="M68 60.5v7M64.5 64h7"/></symbol>"##,
    },
    Symbol {
        id: "art-tickets",
        svg: r##"<symbol id="art-tickets" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><path class="p" d="M24 52a24 24 0 0 1 48 0v8"/><rect class="p" x="20" y="50" width="11" height="18" rx="4"/><rect class="p" x="65" y="50" width="11" height="18" rx="4"/><path d="M70 68c0 6-6 9-14 9"/><circle class="g" cx="53" cy="77" r="3.5"/></symbol>"##,
    },
    Symbol {
        id: "art-offline",
        svg: r##"<symbol id="art-offline" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><path class="p" d="M24 46a26 26 0 0 0 31 30z"/><path d="m40 61 12-13M36 72l-5 12h22"/><circle class="g" cx="53" cy="46" r="2.5"/><path d="m60 32 12 12m0-12L60 44"/></symbol>"##,
    },
    Symbol {
        id: "art-404",
        svg: r##"<symbol id="art-404" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="40" stroke="none"/><circle class="s" cx="20" cy="26" r="1.5"/><circle class="s" cx="76" cy="34" r="1"/><circle class="s" cx="64" cy="14" r="1.8"/><circle class="s" cx="14" cy="56" r="1"/><path class="p" d="M26 42a30 30 0 0 0 34 36z"/><path d="M26 42a30 30 0 0 0 34 36z"/><path d="m44 61 13-14"/><circle class="g" cx="58.5" cy="45.5" r="2.5"/><path d="M36 74 30 88h26"/><path d="M66 36a10 10 0 0 1 7 8M70 27a19 19 0 0 1 12 15" stroke-dasharray="2 4.5"/><path d="m58 22 6 6m0-6-6 6"/></symbol>"##,
    },
    Symbol {
        id: "art-500",
        svg: r##"<symbol id="art-500" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><rect class="p" x="22" y="30" width="52" height="34" rx="5"/><path d="M38 76h20M48 64v12M32 52l9-9 7 6 8-9 8 6"/><circle class="g" cx="64" cy="46" r="3"/></symbol>"##,
    },
    Symbol {
        id: "art-suspended",
        svg: r##"<symbol id="art-suspended" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><rect class="p" x="22" y="30" width="52" height="34" rx="5"/><path d="M38 76h20M48 64v12M43 41v12M53 41v12"/><circle class="g" cx="74" cy="30" r="4"/></symbol>"##,
    },
    Symbol {
        id: "art-success",
        svg: r##"<symbol id="art-success" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><circle class="p" cx="48" cy="48" r="22"/><path d="m38 49 7 7 14-15"/><circle class="g" cx="72" cy="28" r="4"/><circle class="g" cx="79" cy="22" r="2"/></symbol>"##,
    },
    Symbol {
        id: "art-voucher",
        svg: r##"<symbol id="art-voucher" class="art" viewBox="0 0 96 96"><circle class="t" cx="48" cy="48" r="38" stroke="none"/><circle class="s" cx="16" cy="24" r="1.5"/><circle class="s" cx="80" cy="20" r="1"/><circle class="s" cx="84" cy="62" r="1.5"/><rect class="p" x="18" y="28" width="60" height="40" rx="5"/><path d="M26 38h22"/><rect x="26" y="47" width="44" height="12" rx="3" stroke-dasharray="3 3"/><path d="m58 62 9-18 6 3-9 18-7 4z"/><circle class="g" cx="66" cy="38" r="3.5"/></symbol>"##,
    },
];

/// The sprite with the chosen drawings only, in the order of [`SYMBOLS`]; an unknown id is skipped.
///
/// It is hidden by its size and the class `u-sprite`, not by `hidden`: inside an element that is not
/// displayed, gradients stop working in some browsers.
#[must_use]
pub fn sprite(ids: &[&str]) -> String {
    let mut out =
        String::from(r#"<svg class="u-sprite" width="0" height="0" aria-hidden="true"><defs>"#);
    for symbol in SYMBOLS {
        if ids.contains(&symbol.id) {
            out.push_str(symbol.svg);
        }
    }
    out.push_str("</defs></svg>");
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{SYMBOLS, sprite};

    /// Values of every `id` attribute in a piece of markup.
    fn ids_in(svg: &str) -> Vec<&str> {
        svg.split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect()
    }

    #[test]
    fn ids_are_unique_and_match_their_markup() {
        let mut seen = HashSet::new();
        for symbol in SYMBOLS {
            let ids = ids_in(symbol.svg);
            assert_eq!(ids.first(), Some(&symbol.id), "first id of {}", symbol.id);
            for id in ids {
                assert!(seen.insert(id), "{id} stands twice");
            }
        }
    }

    #[test]
    fn known_drawings_exist() {
        let ids: HashSet<_> = SYMBOLS.iter().map(|symbol| symbol.id).collect();
        for id in [
            "logo",
            "i-home",
            "i-payments",
            "i-tariff",
            "i-messages",
            "i-more",
            "i-alert",
            "i-eye",
            "art-balance",
            "art-login",
            "art-card",
            "art-receipts",
            "art-messages",
            "art-cards",
            "art-tickets",
            "art-offline",
            "art-404",
            "art-500",
            "art-suspended",
            "art-success",
            "art-voucher",
        ] {
            assert!(ids.contains(id), "{id} is missing");
        }
    }

    #[test]
    fn no_inline_styles_and_no_dangling_references() {
        for symbol in SYMBOLS {
            assert!(!symbol.svg.contains("style="), "{}", symbol.id);
            for reference in symbol.svg.split("url(#").skip(1) {
                let target = reference.split(')').next().unwrap_or_default();
                assert!(
                    ids_in(symbol.svg).contains(&target),
                    "{}: {target}",
                    symbol.id
                );
            }
        }
    }

    #[test]
    fn only_the_chosen_drawings_are_written() {
        let svg = sprite(&["i-home", "no-such-drawing", "i-home"]);
        assert_eq!(ids_in(&svg), ["i-home"]);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</defs></svg>"));
        assert!(!svg.contains("hidden>"));
    }
}
