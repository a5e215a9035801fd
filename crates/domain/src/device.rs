//! A device in words, from what its browser says about itself: enough to recognise one's own in a
//! list. It proves nothing, and nothing is decided by it.

use crate::Lang;

const BROWSERS: &[(&str, &str)] = &[
    // The order matters: most browsers also claim to be Chrome, and Chrome to be Safari.
    ("YaBrowser/", "Яндекс Браузер"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("EdgA/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

fn known(list: &[(&'static str, &'static str)], user_agent: &str) -> Option<&'static str> {
    list.iter()
        .find(|(mark, _)| user_agent.contains(mark))
        .map(|(_, name)| *name)
}

/// «Chrome, Android»; «Неизвестное устройство» when nothing is recognised.
pub fn describe(lang: Lang, user_agent: &str) -> String {
    match (known(BROWSERS, user_agent), known(SYSTEMS, user_agent)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => lang
            .pick("Неизвестное устройство", "Unknown device")
            .to_owned(),
    }
}

/// Is it one that is held in the hand?
pub fn is_handheld(user_agent: &str) -> bool {
    ["Mobile", "iPhone", "iPad", "Android"]
        .iter()
        .any(|mark| user_agent.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_devices_are_recognised() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 YaBrowser/25.8 Safari/537.36",
                "Яндекс Браузер, Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox, Linux",
            ),
            ("curl/8", "Неизвестное устройство"),
            ("", "Неизвестное устройство"),
        ] {
            assert_eq!(describe(Lang::Ru, user_agent), expected);
        }
        assert!(is_handheld("… Android 10; K) … Mobile Safari"));
        assert!(!is_handheld("… Windows NT 10.0 …"));
    }
}
