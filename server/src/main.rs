//! The binary `cabinet`: one program, several roles. Here is the command line and nothing else.

use clap::{Parser, Subcommand};
use server::{config, roles, telemetry};
use services::office::people::Invite;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to do first.
const AFTER_HELP: &str = "\
To see it all:            cabinet demo
To look at the settings:  cabinet doctor
To run it for real:       cabinet migrate, then cabinet serve and cabinet worker,
                          as many of both as you like on one database (DATABASE_URL)

What is wrong is said in one sentence, and the exit code is 1 then.";

/// The self-care cabinet of «Орион Экспресс».
///
/// Settings come from a file and from the environment; `docs/CONFIGURATION.md` lists them all.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    /// File with settings (TOML).
    #[arg(long, global = true, value_name = "FILE", env = "CABINET_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    role: Role,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Everything at once on this machine, with demo data: database, cabinet, worker, acquirer.
    Demo,
    /// Serve the cabinet's pages.
    Serve,
    /// Work on background jobs: payments, periods, letters.
    Worker,
    /// Bring the database's structure up to date, as its owner.
    Migrate,
    /// Write the demo's tariffs and people into an empty database.
    Seed,
    /// Run the stand-in for the acquirer on its own port.
    Sandbox,
    /// Look at the settings and the neighbours and say what is wrong.
    Doctor,
    /// Let staff in: the first administrator, or somebody who has lost everything.
    Staff {
        #[command(subcommand)]
        what: StaffCommand,
    },
    /// Let partners in.
    Partner {
        #[command(subcommand)]
        what: PartnerCommand,
    },
    /// Compare a day with the acquirer: each difference is named, opens a case, and the exit code is 2.
    Reconcile {
        /// The registry that the acquirer has sent (CSV); without one, its own lists are asked for.
        file: Option<PathBuf>,
        /// The day in Moscow, as 2026-11-27; without one, that of the file, or yesterday.
        #[arg(long)]
        day: Option<String>,
    },
    /// Questions to the ledger.
    Ledger {
        #[command(subcommand)]
        question: LedgerQuestion,
    },
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Print a link behind which somebody sets up password and second factor.
    Invite {
        /// Latin letters, digits, dots and dashes.
        #[arg(long)]
        login: String,
        /// Name and surname.
        #[arg(long)]
        name: String,
        /// Where letters go.
        #[arg(long)]
        email: String,
        /// administrator, operator, supervisor, clerk, accountant or auditor.
        #[arg(long, default_value = "administrator")]
        role: String,
        /// The key that has sealed all second factors so far is lost for good.
        #[arg(long)]
        new_key: bool,
    },
}

#[derive(Debug, Subcommand)]
enum PartnerCommand {
    /// Print a link behind which a partner's owner sets up password and second factor.
    Invite {
        /// Partner's number, like 12.3456.78.
        #[arg(long)]
        number: String,
        /// What the partner is called.
        #[arg(long)]
        organisation: String,
        /// The owner's name and surname.
        #[arg(long)]
        name: String,
        /// Where the owner's letters go; also a login.
        #[arg(long)]
        email: String,
        /// The key that has sealed all second factors so far is lost for good.
        #[arg(long)]
        new_key: bool,
    },
}

#[derive(Debug, Subcommand)]
enum LedgerQuestion {
    /// Prove the invariants; the rows that break one are printed and the exit code is 1.
    Check,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return complain(&error),
    };
    telemetry::start(&config.log);
    gateways::http::install_tls();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.into()),
    };
    let result = runtime.block_on(async {
        match cli.role {
            Role::Demo => roles::demo::run(config).await,
            Role::Serve => roles::serve::run(config).await,
            Role::Worker => roles::worker::run(config).await,
            Role::Migrate => roles::migrate::run(config).await,
            Role::Seed => roles::seed::run(config).await,
            Role::Sandbox => roles::sandbox::run(config).await,
            Role::Doctor => roles::doctor::run(config).await,
            Role::Staff {
                what:
                    StaffCommand::Invite {
                        login,
                        name,
                        email,
                        role,
                        new_key,
                    },
            } => {
                let form = Invite {
                    login,
                    name,
                    email,
                    role,
                    ..Invite::default()
                };
                roles::office::invite_staff(config, form, new_key).await
            }
            Role::Partner {
                what:
                    PartnerCommand::Invite {
                        number,
                        organisation,
                        name,
                        email,
                        new_key,
                    },
            } => {
                let form = Invite {
                    name,
                    email,
                    ..Invite::default()
                };
                roles::office::invite_partner(config, &number, &organisation, form, new_key).await
            }
            Role::Reconcile { file, day } => {
                roles::reconcile::run(config, file.as_deref(), day.as_deref()).await
            }
            Role::Ledger {
                question: LedgerQuestion::Check,
            } => roles::ledger::check(config).await,
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => complain(&error),
    }
}

/// One clear sentence and the way out.
fn complain(error: &anyhow::Error) -> ExitCode {
    eprintln!("cabinet: {error:#}");
    ExitCode::FAILURE
}
