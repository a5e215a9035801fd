//! The bare rate of password hashing on this machine, for the benchmark of signing in: as many threads
//! as there are cores, the same parameters and the same code, nothing else.
//!
//!   `hash_rate SECONDS`  prints the verifications a second

#![expect(clippy::print_stdout, reason = "it reports to the script that runs it")]

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use services::hashing::{Memory, fits};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let seconds: u64 = std::env::args().nth(1).ok_or("SECONDS")?.parse()?;
    let params = services::hashing::HASHING;
    let params = Params::new(params.memory_kib, params.passes, 1, None)
        .map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2
        .hash_password(b"Orion-demo-2026")
        .map_err(|error| error.to_string())?
        .to_string();
    let done = AtomicU32::new(0);
    let begun = Instant::now();
    let ends = begun + Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let mut memory = Memory::default();
                while Instant::now() < ends {
                    if fits(&mut memory, "Orion-demo-2026", &hash) {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let rate = f64::from(done.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64();
    println!("{rate:.2}");
    Ok(())
}
