//! A real mail server, `end2end/support/smtp.mjs`, and what it has taken.

use serde::Deserialize;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A letter as it arrived.
#[derive(Debug, Clone, Deserialize)]
pub struct Letter {
    pub to: Vec<String>,
    pub from: String,
    pub subject: String,
    pub id: String,
    pub text: String,
    pub html: String,
    pub user: Option<String>,
    pub secure: bool,
}

/// The server; it ends with this value.
pub struct Smtp {
    pub port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    _server: Child,
}

impl Smtp {
    /// Starts it; `options` as the script describes them.
    pub async fn start(options: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/support/smtp.mjs");
        let mut server = Command::new("node")
            .arg(script)
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node");
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().expect("a port");
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = letters.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock()
                    .unwrap()
                    .push(serde_json::from_str(&line).unwrap());
            }
        });
        Self {
            port: port.parse().unwrap(),
            letters,
            _server: server,
        }
    }

    /// What has arrived for an address.
    pub fn letters(&self, to: &str) -> Vec<Letter> {
        let letters = self.letters.lock().unwrap();
        let ours = letters.iter().filter(|letter| letter.to == [to]);
        ours.cloned().collect()
    }

    /// The first letter for an address, waited for.
    pub async fn letter(&self, to: &str) -> Letter {
        for _ in 0..100 {
            if let Some(letter) = self.letters(to).into_iter().next() {
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no letter for {to}");
    }
}
