//! The state file: what survives a restart, and what a damaged file does.

use chrono::Duration;
use sandbox::{OpenError, Sandbox};

use crate::support::{Bank, config, file, order};

#[tokio::test]
async fn a_restart_keeps_payments_keys_clock_and_webhooks() {
    let path = file("restart/state.json");
    let open = async || {
        Bank::with(|config| {
            config.state_file = Some(path.clone());
            // Nobody listens there, so the event has to wait.
            config.webhook_url = Some("http://127.0.0.1:9/hook".to_owned());
        })
        .await
    };
    let bank = open().await;
    bank.control.advance(Duration::days(3)).unwrap();
    let first = bank.create("k1", &order()).await;
    let paid = bank.pending("k2", true).await;
    bank.control.complete(&paid).unwrap();
    bank.stop().await;

    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.contains("k1"));

    let bank = open().await;
    assert_eq!(bank.control.offset(), Duration::days(3));
    assert_eq!(bank.create("k1", &order()).await, first);
    assert_eq!(bank.read(&paid).await["status"], "succeeded");
    assert_eq!(bank.control.waiting_webhooks(), 1);
    bank.stop().await;
}

#[tokio::test]
async fn no_card_number_and_no_code_is_kept() {
    let path = file("cards/state.json");
    let bank = Bank::with(|config| config.state_file = Some(path.clone())).await;
    let id = bank.pending("k", true).await;
    bank.post(
        &format!("/pay/{id}"),
        "number=5555+5555+5555+4477&expiry=12%2F40&code=987",
    )
    .await;
    bank.post(&format!("/pay/{id}/3ds"), "code=1234").await;
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.contains("4477"));
    for secret in ["5555555555554477", "5555 5555", "\"987\"", "\"1234\""] {
        assert!(!kept.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_not_overwritten() {
    let path = file("damaged.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "{").unwrap();
    let mut config = config();
    config.state_file = Some(path.clone());
    assert!(matches!(
        Sandbox::open(config).await,
        Err(OpenError::State(_))
    ));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[tokio::test]
async fn wrong_addresses_are_named() {
    let mut wrong = config();
    wrong.public_url = "bank".to_owned();
    assert!(matches!(
        Sandbox::open(wrong).await,
        Err(OpenError::Address {
            name: "public_url",
            ..
        })
    ));
    let mut wrong = config();
    wrong.webhook_url = Some("ftp://bank/hook".to_owned());
    assert!(matches!(
        Sandbox::open(wrong).await,
        Err(OpenError::Address {
            name: "webhook_url",
            ..
        })
    ));
}
