//! The shell of a page and the escaping of text. It may not know what a page is about.

/// Text as it may stand in HTML, between tags and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A whole document around a body that is already HTML.
pub(crate) fn shell(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>{title} — Демо-банк</title>
<link rel="icon" href="/bank.svg" type="image/svg+xml">
<link rel="stylesheet" href="/bank.css">
</head>
<body>
<p class="strip">Демо-банк: деньги не списываются</p>
<header class="top"><img src="/bank.svg" alt="" width="28" height="28"><span>Демо-банк</span></header>
{body}
</body>
</html>
"#,
        title = escape(title)
    )
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            escape(r#"<a href='x' title="&">"#),
            "&lt;a href=&#39;x&#39; title=&quot;&amp;&quot;&gt;"
        );
    }
}
