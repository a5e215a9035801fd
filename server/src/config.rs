//! Settings: defaults, then a file, then the environment. A wrong or unknown one is refused at start
//! with its name. Every setting is described in docs/CONFIGURATION.md.

mod limits;
mod receipts;

pub use receipts::{Receipt, Seller};

use anyhow::{Context, Result, bail};
use domain::settings::{
    AccessLimits, AutopayTerms, OffsetPolicy, PromiseTerms, TopUpLimits, VoucherLimits,
};
use domain::support::Support;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use services::seal::Keys;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The web server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The acquirer.
    pub acquirer: Acquirer,
    /// The mail system.
    pub mail: Mail,
    /// The SMS provider.
    pub sms: Sms,
    /// The doors of partners and staff.
    pub office: Office,
    /// Limits of one top-up, in kopecks.
    pub top_up: TopUpLimits,
    /// Terms of a promised payment.
    pub promise: PromiseTerms,
    /// Saved bank cards.
    pub cards: Cards,
    /// Terms of autopay.
    pub autopay: AutopayTerms,
    /// Prepaid cards.
    pub voucher: Voucher,
    /// How many tries are free, and how long links and sessions live, in seconds.
    pub access: AccessLimits,
    /// Where people help.
    pub support: Support,
    /// Who sells, as receipts name it.
    pub seller: Seller,
    /// Receipts.
    pub receipt: Receipt,
    /// Logs.
    pub log: Log,
    /// The demo.
    pub demo: Demo,
}

/// The web server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address of the cabinet as people see it; not set, this machine's own.
    #[serde(default)]
    pub public_url: String,
    /// Folder with the built pages' files.
    pub site_root: PathBuf,
    /// Is a proxy in front whose `X-Forwarded-For` and `X-Forwarded-Proto` count?
    pub behind_proxy: bool,
    /// File with the certificate and its chain (PEM); with it this process ends TLS itself.
    #[serde(default)]
    pub tls_certificate: Option<PathBuf>,
    /// File with the certificate's private key (PEM).
    #[serde(default)]
    pub tls_key: Option<PathBuf>,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Address for serving and working; the role `cabinet_app` is meant for it.
    pub url: Option<SecretString>,
    /// Address for migrating and seeding, as the owner; the same when not set.
    pub owner_url: Option<SecretString>,
    /// Most connections of one node.
    pub max_connections: u32,
}

/// The acquirer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acquirer {
    /// Base address of its API.
    pub base_url: String,
    /// Origin of the payer's page, where forms may lead.
    pub page_origin: String,
    /// Shop id.
    #[serde(deserialize_with = "text")]
    pub shop_id: String,
    /// Secret key.
    pub secret_key: SecretString,
    /// Seconds a call may take.
    pub timeout_seconds: u64,
    /// Are payments by the system of fast payments shown as a square on the cabinet's own page? The shop
    /// has to be let do so by its manager.
    pub sbp_square: bool,
    /// Networks its notifications come from.
    pub webhook_networks: Vec<IpNet>,
}

/// The mail system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Address of the SMTP server; without it letters stay in the mailbox of the demo.
    pub smtp_url: Option<SecretString>,
    /// Sender.
    pub from: String,
    /// File with the certificate, in PEM form, of who has signed the server's one, where that is one's own
    /// authority. Then nothing is sent without encryption.
    pub authority: Option<PathBuf>,
}

/// The SMS provider (edna Pulse).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Base address of its API.
    pub base_url: String,
    /// Key of its API; without it no SMS is sent, and forms ask for an e-mail.
    pub api_key: Option<SecretString>,
    /// The cascade that sends from our name.
    pub cascade_id: Option<u64>,
    /// Seconds a call may take.
    pub timeout_seconds: u64,
}

/// The doors of partners and staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Keys that seal second factors, 64 hexadecimal digits each, the newest first; without one these
    /// doors do not exist.
    #[serde(deserialize_with = "secrets")]
    pub keys: Vec<SecretString>,
    /// Networks that staff come in from; none: from everywhere.
    pub staff_networks: Vec<IpNet>,
}

/// Saved bank cards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cards {
    /// Keys that seal the acquirer's tokens, 64 hexadecimal digits each, the newest first; without one no
    /// card is saved.
    #[serde(deserialize_with = "secrets")]
    pub keys: Vec<SecretString>,
}

/// Keys that seal, of a setting.
fn sealing(name: &str, keys: &[SecretString]) -> Result<Keys> {
    Keys::from_hex(keys.iter().map(|key| key.expose_secret().trim())).with_context(|| {
        format!("setting {name}: 64 hexadecimal digits each, as `openssl rand -hex 32` makes them")
    })
}

impl Cards {
    /// The keys.
    pub fn keys(&self) -> Result<Keys> {
        sealing("cards.keys", &self.keys)
    }
}

/// Prepaid cards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// Keys of the digests of their PINs, 64 hexadecimal digits each, the newest first; without one
    /// they are not taken.
    #[serde(deserialize_with = "secrets")]
    pub keys: Vec<SecretString>,
    /// Limits of guessing.
    pub limits: VoucherLimits,
}

impl Voucher {
    /// The keys.
    pub fn keys(&self) -> Result<services::voucher::Keys> {
        services::voucher::Keys::from_hex(self.keys.iter().map(|key| key.expose_secret().trim()))
            .context(
                "setting voucher.keys: 64 hexadecimal digits each, as `openssl rand -hex 32` makes them",
            )
    }
}

impl Office {
    /// The keys.
    pub fn keys(&self) -> Result<Keys> {
        sealing("office.keys", &self.keys)
    }
}

/// A list of secrets, or one alone.
fn secrets<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SecretString>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(SecretString),
        Many(Vec<SecretString>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}

/// Settings whose values never stand in a message.
const SECRETS: [&str; 8] = [
    "database.url",
    "database.owner_url",
    "acquirer.secret_key",
    "mail.smtp_url",
    "sms.api_key",
    "office.keys",
    "voucher.keys",
    "cards.keys",
];

/// A setting that could not be read, without its value when that is a secret.
fn unread(error: &figment::Error) -> anyhow::Error {
    let name = error.path.join(".");
    if SECRETS.iter().any(|secret| name.starts_with(secret)) {
        return anyhow::anyhow!("setting {name}: is not understood (see docs/CONFIGURATION.md)");
    }
    anyhow::anyhow!("setting {name}: {}", error.kind)
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Level, or a filter by module.
    pub level: String,
    /// Form.
    pub format: LogFormat,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The demo and the stand-in for the acquirer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Folder for the demo's data.
    pub data_dir: PathBuf,
    /// Address and port of the stand-in for the acquirer.
    pub sandbox_listen: SocketAddr,
    /// Address of its pages as the payer's browser sees it; not set, this machine's own.
    #[serde(default)]
    pub sandbox_url: String,
    /// Where it sends its notifications.
    pub webhook_url: Option<String>,
    /// Folder with PostgreSQL's programs; found by itself when not set.
    pub postgres_bin: Option<PathBuf>,
}

/// The source networks that YooKassa documents for its notifications.
const YOOKASSA_NETWORKS: [&str; 7] = [
    "185.71.76.0/27",
    "185.71.77.0/27",
    "77.75.153.0/25",
    "77.75.156.11/32",
    "77.75.156.35/32",
    "77.75.154.128/25",
    "2a02:5180::/32",
];

fn defaults() -> serde_json::Value {
    serde_json::json!({
        "server": {
            "listen": "127.0.0.1:3000",
            "site_root": "target/site",
            "behind_proxy": false,
        },
        "database": { "max_connections": 16 },
        "acquirer": {
            "base_url": "https://api.yookassa.ru/v3",
            "page_origin": "https://yoomoney.ru",
            "shop_id": "",
            "secret_key": "",
            "timeout_seconds": 10,
            "sbp_square": false,
            "webhook_networks": YOOKASSA_NETWORKS,
        },
        "mail": { "from": "Орион Экспресс <lk@orion.example>" },
        "sms": { "base_url": "https://app.edna.ru", "timeout_seconds": 10 },
        "office": { "keys": [], "staff_networks": [] },
        "top_up": TopUpLimits::default(),
        "promise": PromiseTerms::default(),
        "cards": { "keys": [] },
        "autopay": AutopayTerms::default(),
        "voucher": { "keys": [], "limits": VoucherLimits::default() },
        "access": AccessLimits::default(),
        "support": Support::default(),
        "receipt": { "offset_policy": OffsetPolicy::default() },
        "seller": { "name": "", "inn": "", "tax_system": "ОСН" },
        "log": { "level": "info,sqlx=warn,graphile_worker=warn", "format": "text" },
        "demo": {
            "data_dir": ".data",
            "sandbox_listen": "127.0.0.1:3001",
        },
    })
}

/// A text that may look like a number in the environment.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u64),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}

/// Reads the settings.
pub fn load(file: Option<&Path>) -> Result<Config> {
    let mut figment = Figment::from(Serialized::defaults(defaults()));
    if let Some(file) = file {
        if !file.is_file() {
            bail!("the settings file {} does not exist", file.display());
        }
        figment = figment.merge(Toml::file(file));
    }
    // `CABINET_SERVER__LISTEN` is `server.listen`; `DATABASE_URL` is what everybody calls it.
    let mut config: Config = figment
        .merge(
            Env::raw()
                .only(&["DATABASE_URL"])
                .map(|_| "database.url".into()),
        )
        .merge(Env::prefixed("CABINET_").ignore(&["config"]).split("__"))
        .extract()
        .map_err(|error| unread(&error))?;
    let own = if config.server.tls_certificate.is_some() {
        "https"
    } else {
        "http"
    };
    for (address, scheme, listen) in [
        (&mut config.server.public_url, own, config.server.listen),
        (
            &mut config.demo.sandbox_url,
            "http",
            config.demo.sandbox_listen,
        ),
    ] {
        if address.is_empty() {
            *address = format!("{scheme}://localhost:{}", listen.port());
        }
    }
    config.server.public_url = origin("server.public_url", &config.server.public_url)?;
    encryption(&config.server)?;
    config.demo.sandbox_url = origin("demo.sandbox_url", &config.demo.sandbox_url)?;
    config.acquirer.page_origin = origin("acquirer.page_origin", &config.acquirer.page_origin)?;
    config.sms.base_url = origin("sms.base_url", &config.sms.base_url)?;
    let in_the_clear = config.sms.base_url.strip_prefix("http://");
    if in_the_clear.is_some_and(|host| !is_local(host)) {
        bail!("setting sms.base_url: must begin with https://, since codes travel there");
    }
    if config.sms.api_key.is_some() != config.sms.cascade_id.is_some() {
        bail!("settings sms.api_key and sms.cascade_id: both or neither");
    }
    if !(1..=60).contains(&config.sms.timeout_seconds) {
        bail!("setting sms.timeout_seconds: from 1 to 60");
    }
    config.office.keys()?;
    limits::limits(&config.top_up, &config.access)?;
    limits::terms(&config.promise)?;
    config.voucher.keys()?;
    config.cards.keys()?;
    limits::autopay(&config.autopay)?;
    limits::guesses(&config.voucher.limits)?;
    config.seller.check()?;
    config.receipt.email()?;
    if config.database.max_connections < 2 {
        bail!("setting database.max_connections: at least 2 are needed");
    }
    // The payer waits for this call, and a request may take half a minute in all.
    if !(1..=25).contains(&config.acquirer.timeout_seconds) {
        bail!("setting acquirer.timeout_seconds: from 1 to 25");
    }
    Ok(config)
}

/// A session's cookie never travels in the clear, except on this machine itself.
fn encryption(server: &Server) -> Result<()> {
    if server.tls_certificate.is_some() != server.tls_key.is_some() {
        bail!("settings server.tls_certificate and server.tls_key: both or neither");
    }
    let ends_tls = server.tls_certificate.is_some();
    if ends_tls && server.behind_proxy {
        bail!("settings server.tls_certificate and server.behind_proxy: only one of them ends TLS");
    }
    let in_the_clear = server.public_url.starts_with("http://");
    if in_the_clear && !server.listen.ip().is_loopback() {
        bail!(
            "setting server.listen: only 127.0.0.1 or [::1] while server.public_url begins with http://, since passwords and sessions would travel in the clear"
        );
    }
    match server.public_url.strip_prefix("http://") {
        Some(_) if ends_tls => bail!(
            "setting server.public_url: must begin with https:// when server.tls_certificate is set"
        ),
        Some(host) if !is_local(host) => bail!(
            "setting server.public_url: must begin with https://, since passwords and sessions travel there; plain http:// is for localhost"
        ),
        None if !ends_tls && !server.behind_proxy => bail!(
            "setting server.public_url begins with https://, but nobody ends TLS: set server.tls_certificate and server.tls_key, or server.behind_proxy when a proxy does"
        ),
        _ => Ok(()),
    }
}

/// `localhost`, with or without a port, and the loopback addresses.
fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// `https://host[:port]` without a path.
fn origin(name: &str, text: &str) -> Result<String> {
    let trimmed = text.trim_end_matches('/');
    let rest = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"))
        .with_context(|| format!("setting {name}: must begin with http:// or https://"))?;
    if rest.is_empty() || rest.contains(['/', '?', '#', ' ', '\'', ';', ',']) {
        bail!("setting {name}: only a host and a port are expected");
    }
    Ok(trimmed.to_owned())
}

impl Config {
    /// Address of the database for serving and working.
    pub fn database_url(&self) -> Result<&SecretString> {
        self.database.url.as_ref().context(
            "setting database.url is missing: set DATABASE_URL, or use `cabinet demo`, which brings its own database",
        )
    }

    /// Address of the database for its owner.
    pub fn owner_url(&self) -> Result<&SecretString> {
        self.database
            .owner_url
            .as_ref()
            .map_or_else(|| self.database_url(), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_stands_in_a_message() {
        let read = |json: serde_json::Value| {
            Figment::from(Serialized::defaults(defaults()))
                .merge(Serialized::defaults(json))
                .extract::<Config>()
                .map_err(|error| unread(&error).to_string())
        };
        let key = "ab".repeat(31) + "cd";
        let one = read(serde_json::json!({ "office": { "keys": key } })).unwrap();
        assert!(!one.office.keys().unwrap().is_empty());
        let both = read(serde_json::json!({ "office": { "keys": [key, key] } })).unwrap();
        assert_eq!(both.office.keys.len(), 2);
        for short in ["", "ab", &"0".repeat(64)] {
            let found = read(serde_json::json!({ "office": { "keys": [short] } })).unwrap();
            assert!(found.office.keys().is_err(), "{short}");
        }
        for name in SECRETS {
            let (section, key) = name.split_once('.').unwrap();
            let wrong = read(serde_json::json!({ section: { key: 31_415_926 } })).unwrap_err();
            assert!(
                wrong.contains(name) && !wrong.contains("31415926"),
                "{wrong}"
            );
        }
        let plain = read(serde_json::json!({ "server": { "listen": 5 } })).unwrap_err();
        assert!(plain.contains('5'), "{plain}");
    }

    #[test]
    fn origins_have_no_path() {
        assert_eq!(
            origin("x", "https://lk.example/").ok().as_deref(),
            Some("https://lk.example")
        );
        for wrong in [
            "lk.example",
            "ftp://x",
            "https://",
            "https://a/b",
            "https://a; script-src *",
        ] {
            assert!(origin("x", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_travels_in_the_clear() {
        let server = |url: &str, behind_proxy: bool, tls: bool| Server {
            listen: ([127, 0, 0, 1], 3000).into(),
            public_url: url.into(),
            site_root: PathBuf::new(),
            behind_proxy,
            tls_certificate: tls.then(PathBuf::new),
            tls_key: tls.then(PathBuf::new),
        };
        for (url, behind_proxy, tls) in [
            ("http://localhost:3000", false, false),
            ("http://localhost", true, false),
            ("http://127.0.0.1:3000", false, false),
            ("http://[::1]:3000", false, false),
            ("https://lk.example", true, false),
            ("https://lk.example", false, true),
        ] {
            assert!(encryption(&server(url, behind_proxy, tls)).is_ok(), "{url}");
        }
        for (url, behind_proxy, tls) in [
            ("http://lk.example", false, false),
            ("http://lk.example", true, false),
            ("http://localhost.example", false, false),
            ("http://localhost:3000", false, true),
            ("https://lk.example", false, false),
            ("https://lk.example", true, true),
        ] {
            assert!(
                encryption(&server(url, behind_proxy, tls)).is_err(),
                "{url}"
            );
        }
    }

    #[test]
    fn listening_to_the_world_needs_encryption() {
        let server = |listen: &str, url: &str| Server {
            listen: listen.parse().unwrap(),
            public_url: url.into(),
            site_root: PathBuf::new(),
            behind_proxy: url.starts_with("https://"),
            tls_certificate: None,
            tls_key: None,
        };
        for listen in ["127.0.0.1:3000", "127.8.8.8:1", "[::1]:3000"] {
            assert!(encryption(&server(listen, "http://localhost:3000")).is_ok());
        }
        for listen in ["0.0.0.0:3000", "[::]:3000", "192.0.2.7:3000"] {
            let refused = encryption(&server(listen, "http://localhost:3000"));
            let text = refused.unwrap_err().to_string();
            assert!(text.contains("server.listen"), "{listen}: {text}");
            assert!(encryption(&server(listen, "https://lk.example")).is_ok());
        }
    }

    #[test]
    fn unknown_and_wrong_settings_are_named() {
        let read = |toml: &str| {
            Figment::from(Serialized::defaults(defaults()))
                .merge(Toml::string(toml))
                .extract::<Config>()
                .map_err(|error| error.to_string())
        };
        assert!(read("").is_ok());
        assert!(read("[acquirer]\nshop_id = 100500").is_ok_and(|c| c.acquirer.shop_id == "100500"));
        assert!(read("[server]\nlisten = \"here\"").is_err_and(|e| e.contains("server.listen")));
        assert!(read("[support]\nhours = [\"day\"]").is_err_and(|e| e.contains("opening hours")),);
        assert!(read("[support]\nphone = \"call\"").is_err_and(|e| e.contains("phone")));
        let office = "[[support.offices]]\ncity = \"Омск\"\naddress = \"Ленина, 1\"\nhours = [\"mon-fri 09:00-18:00\"]";
        assert!(read(office).is_ok_and(|c| c.support.offices.len() == 1));
        assert!(read("[server]\nlistne = \"127.0.0.1:1\"").is_err_and(|e| e.contains("listne")));
    }
}
