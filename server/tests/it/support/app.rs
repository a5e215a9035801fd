//! The application in this process, on a port of its own, with the demo's people.

use super::Smtp;
use sandbox::{Control, Sandbox};
use secrecy::SecretString;
use server::config::{self, Config};
use server::roles::{self, Shutdown, migrate};
use services::Services;
use sqlx::PgPool;
use std::path::PathBuf;
use std::sync::Arc;
use storage::Db;
use tokio::net::TcpListener;

/// A running cabinet.
pub struct App {
    pub url: String,
    pub services: Arc<Services>,
    pub acquirer: Control,
    pub pool: PgPool,
    pub mailbox: gateways::Mailbox,
    pub port: u16,
    acquirer_origin: String,
}

/// The address of a test's database for a role.
pub fn database_url(pool: &PgPool, role: &str) -> String {
    let base = std::env::var("DATABASE_URL").expect("run by scripts/with-postgres.sh");
    let (_, socket) = base.split_once("?host=").expect("a socket's folder");
    let options = pool.connect_options();
    let database = options.get_database().unwrap();
    format!("postgres://{role}@localhost/{database}?host={socket}")
}

/// A folder with the files that pages name; nobody runs them here.
pub fn site_root() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("site");
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for name in ["cabinet.0.css", "cabinet.0.js", "cabinet.0.wasm"] {
        std::fs::write(root.join("pkg").join(name), "").unwrap();
    }
    root
}

/// A cabinet.
pub async fn app(pool: PgPool) -> App {
    app_with(pool, |_| {}).await
}

/// A cabinet that sends its letters by a mail server; `user` is `name:password@` or nothing.
pub async fn app_with_mail(pool: PgPool, smtp: &Smtp, user: &str) -> App {
    let url = format!("smtp://{user}127.0.0.1:{}", smtp.port);
    app_with(pool, |config| config.mail.smtp_url = Some(url.into())).await
}

/// A cabinet with other settings.
pub async fn app_with(pool: PgPool, change: impl FnOnce(&mut Config)) -> App {
    gateways::http::install_tls();
    let _ = any_spawner::Executor::init_tokio();
    migrate::migrate(&Db::from_pool(pool.clone()))
        .await
        .unwrap();

    let acquiring = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let serving = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let acquirer_url = format!("http://{}", acquiring.local_addr().unwrap());
    let port = serving.local_addr().unwrap().port();

    let mut config = config::load(None).unwrap();
    config.server.public_url = format!("http://localhost:{port}");
    config.server.site_root = site_root();
    config.acquirer.base_url = format!("{acquirer_url}/v3");
    config.acquirer.page_origin.clone_from(&acquirer_url);
    config.acquirer.shop_id = "100500".into();
    config.acquirer.secret_key = SecretString::from("test_key");
    config.acquirer.webhook_networks = vec!["127.0.0.0/8".parse().unwrap()];
    change(&mut config);

    let sandbox = Sandbox::open(sandbox::Config {
        shop_id: "100500".into(),
        secret_key: "test_key".into(),
        public_url: acquirer_url,
        webhook_url: Some(format!("http://127.0.0.1:{port}/webhooks/yookassa")),
        state_file: None,
        control: true,
    })
    .await
    .unwrap();
    let acquirer = sandbox.control();
    tokio::spawn(async move { sandbox.serve(acquiring, std::future::pending()).await });

    let owner = SecretString::from(database_url(&pool, "postgres"));
    let seeding = roles::build(&config, &owner, true).unwrap();
    services::demo::seed(&seeding.services).await.unwrap();
    let application = SecretString::from(database_url(&pool, "cabinet_app"));
    let built = roles::build(&config, &application, true).unwrap();
    let (services, mailbox) = (built.services.clone(), built.mailbox.clone().unwrap());
    let (url, acquirer_origin) = (
        config.server.public_url.clone(),
        config.acquirer.page_origin.clone(),
    );
    tokio::spawn(async move {
        roles::serve::serve(&config, &built, serving, Shutdown::on_signal())
            .await
            .unwrap();
    });
    App {
        url,
        services,
        acquirer,
        pool,
        mailbox,
        port,
        acquirer_origin,
    }
}

impl App {
    /// Where the acquirer's pages are.
    pub fn acquirer_origin(&self) -> &str {
        &self.acquirer_origin
    }

    /// Runs what waits in the queue, and what that has caused.
    pub async fn jobs(&self) {
        for _ in 0..2 {
            services::jobs::worker::run_jobs(&self.services)
                .await
                .unwrap();
        }
    }

    /// Proves the ledger's invariants.
    pub async fn check(&self) {
        services::upkeep::roll_up(&self.services).await.unwrap();
        let mut conn = self.pool.acquire().await.unwrap();
        let findings = storage::ledger_check::check(&mut conn).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}
