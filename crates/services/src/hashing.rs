//! Hashing of passwords: Argon2id on threads of its own, which step back behind everything else. Pages
//! of those who are signed in come as fast as ever while others sign in (`make bench`, signin.home_p99).

use crate::crypto::random_token;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use domain::password::meant;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The memory that hashing fills, kept by a thread from one password to the next: fresh pages each
/// time would cost up to a fifth of the hashing.
#[derive(Debug, Default)]
pub struct Memory(Vec<Block>);

/// Does a password fit a hash in PHC form? Whatever algorithm of the Argon2 family and parameters it
/// was made with.
pub fn fits(memory: &mut Memory, password: &str, stored: &str) -> bool {
    fits_or_error(memory, password, stored).unwrap_or(false)
}

fn fits_or_error(
    Memory(blocks): &mut Memory,
    password: &str,
    stored: &str,
) -> argon2::password_hash::Result<bool> {
    let parsed = PasswordHash::new(stored)?;
    let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
        return Ok(false);
    };
    let version = parsed.version.map(Version::try_from).transpose()?;
    let params = Params::try_from(&parsed)?;
    let count = params.block_count();
    if blocks.len() < count {
        blocks.resize(count, Block::default());
    }
    let mut made = vec![0; expected.len()];
    let argon2 = Argon2::new(
        Algorithm::try_from(parsed.algorithm.as_str())?,
        version.unwrap_or_default(),
        params,
    );
    let memory = &mut blocks[..count];
    argon2.hash_password_into_with_memory(password.as_bytes(), &salt, &mut made, memory)?;
    // Compared in constant time by the library.
    Ok(Output::new(&made)? == expected)
}

/// How far the threads step back: ten steps of niceness leave them about a tenth of a contended core.
const NICENESS: i32 = 10;

/// The threads; they end when the last hasher is dropped.
#[derive(Debug, Clone)]
struct Threads {
    jobs: Sender<Job>,
}

impl Threads {
    fn start(count: usize) -> Self {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..count {
            let queue = queue.clone();
            let started = std::thread::Builder::new()
                .name("hashing".to_owned())
                .spawn(move || work_through(&queue));
            if let Err(error) = started {
                tracing::error!(%error, "hashing.no_thread");
            }
        }
        Self { jobs }
    }
}

fn work_through(queue: &Mutex<Receiver<Job>>) {
    // On Linux niceness belongs to the thread.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "hashing.priority");
    }
    let mut memory = Memory::default();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            tracing::error!("hashing.panicked");
        }
    }
}

/// Argon2id with the parameters of the OWASP cheat sheet (19 MiB, 2 passes, 1 lane), off the async
/// threads and never more at once than the machine has memory and cores for.
#[derive(Debug, Clone)]
pub struct Hasher {
    threads: Threads,
    /// Whoever stops waiting leaves the queue; only what is being hashed is finished.
    permits: Arc<Semaphore>,
    /// A hash of nothing: verified when there is no account, so that both take the same time.
    dummy: Arc<str>,
}

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// How passwords are hashed, for whoever measures it.
#[derive(Debug, Clone, Copy)]
pub struct HashingParameters {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

/// The parameters in force.
pub const HASHING: HashingParameters = HashingParameters {
    memory_kib: MEMORY_KIB,
    passes: PASSES,
};

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A verified password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It fits; a new hash when the old one has other parameters.
    Fits(Option<String>),
    /// It does not fit, or there is no account.
    No,
}

/// The hashing thread died or the library refused: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("password hashing failed")]
pub struct HashError;

impl Hasher {
    /// At most `concurrency` at once.
    pub fn new(concurrency: usize) -> Self {
        // The salt differs from run to run, the cost does not.
        let dummy = argon2()
            .hash_password(random_token().as_bytes())
            .map(|hash| hash.to_string())
            .unwrap_or_default();
        Self {
            threads: Threads::start(concurrency.max(1)),
            permits: Arc::new(Semaphore::new(concurrency.max(1))),
            dummy: dummy.into(),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| HashError)?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            // The place is free when the work is done, not when nobody waits for it any more.
            let _permit = permit;
            if !answer.is_closed() {
                drop(answer.send(work(memory)));
            }
        });
        self.threads.jobs.send(job).map_err(|_| HashError)?;
        answered.await.map_err(|_| HashError)
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let password = meant(password).to_owned();
        self.blocking(move |_| {
            argon2()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await?
        .map_err(|_| HashError)
    }

    /// Verifies a password against a stored hash, or against the dummy when there is none.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verified, HashError> {
        let password = meant(password).to_owned();
        let exists = stored.is_some();
        let hash = stored.map_or_else(|| self.dummy.to_string(), str::to_owned);
        self.blocking(move |memory| {
            if !fits(memory, &password, &hash) || !exists {
                return Verified::No;
            }
            let current = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$");
            if hash.starts_with(&current) {
                return Verified::Fits(None);
            }
            Verified::Fits(
                argon2()
                    .hash_password(password.as_bytes())
                    .ok()
                    .map(|h| h.to_string()),
            )
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_outlives_a_job_that_panics() {
        let hasher = Hasher::new(1);
        let broken: Result<(), HashError> = hasher.blocking(|_| panic!("on purpose")).await;
        assert!(broken.is_err());
        assert!(hasher.hash("m7kd-xw4p-9hra-tq2e").await.is_ok());
    }

    #[tokio::test]
    async fn never_more_passwords_are_hashed_at_once_than_allowed() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let hasher = Hasher::new(2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs: Vec<_> = (0..12)
            .map(|_| {
                let (hasher, now, most) = (hasher.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    let work = move |_: &mut Memory| {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        now.fetch_sub(1, Ordering::SeqCst);
                    };
                    hasher.blocking(work).await
                })
            })
            .collect();
        for job in jobs {
            assert!(job.await.unwrap().is_ok());
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    /// The library's own verification says the same, whatever was in the memory before.
    #[test]
    fn kept_memory_changes_no_answer() {
        use argon2::password_hash::PasswordVerifier;
        let mut memory = Memory::default();
        for (algorithm, kib, passes, lanes) in [
            (Algorithm::Argon2id, 64, 2, 1),
            (Algorithm::Argon2i, 16, 3, 2),
            (Algorithm::Argon2d, 128, 1, 4),
            (Algorithm::Argon2id, 32, 1, 1),
        ] {
            let params = Params::new(kib, passes, lanes, None).unwrap();
            let argon2 = Argon2::new(algorithm, Version::V0x13, params);
            let hash = argon2.hash_password("пароль".as_bytes()).unwrap();
            for typed in ["пароль", "Пароль", ""] {
                let theirs = argon2.verify_password(typed.as_bytes(), &hash).is_ok();
                assert_eq!(
                    fits(&mut memory, typed, &hash.to_string()),
                    theirs,
                    "{typed}"
                );
            }
        }
        for garbled in [
            "",
            "x",
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
            "$2b$10$abc",
        ] {
            assert!(!fits(&mut memory, "пароль", garbled));
        }
    }

    #[tokio::test]
    async fn verifies_and_renews_hashes() {
        let hasher = Hasher::new(1);
        let hash = hasher.hash("m7kd-xw4p-9hra-tq2e").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_eq!(
            hasher
                .verify("m7kd-xw4p-9hra-tq2e", Some(&hash))
                .await
                .unwrap(),
            Verified::Fits(None)
        );
        assert_eq!(
            hasher
                .verify(" m7kd-xw4p-9hra-tq2e\n", Some(&hash))
                .await
                .unwrap(),
            Verified::Fits(None),
            "spaces beside a password are no part of it"
        );
        assert_eq!(
            hasher.verify("other", Some(&hash)).await.unwrap(),
            Verified::No
        );
        assert_eq!(hasher.verify("other", None).await.unwrap(), Verified::No);

        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, None).unwrap(),
        );
        let old = weak.hash_password(b"secret").unwrap().to_string();
        assert!(
            matches!(hasher.verify("secret", Some(&old)).await.unwrap(), Verified::Fits(Some(new)) if new != old)
        );
    }
}
