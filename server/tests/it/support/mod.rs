//! What the tests stand on: the application in this process, its processes, a browser without
//! scripts, a mail server.

mod app;
mod browser;
mod process;
mod smtp;

pub use app::{App, app, app_with, app_with_mail, database_url, site_root};
pub use browser::{Browser, Form, Page};
pub use process::{Folder, Process, Stand, answers, free_port, run, settings, wait_for};
pub use smtp::Smtp;

use services::demo::{PEOPLE, Person};

/// The demo person who shows something.
pub fn person(shows: &str) -> &'static Person {
    PEOPLE
        .iter()
        .find(|person| person.shows.contains(shows))
        .unwrap()
}
