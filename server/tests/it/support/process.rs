//! The real binary as processes that can be killed.

use super::site_root;
use reqwest::{Client, Method};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

fn command(role: &str, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cabinet"));
    command
        .args(role.split(' '))
        .env_remove("DATABASE_URL")
        .env("CABINET_SERVER__SITE_ROOT", site_root())
        .env("CABINET_LOG__LEVEL", "info,sqlx=error,graphile_worker=warn")
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Settings by their names in the environment.
pub fn settings<const N: usize>(pairs: [(&str, String); N]) -> Vec<(String, String)> {
    let named = pairs.map(|(name, value)| (format!("CABINET_{name}"), value));
    named.into()
}

/// Runs a role to its end.
pub async fn run(role: &str, settings: &[(String, String)]) -> Output {
    let running = command(role, settings).output();
    let ended = tokio::time::timeout(Duration::from_mins(1), running).await;
    ended.expect("it ends by itself").unwrap()
}

/// A folder of a test's own, which the database's user can enter; removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let own = format!("orion-{name}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(own);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A cabinet and an acquirer as processes on one database.
pub struct Stand {
    settings: Vec<(String, String)>,
    pub cabinet_port: u16,
    acquirer_port: u16,
    _acquirer: Process,
    _folder: Folder,
}

/// The key of the demo's prepaid cards, see `services::demo::voucher_keys`.
const DEMO_VOUCHER_KEY: &str = "0708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526";

impl Stand {
    /// Starts the acquirer; `DATABASE_URL` is for the application's role.
    pub async fn start(name: &str, database_url: &str) -> Self {
        let (cabinet_port, acquirer_port) = (free_port(), free_port());
        let folder = Folder::new(name);
        let acquirer = format!("http://127.0.0.1:{acquirer_port}");
        let settings = settings([
            ("DATABASE__URL", database_url.to_owned()),
            ("SERVER__LISTEN", format!("127.0.0.1:{cabinet_port}")),
            (
                "SERVER__PUBLIC_URL",
                format!("http://localhost:{cabinet_port}"),
            ),
            ("ACQUIRER__BASE_URL", format!("{acquirer}/v3")),
            ("ACQUIRER__PAGE_ORIGIN", acquirer.clone()),
            ("ACQUIRER__SHOP_ID", "100500".into()),
            ("ACQUIRER__SECRET_KEY", "test_demo_key".into()),
            ("ACQUIRER__TIMEOUT_SECONDS", "2".into()),
            ("ACQUIRER__WEBHOOK_NETWORKS", "[\"127.0.0.0/8\"]".into()),
            ("MAIL__SMTP_URL", "smtp://127.0.0.1:1".into()),
            // The demo's people and cards are in the database, so its key is needed.
            ("VOUCHER__KEYS", DEMO_VOUCHER_KEY.into()),
            ("CARDS__KEYS", "0123456789abcdef".repeat(4)),
            ("DEMO__SANDBOX_LISTEN", format!("127.0.0.1:{acquirer_port}")),
            ("DEMO__SANDBOX_URL", acquirer),
            (
                "DEMO__WEBHOOK_URL",
                format!("http://127.0.0.1:{cabinet_port}/webhooks/yookassa"),
            ),
            ("DEMO__DATA_DIR", folder.text()),
        ]);
        let sandbox = Process::start("sandbox", &settings);
        answers(acquirer_port, "/control/state").await;
        Self {
            settings,
            cabinet_port,
            acquirer_port,
            _acquirer: sandbox,
            _folder: folder,
        }
    }

    /// Starts the pages and waits until they answer.
    pub async fn serve(&self) -> Process {
        let process = Process::start("serve", &self.settings);
        answers(self.cabinet_port, "/health/ready").await;
        process
    }

    /// Starts a worker.
    pub fn worker(&self) -> Process {
        Process::start("worker", &self.settings)
    }

    /// The cabinet's address.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.cabinet_port)
    }

    /// Calls the acquirer's control.
    pub async fn acquirer(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        gateways::http::install_tls();
        let client = Client::builder().build().unwrap();
        let url = format!("http://127.0.0.1:{}/control{path}", self.acquirer_port);
        let mut request = client.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// The acquirer's only payment.
    pub async fn object(&self) -> String {
        let payments = self.acquirer(Method::GET, "/payments", None).await;
        let [payment] = payments.as_array().unwrap().as_slice() else {
            panic!("one payment was expected: {payments}");
        };
        payment["id"].as_str().unwrap().to_owned()
    }

    /// The payer has paid.
    pub async fn complete(&self, object: &str) {
        let path = format!("/payments/{object}/complete");
        self.acquirer(Method::POST, &path, None).await;
    }
}

/// Waits until somebody answers well.
pub async fn answers(port: u16, path: &str) {
    gateways::http::install_tls();
    let client = Client::builder().build().unwrap();
    let url = format!("http://127.0.0.1:{port}{path}");
    wait_for(&url, Duration::from_mins(1), async || {
        let answer = client.get(&url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    })
    .await;
}

/// One role of the binary.
pub struct Process {
    role: &'static str,
    child: Child,
}

impl Process {
    /// Starts a role with settings.
    pub fn start(role: &'static str, settings: &[(String, String)]) -> Self {
        let child = command(role, settings).spawn().unwrap();
        Self { role, child }
    }

    /// Kills it at once, as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, as Ctrl-C would, and waits. Is it gone in good order?
    pub async fn stop(mut self) -> bool {
        let pid = self.child.id().expect(self.role).to_string();
        let asked = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(asked.unwrap().success());
        let ended = tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await;
        ended.expect(self.role).unwrap().success()
    }
}

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until something is true.
pub async fn wait_for(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + patience;
    while !ask().await {
        assert!(Instant::now() < until, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
