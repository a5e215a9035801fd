//! Texts from outside that nobody expects: in addresses, cookies, queries and forms. Whatever comes,
//! the answer is a page or a refusal, never a failure of ours, and never a way to another site.

use crate::support::app;
use gateways::http::install_tls;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, redirect};
use sqlx::PgPool;

const ROUNDS: usize = 40;

/// Where a text of the address's path ends up in a parser of ours.
const PATHS: &[&str] = &[
    "/activate/",
    "/reset-password/",
    "/profile/contacts/confirm/",
    "/pay/result/",
    "/payments/return/",
    "/legal/",
    "/profile/access-cards/",
    "/profile/security/passkey/",
    "/payments/",
    "/messages/",
];

/// Forms that anybody can post, with the names of their fields.
const FORMS: &[(&str, &[&str])] = &[
    ("auth/sign-in", &["login", "password", "next", "remember"]),
    ("auth/register", &["card"]),
    (
        "auth/register-details",
        &[
            "registration",
            "contract",
            "surname",
            "known_contact",
            "email",
            "phone",
            "terms",
        ],
    ),
    ("auth/resend", &["registration"]),
    ("auth/activate", &["token", "choice", "offered", "password"]),
    ("auth/activate-again", &["token"]),
    ("auth/reset", &["token", "choice", "offered", "password"]),
    ("auth/forgot", &["login"]),
    ("auth/code", &["challenge", "code"]),
    ("auth/code-again", &["challenge"]),
    ("passkeys/sign-in", &["ceremony", "answer", "next"]),
    ("profile/email-confirm", &["token"]),
    ("profile/confirm", &["password", "next"]),
    ("card/choose", &["card"]),
    ("payments/start", &["sum", "amount", "receipt_email", "key"]),
];

/// Texts: anything, and things that look almost right.
fn texts() -> impl Strategy<Value = String> {
    proptest::prop_oneof![
        ".{0,80}",
        "[0-9 \\-]{0,24}",
        "[+78][0-9() \\-]{0,20}",
        "[a-z.]{0,12}@[a-zа-я.\\-]{0,20}",
        "[0-9a-f]{64}",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "(/|//|\\\\|https?:)[a-z/\\\\.:?&=%#@]{0,40}",
        "\\{\"[a-z]{1,8}\":[\"\\[{}0-9a-z]{0,30}",
        "[a-z]{5000}",
    ]
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn no_text_from_outside_breaks_a_page_or_leads_away(pool: PgPool) {
    let app = app(pool).await;
    install_tls();
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let seed: [u8; 32] = rand::random();
    println!("seed: {seed:?}");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut text = || texts().new_tree(&mut runner).unwrap().current();

    for _ in 0..ROUNDS {
        let mut calls = Vec::new();
        for path in PATHS {
            calls.push(client.get(format!("{}{path}{}", app.url, encoded(&text()))));
        }
        let (next, kept, challenge) = (encoded(&text()), encoded(&text()), encoded(&text()));
        for page in [
            format!("/login?next={next}&f={kept}"),
            format!("/login/code?c={challenge}&sent={next}"),
            format!("/register/details?r={challenge}"),
        ] {
            calls.push(client.get(format!("{}{page}", app.url)));
        }
        let mut headers = HeaderMap::new();
        for name in ["__Host-session", "__Host-browser", "lang", "theme"] {
            let cookie = format!("{name}={}", text());
            if let Ok(value) = HeaderValue::from_bytes(cookie.as_bytes()) {
                headers.append("cookie", value);
            }
        }
        calls.push(client.get(format!("{}/home", app.url)).headers(headers));
        for (name, fields) in FORMS {
            let form: Vec<(&str, String)> = fields.iter().map(|field| (*field, text())).collect();
            calls.push(
                client
                    .post(format!("{}/api/{name}", app.url))
                    .header("accept", "text/html")
                    .header("sec-fetch-site", "same-origin")
                    .header("referer", format!("{}/login?next={next}", app.url))
                    .form(&form),
            );
        }
        for call in calls {
            let request = call.build().unwrap();
            let what = format!("{} {}", request.method(), request.url());
            let body = request
                .body()
                .and_then(|body| body.as_bytes())
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                .unwrap_or_default();
            let answer = client.execute(request).await.unwrap();
            let status = answer.status();
            assert!(
                !status.is_server_error(),
                "{what} {body}: {status}, seed {seed:?}"
            );
            if let Some(location) = answer.headers().get("location") {
                let location = location.to_str().unwrap();
                assert!(
                    location.starts_with('/') && !location.starts_with("//"),
                    "{what} {body}: leads to {location}, seed {seed:?}"
                );
            }
        }
    }
}
