//! The stand-in for mail and SMS: keeps the last texts in memory, for the demo's mailbox page and
//! for tests. Nothing leaves the machine.

use crate::mail::{Letter, Mail, MailError};
use crate::sms::{Sms, SmsError};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many texts are kept.
const MOST: usize = 200;

/// A kept text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Our id.
    pub id: String,
    /// Address or phone.
    pub to: String,
    /// Subject; empty for an SMS.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// The mailbox.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

impl Mailbox {
    /// The kept texts, newest first.
    pub fn texts(&self) -> Vec<Kept> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    fn keep(&self, text: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // The same text handed over twice is one, as with a real mail system's Message-ID.
        if kept.iter().any(|other| other.id == text.id) {
            return;
        }
        kept.push_front(text);
        kept.truncate(MOST);
    }
}

#[async_trait]
impl Mail for Mailbox {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.keep(Kept {
            id: letter.id.clone(),
            to: letter.to.clone(),
            subject: letter.subject.clone(),
            text: letter.text.clone(),
        });
        Ok(())
    }
}

#[async_trait]
impl Sms for Mailbox {
    async fn send(&self, id: &str, to: &str, text: &str) -> Result<(), SmsError> {
        self.keep(Kept {
            id: id.to_owned(),
            to: to.to_owned(),
            subject: String::new(),
            text: text.to_owned(),
        });
        Ok(())
    }
}
