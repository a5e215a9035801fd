//! The demo role: starts on nothing, stops without a trace, goes on with its data, and says in one
//! sentence what is in the way.

use crate::support::{Browser, Folder, Process, answers, free_port, person, run, settings};
use services::demo::PASSWORD;
use std::process::Output;

fn demo_settings(folder: &Folder, port: u16, acquirer: u16) -> Vec<(String, String)> {
    settings([
        ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("SERVER__PUBLIC_URL", format!("http://localhost:{port}")),
        ("DEMO__SANDBOX_LISTEN", format!("127.0.0.1:{acquirer}")),
        ("DEMO__SANDBOX_URL", format!("http://localhost:{acquirer}")),
        ("DEMO__DATA_DIR", folder.text()),
    ])
}

/// The only thing said about a start that failed.
fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("cabinet: "))
        .collect();
    assert_eq!(lines.len(), 1, "one sentence: {text}");
    lines[0].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_on_nothing_stops_without_a_trace_and_keeps_its_data() {
    let folder = Folder::new("demo");
    let (port, acquirer) = (free_port(), free_port());
    let settings = demo_settings(&folder, port, acquirer);
    let demo = Process::start("demo", &settings);
    answers(port, "/health/ready").await;
    let url = format!("http://localhost:{port}");
    let mut browser = Browser::new(&url);
    browser.sign_in(person("three weeks").card, PASSWORD).await;
    let form = browser
        .get("/payments/top-up")
        .await
        .form("/api/payments/start");
    let form = form.with("sum", "other").with("amount", "321");
    assert!(browser.submit(form).await.path.contains("/pay/"));

    // A second one in the same place is told what is in the way.
    let said = complaint(&run("demo", &settings).await);
    assert!(said.contains(&format!("port {port} is busy")), "{said}");
    assert!(
        said.contains(&format!("CABINET_SERVER__LISTEN=127.0.0.1:{}", port + 10)),
        "{said}"
    );
    let elsewhere = demo_settings(&folder, free_port(), free_port());
    let said = complaint(&run("demo", &elsewhere).await);
    assert!(said.contains("another cabinet runs in"), "{said}");

    let data = folder.path().join("postgres/data");
    assert!(data.join("postmaster.pid").exists());
    assert!(demo.stop().await, "stops in good order");
    assert!(
        !data.join("postmaster.pid").exists(),
        "the database is down"
    );
    for port in [port, acquirer] {
        assert!(
            std::net::TcpListener::bind(("127.0.0.1", port)).is_ok(),
            "{port} is free"
        );
    }

    let demo = Process::start("demo", &settings);
    answers(port, "/health/ready").await;
    assert!(
        browser.get("/payments").await.main().contains("321 ₽"),
        "the data and the session are there"
    );
    assert!(demo.stop().await);

    // Killed, it leaves its database running; the next start takes care of that.
    let demo = Process::start("demo", &settings);
    answers(port, "/health/ready").await;
    demo.kill().await;
    assert!(data.join("postmaster.pid").exists());
    let demo = Process::start("demo", &settings);
    answers(port, "/health/ready").await;
    assert_eq!(browser.get("/home").await.path, "/home");
    assert!(demo.stop().await);

    // A database that is broken is not thrown away: its place is named.
    std::fs::remove_file(data.join("global/pg_control")).unwrap();
    let said = complaint(&run("demo", &settings).await);
    assert!(said.contains("If its data is broken, move"), "{said}");
    assert!(said.contains(&folder.text()), "{said}");
}

#[tokio::test]
async fn what_is_wrong_is_named_in_one_sentence() {
    let folder = Folder::new("wrong");
    let base = demo_settings(&folder, free_port(), free_port());
    for (role, name, value, said) in [
        (
            "demo",
            "CABINET_DEMO__POSTGRES_BIN",
            "/nowhere",
            "PostgreSQL is not installed: run `make setup`",
        ),
        (
            "demo",
            "CABINET_SERVER__SITE_ROOT",
            "/nowhere",
            "run `make build`",
        ),
        (
            "demo",
            "DATABASE_URL",
            "postgres://x@127.0.0.1:1/x",
            "the database does not answer",
        ),
        (
            "demo",
            "CABINET_SERVER__LISTEN",
            "here",
            "setting server.listen",
        ),
        (
            "demo",
            "CABINET_SERVER__PORT",
            "3000",
            "setting server.port",
        ),
        (
            "demo",
            "CABINET_DATABASE__MAX_CONNECTIONS",
            "1",
            "setting database.max_connections",
        ),
        (
            "demo",
            "CABINET_ACQUIRER__TIMEOUT_SECONDS",
            "60",
            "setting acquirer.timeout_seconds",
        ),
        (
            "demo",
            "CABINET_ACCESS__SIGN_IN_TRIES",
            "0",
            "setting access.sign_in_tries: from 3 to 100",
        ),
        (
            "demo",
            "CABINET_TOP_UP__MAX",
            "1",
            "settings top_up.min and top_up.max",
        ),
        (
            "serve",
            "CABINET_LOG__LEVEL",
            "info",
            "setting database.url is missing",
        ),
        (
            "migrate",
            "DATABASE_URL",
            "nonsense",
            "database.url is not understood",
        ),
        (
            "ledger check",
            "DATABASE_URL",
            "postgres://x@127.0.0.1:1/x",
            "the database does not answer",
        ),
        (
            "serve",
            "CABINET_CONFIG",
            "/nowhere.toml",
            "the settings file /nowhere.toml does not exist",
        ),
    ] {
        let mut settings = base.clone();
        settings.push((name.to_owned(), value.to_owned()));
        let complained = complaint(&run(role, &settings).await);
        assert!(complained.contains(said), "{name}={value}: {complained}");
    }
}
