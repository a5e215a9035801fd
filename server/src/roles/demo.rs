//! Everything at once, for somebody who wants to see it: an embedded database, demo data, the
//! stand-in for the acquirer, the worker and the cabinet. Ctrl-C stops it all in order.

use super::{Built, Shutdown, build, listen, migrate, owner, sandbox, serve};
use crate::config::Config;
use crate::postgres::Cluster;
use anyhow::{Context, Result};
use secrecy::SecretString;
use services::demo::Person;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs until asked to stop.
pub async fn run(mut config: Config) -> Result<ExitCode> {
    // Both ports first: a busy one is found out before anything is started.
    let cabinet = listen("server.listen", config.server.listen).await?;
    let acquirer = listen("demo.sandbox_listen", config.demo.sandbox_listen).await?;
    crate::http::assets::find(&config.server.site_root)?;
    let shutdown = Shutdown::on_signal();
    let cluster = start_database(&mut config).await?;
    let folder = cluster.as_ref().map(|cluster| cluster.home().to_owned());
    let result = run_on_database(&mut config, folder, cabinet, acquirer, shutdown).await;
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
    if result.is_ok() {
        let mut out = std::io::stdout().lock();
        writeln!(out, "  Stopped: pages, worker, sandbox, database.")?;
    }
    result.map(|()| ExitCode::SUCCESS)
}

/// Starts the embedded database, unless one was given.
async fn start_database(config: &mut Config) -> Result<Option<Cluster>> {
    if config.database.url.is_some() {
        return Ok(None);
    }
    let cluster = Cluster::start(&config.demo).await?;
    config.database.owner_url = Some(SecretString::from(cluster.url("owner", "cabinet")));
    config.database.url = Some(SecretString::from(cluster.url("cabinet_app", "cabinet")));
    Ok(Some(cluster))
}

async fn run_on_database(
    config: &mut Config,
    folder: Option<PathBuf>,
    cabinet: tokio::net::TcpListener,
    acquirer: tokio::net::TcpListener,
    shutdown: Shutdown,
) -> Result<()> {
    std::fs::create_dir_all(&config.demo.data_dir)?;
    let owner = owner(config)?;
    migrate::migrate(&owner).await?;
    owner.close().await;
    config.acquirer.base_url = format!("{}/v3", local(config.demo.sandbox_listen));
    config
        .acquirer
        .page_origin
        .clone_from(&config.demo.sandbox_url);
    config.acquirer.shop_id = sandbox::SHOP_ID.into();
    config.acquirer.secret_key = SecretString::from(sandbox::SECRET_KEY);
    config.acquirer.sbp_square = true;
    config.acquirer.webhook_networks = ["127.0.0.0/8", "::1/128"]
        .iter()
        .map(|network| network.parse())
        .collect::<Result<_, _>>()?;
    let seeding = build(config, config.owner_url()?, true)?;
    let fresh = services::demo::seed(&seeding.services)
        .await
        .context("the demo's data")?;
    seeding.services.db.close().await;
    let built = build(config, config.database_url()?, true)?;
    let webhook = format!("{}/webhooks/yookassa", local(config.server.listen));
    let settings = sandbox::settings(config, Some(webhook));
    let acquiring = tokio::spawn(::sandbox::serve(settings, acquirer, shutdown.wait()));
    let working = tokio::spawn(services::jobs::worker::run(
        built.services.clone(),
        shutdown.wait(),
    ));
    print_welcome(config, &built, fresh, folder.as_deref())?;
    let served = serve::serve(config, &built, cabinet, shutdown).await;
    let _ = working.await;
    let _ = acquiring.await;
    built.services.db.close().await;
    served
}

/// The address on this machine of something that listens here.
fn local(listen: std::net::SocketAddr) -> String {
    let host = if listen.ip().is_unspecified() {
        "127.0.0.1".into()
    } else {
        listen.ip().to_string()
    };
    format!("http://{host}:{}", listen.port())
}

/// People of the demo; of those who show the same, the first.
fn one_of_each(registered: bool) -> impl Iterator<Item = &'static Person> {
    let people = services::demo::PEOPLE;
    people
        .iter()
        .enumerate()
        .filter(move |(at, person)| {
            person.registered == registered
                && !people[..*at]
                    .iter()
                    .any(|other| other.shows == person.shows)
        })
        .map(|(_, person)| person)
}

/// What a newcomer needs to begin.
fn print_welcome(config: &Config, built: &Built, fresh: bool, folder: Option<&Path>) -> Result<()> {
    let url = &config.server.public_url;
    let mut out = std::io::stdout().lock();
    writeln!(out)?;
    writeln!(out, "  «Орион Экспресс» runs at {url}")?;
    writeln!(out, "  Acquirer sandbox        {}", config.demo.sandbox_url)?;
    if built.mailbox.is_some() && config.mail.smtp_url.is_none() {
        writeln!(out, "  Letters and SMS         {url}/dev/mailbox")?;
    }
    writeln!(out, "  Components              {url}/_gallery")?;
    writeln!(out)?;
    writeln!(
        out,
        "  Sign in with a card number; the password of all is  {}",
        services::demo::PASSWORD
    )?;
    for person in one_of_each(true) {
        writeln!(out, "    {:<12}  {}", person.card, person.shows)?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  Partners and staff: {url}/partner/login and {url}/staff/login, the same password;"
    )?;
    writeln!(out, "  the app's code is at {url}/dev/mailbox")?;
    let mut shown = Vec::new();
    for person in services::demo::OFFICE {
        // Of a role the first.
        if shown.contains(&person.role) {
            continue;
        }
        shown.push(person.role);
        let login = if person.partner.is_empty() || person.role != domain::office::Role::Owner {
            person.login.to_owned()
        } else {
            format!("{} or {}", person.partner, person.login)
        };
        writeln!(
            out,
            "    {:<13}  {login}",
            person.role.title(domain::Lang::En).to_lowercase()
        )?;
    }
    writeln!(out)?;
    for (what, shows) in [
        ("An operator lets back in ", "lost phone and e-mail"),
        ("A clerk replaces a card of", "lost the card"),
    ] {
        if let Some(person) = one_of_each(true).find(|person| person.shows.contains(shows)) {
            writeln!(
                out,
                "  {what} {}, contract {}, card {}",
                person.surname, person.contract, person.card
            )?;
        }
    }
    writeln!(out, "  A new card to give out     0207 2345 9990")?;
    if let Some(pin) = services::demo::vouchers().next() {
        writeln!(out, "  A prepaid card of 500 ₽    {}", pin.grouped())?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  Register with a card and its contract (or surname and contact):"
    )?;
    for person in one_of_each(false) {
        writeln!(
            out,
            "    {:<12}  contract {}  {}",
            person.card, person.contract, person.shows
        )?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  Test card for paying    5555 5555 5555 4444, any date and code"
    )?;
    if fresh {
        writeln!(out, "  Running on fresh demo data.")?;
    } else {
        writeln!(
            out,
            "  Running on the data of the last run: the list says how people were at first."
        )?;
        if let Some(folder) = folder {
            writeln!(
                out,
                "  To start afresh, stop and delete {}",
                folder.display()
            )?;
        }
    }
    writeln!(out, "  Ctrl-C stops everything.")?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}
