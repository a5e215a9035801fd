//! Everything the stand-in remembers, and the file that keeps it over a restart.
//! It may not speak HTTP; the rules of a payment's life are in `life`, of webhooks in `outbox`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use crate::faults::Hooks;
use crate::model::{Method, Payment, Status};
use crate::outbox::Outbox;
use crate::receipt::About;
use crate::refund::Refund;
use crate::registration::Receipt;
use crate::wire::Shop;

/// How long an idempotence key is remembered.
const KEY_LIFE: Duration = Duration::hours(24);
/// How often forgotten keys are looked for.
const SWEEP_PAUSE: Duration = Duration::minutes(10);
/// Above this number the oldest finished payments are forgotten, so that a long demo stays small.
const MAX_PAYMENTS: usize = 10_000;

/// The state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Reading or writing failed.
    #[error("the sandbox state file {path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The content is not a state of this version.
    #[error("the sandbox state file {path} is damaged, delete it to start afresh: {source}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// What a key was used for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyUse {
    pub(crate) operation: String,
    /// The body in one canonical spelling, to tell a repeat from another request.
    pub(crate) body: String,
    #[serde(alias = "payment_id")]
    pub(crate) object_id: String,
    pub(crate) at: DateTime<Utc>,
}

impl KeyUse {
    pub(crate) fn is_alive(&self, now: DateTime<Utc>) -> bool {
        now < self.at + KEY_LIFE
    }
}

/// The part that is kept in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Data {
    /// The virtual clock: real time plus this.
    pub(crate) offset_ms: i64,
    next_number: u64,
    pub(crate) payments: BTreeMap<u64, Payment>,
    pub(crate) keys: HashMap<String, KeyUse>,
    pub(crate) outbox: Outbox,
    /// Methods that were saved for later payments.
    pub(crate) methods: HashMap<String, Method>,
    /// In the order in which they were made.
    pub(crate) receipts: Vec<Receipt>,
    /// In the order in which they were made.
    pub(crate) refunds: Vec<Refund>,
}

/// Everything, behind one lock.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) shop: Shop,
    pub(crate) has_webhook: bool,
    pub(crate) data: Data,
    pub(crate) hooks: Hooks,
    path: Option<PathBuf>,
    numbers: HashMap<String, u64>,
    /// Payments that time may change.
    open: BTreeSet<u64>,
    next_sweep: DateTime<Utc>,
    dirty: bool,
}

impl Store {
    pub(crate) fn open(
        shop: Shop,
        has_webhook: bool,
        path: Option<PathBuf>,
    ) -> Result<Self, StateError> {
        let data = match &path {
            Some(path) => load(path)?,
            None => Data::default(),
        };
        let numbers = data
            .payments
            .iter()
            .map(|(number, payment)| (payment.id.clone(), *number))
            .collect();
        let open = data
            .payments
            .iter()
            .filter(|(_, payment)| !payment.status.is_final())
            .map(|(number, _)| *number)
            .collect();
        Ok(Self {
            shop,
            has_webhook,
            data,
            hooks: Hooks::default(),
            path,
            numbers,
            open,
            next_sweep: DateTime::UNIX_EPOCH,
            dirty: false,
        })
    }

    /// The moment by the virtual clock, in whole milliseconds as it is printed.
    #[expect(
        clippy::disallowed_methods,
        reason = "the acquirer has a clock of its own"
    )]
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let real = DateTime::<Utc>::from(std::time::SystemTime::now());
        let offset = Duration::try_milliseconds(self.data.offset_ms).unwrap_or_default();
        real.checked_add_signed(offset)
            .unwrap_or(real)
            .trunc_subsecs(3)
    }

    pub(crate) fn payment(&self, id: &str) -> Option<&Payment> {
        self.data.payments.get(self.numbers.get(id)?)
    }

    /// Changes a payment; everything that may change goes through here, so that nothing stays unsaved.
    pub(crate) fn edit<T>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Payment) -> T,
    ) -> Option<T> {
        let number = *self.numbers.get(id)?;
        let payment = self.data.payments.get_mut(&number)?;
        let result = change(payment);
        if payment.status.is_final() {
            self.open.remove(&number);
        } else {
            self.open.insert(number);
        }
        self.dirty = true;
        Some(result)
    }

    pub(crate) fn insert(&mut self, payment: Payment) {
        let number = self.data.next_number;
        self.data.next_number += 1;
        self.numbers.insert(payment.id.clone(), number);
        if !payment.status.is_final() {
            self.open.insert(number);
        }
        self.data.payments.insert(number, payment);
        self.dirty = true;
        if self.data.payments.len() > MAX_PAYMENTS {
            self.forget_oldest();
        }
    }

    /// The ids of payments whose time has come, and the earliest moment to look again.
    pub(crate) fn due(&self, now: DateTime<Utc>) -> (Vec<String>, Option<DateTime<Utc>>) {
        let mut ripe = Vec::new();
        let mut next: Option<DateTime<Utc>> = None;
        for payment in self
            .open
            .iter()
            .filter_map(|number| self.data.payments.get(number))
        {
            match payment.due_at() {
                Some(at) if at <= now => ripe.push(payment.id.clone()),
                Some(at) => next = Some(next.map_or(at, |next| next.min(at))),
                None => {}
            }
        }
        (ripe, next)
    }

    /// Payments, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Payment> {
        // The virtual clock may be set back, so numbers alone do not give the order.
        let mut all: Vec<_> = self.data.payments.iter().collect();
        all.sort_by_key(|(number, payment)| std::cmp::Reverse((payment.created_at, **number)));
        all.into_iter().map(|(_, payment)| payment)
    }

    /// Remembers that something outside payments has changed.
    pub(crate) fn touch(&mut self) {
        self.dirty = true;
    }

    /// Forgets old keys, seldom.
    pub(crate) fn sweep(&mut self, now: DateTime<Utc>) {
        if now < self.next_sweep && self.next_sweep - now <= SWEEP_PAUSE {
            return;
        }
        self.next_sweep = now + SWEEP_PAUSE;
        let before = self.data.keys.len();
        self.data.keys.retain(|_, used| used.is_alive(now));
        self.dirty |= before != self.data.keys.len();
    }

    /// Writes the file if anything has changed; true if it had.
    pub(crate) fn save(&mut self) -> Result<bool, StateError> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(false);
        }
        if let Some(path) = &self.path {
            write(path, &self.data).inspect_err(|_| self.dirty = true)?;
        }
        Ok(true)
    }

    fn forget_oldest(&mut self) {
        let oldest = self
            .data
            .payments
            .iter()
            .find(|(_, payment)| payment.status.is_final());
        if let Some((number, id)) = oldest.map(|(number, payment)| (*number, payment.id.clone())) {
            self.data.payments.remove(&number);
            self.numbers.remove(&id);
            let (refunds, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.data.refunds)
                .into_iter()
                .partition(|refund| refund.payment_id != id);
            self.data.refunds = refunds;
            let about: Vec<_> = gone
                .iter()
                .map(|refund| About::refund(&refund.id))
                .chain([About::payment(&id)])
                .collect();
            self.data
                .receipts
                .retain(|receipt| !about.contains(&receipt.about));
        }
    }

    /// Counts payments in a state, for the start page.
    pub(crate) fn count(&self, status: Status) -> usize {
        self.data
            .payments
            .values()
            .filter(|payment| payment.status == status)
            .count()
    }
}

fn load(path: &Path) -> Result<Data, StateError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| StateError::Damaged {
            path: path.to_owned(),
            source,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Data::default()),
        Err(source) => Err(StateError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes beside the file and renames, so that a crash leaves either the old state or the new one.
fn write(path: &Path, data: &Data) -> Result<(), StateError> {
    let failed = |source| StateError::Io {
        path: path.to_owned(),
        source,
    };
    let bytes = serde_json::to_vec(data).map_err(|source| StateError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Request bodies are inside, with customers' contacts: nobody else has to read them.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}
