//! Encrypted connections: this process ends TLS itself, or a proxy does.

use crate::support::app_with;
use gateways::http::install_tls;
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Client, StatusCode, Version, redirect};
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A certificate that signs itself, written where the cabinet looks.
fn certificate(folder: &Path) -> reqwest::Certificate {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let signed = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("chain.pem"), signed.pem()).unwrap();
    reqwest::Certificate::from_pem(signed.pem().as_bytes()).unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A client that trusts one certificate alone, with a connection of its own.
fn client(trusted: &reqwest::Certificate) -> Client {
    install_tls();
    Client::builder()
        .tls_certs_only([trusted.clone()])
        .redirect(redirect::Policy::none())
        .build()
        .unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn pages_come_by_http_2_and_a_renewed_certificate_needs_no_restart(pool: PgPool) {
    let folder = folder("renewed");
    let first = certificate(&folder);
    let app = app_with(pool, |config| {
        config.server.tls_certificate = Some(folder.join("chain.pem"));
        config.server.tls_key = Some(folder.join("key.pem"));
        config.server.public_url = config.server.public_url.replace("http:", "https:");
    })
    .await;
    let answer = client(&first)
        .get(format!("{}/login", app.url))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.version(), Version::HTTP_2);
    assert!(answer.headers().contains_key("strict-transport-security"));
    // Whoever speaks in the clear gets nothing.
    let plain = app.url.replace("https:", "http:");
    assert!(reqwest::get(format!("{plain}/login")).await.is_err());

    // A form that is refused finds its way back, though HTTP/2 has no header for the host.
    let post = client(&first)
        .post(format!("{}/api/auth/sign-in", app.url))
        .header("accept", "text/html")
        .header("referer", format!("{}/login?next=%2Fexpenses", app.url))
        .header("sec-fetch-site", "same-origin")
        .form(&[("login", ""), ("password", "")])
        .send()
        .await
        .unwrap();
    let location = post.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with("/login?next=%2Fexpenses&f="),
        "{location}"
    );

    let second = certificate(&folder);
    let renewed = async {
        loop {
            let answer = client(&second).get(format!("{}/login", app.url)).send();
            if answer.await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), renewed)
        .await
        .unwrap();
    assert!(
        client(&first)
            .get(format!("{}/login", app.url))
            .send()
            .await
            .is_err()
    );
    // A broken file changes nothing.
    std::fs::write(folder.join("chain.pem"), "no certificate").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    let answer = client(&second).get(format!("{}/login", app.url)).send();
    assert!(answer.await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_a_proxy_got_in_the_clear_goes_no_further(pool: PgPool) {
    let app = app_with(pool, |config| {
        config.server.public_url = "https://lk.example".into();
        config.server.behind_proxy = true;
    })
    .await;
    install_tls();
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let url = format!("http://localhost:{}", app.port);
    let get = |scheme: &'static str| {
        let request = client.get(format!("{url}/login?next=%2Fhome"));
        request.header("x-forwarded-proto", scheme).send()
    };
    assert_eq!(get("https").await.unwrap().status(), StatusCode::OK);
    // The last entry is the proxy's own; what the client wrote before it counts for nothing.
    for scheme in ["http", "https, http", ""] {
        let answer = get(scheme).await.unwrap();
        assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT, "{scheme}");
        assert_eq!(
            answer.headers()["location"],
            "https://lk.example/login?next=%2Fhome"
        );
        assert!(!answer.headers().contains_key("set-cookie"));
    }
    let post = client
        .post(format!("{url}/api/auth/sign-in"))
        .header("x-forwarded-proto", "http")
        .form(&[("login", "x"), ("password", "x")])
        .send()
        .await
        .unwrap();
    assert_eq!(post.status(), StatusCode::FORBIDDEN);
    let health = client.get(format!("{url}/health/live")).send().await;
    assert!(health.unwrap().status().is_success());
}

/// Links in letters and redirects are made of the setting, whatever host a request names.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_forged_host_is_in_no_link(pool: PgPool) {
    let app = app_with(pool, |_| {}).await;
    install_tls();
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let post = client
        .post(format!("{}/api/auth/forgot", app.url))
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin")
        .form(&[("login", "020723406967")])
        .send()
        .await
        .unwrap();
    assert!(
        post.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/login/code?c=")
    );
    app.jobs().await;
    let letters = app.mailbox.texts();
    let letter = letters
        .iter()
        .find(|letter| letter.text.contains("/reset-password/"))
        .unwrap();
    assert!(
        letter
            .text
            .contains(&format!("{}/reset-password/", app.url))
    );
    assert!(!letter.text.contains("evil"));
}
