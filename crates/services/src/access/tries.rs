//! Counting tries to sign in, for every door: by account, by what was typed, by address, by everybody.

use super::{address_name, count_try, throttle_name};
use crate::{Actor, ServiceError, Services, crypto};
use domain::Timestamp;
use domain::form::Problem;
use storage::{Conn, throttle};

/// A limit that a try counts against.
pub(crate) struct Counter {
    key: String,
    limit: u32,
    window: i64,
    of: Of,
}

/// Whose tries are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Everybody's from one address.
    Address,
    /// All of one account, whichever way it is named.
    Account,
    /// One spelling; what is left of it is told, so that the count of one spelling says nothing of
    /// another.
    Login,
    /// Everybody's.
    Everybody,
    /// Right ones too: whoever knows the password must not have it hashed without end.
    Hashing,
}

/// A try.
pub(crate) struct Guess<'a> {
    /// At which door; nothing for the subscribers'.
    pub door: &'static str,
    /// What was typed, in one spelling.
    pub name: &'a str,
    /// Whom it names, if anybody.
    pub whom: Option<String>,
    /// Has that one signed in on this browser before?
    pub known: bool,
}

/// How a try was counted.
pub(crate) struct Counted {
    /// Tries left before the pause.
    pub left: u32,
    /// Which limit refuses it.
    pub refused: Option<(Of, Problem)>,
}

/// How many shares the count of everybody together has, so that sign-ins do not queue for one row.
const SHARES: u32 = 16;

/// Which limits a try counts against. A browser on which this account was signed in before has a
/// count of its own and no other: nobody else's guessing locks its owner out, and a stolen device
/// has as few tries as anybody. All other browsers share the account's count, whichever of its
/// spellings is typed, the address's, and everybody's.
pub(crate) fn counters(services: &Services, actor: &Actor, guess: &Guess<'_>) -> Vec<Counter> {
    let limits = &services.settings.access;
    let pause = limits.sign_in_pause;
    let at = guess.door;
    let name = throttle_name(guess.name);
    // A missing account has a row too: the same work is done.
    let to = guess.whom.clone().unwrap_or_else(|| name.clone());
    let browser = &crypto::hex(&actor.browser)[..24];
    let own = |key: String, of: Of| Counter {
        key,
        limit: limits.sign_in_tries,
        window: pause,
        of,
    };
    if guess.known {
        return vec![
            own(format!("{at}sign-in-on:{to}:{browser}"), Of::Login),
            Counter {
                key: format!("{at}sign-ins:{to}:{browser}"),
                limit: limits.sign_ins_an_hour,
                window: 3600,
                of: Of::Hashing,
            },
        ];
    }
    let share = u32::from(actor.browser[0]) % SHARES;
    let mut counters = vec![
        Counter {
            key: format!("{at}sign-in-from:{}", address_name(actor)),
            limit: limits.sign_in_tries_per_address,
            window: pause,
            of: Of::Address,
        },
        own(format!("{at}sign-in-to:{to}"), Of::Account),
        own(format!("{at}sign-in:{name}"), Of::Login),
        Counter {
            key: format!("{at}sign-in-everywhere:{share}"),
            limit: (limits.sign_in_tries_everywhere / SHARES).max(1),
            window: 60,
            of: Of::Everybody,
        },
    ];
    if !at.is_empty() {
        // Whoever knows the password must not have months to guess the code.
        counters.push(Counter {
            key: format!("{at}sign-in-day:{to}"),
            limit: limits.sign_in_tries * 5,
            window: 24 * 3600,
            of: Of::Account,
        });
    }
    counters
}

/// Counts a try. What is refused counts no further: an address that floods fills nobody else's count.
pub(crate) async fn count(
    conn: &mut Conn,
    counters: &[Counter],
    now: Timestamp,
) -> Result<Counted, ServiceError> {
    let mut counted = Counted {
        left: u32::MAX,
        refused: None,
    };
    for counter in counters {
        match count_try(conn, &counter.key, counter.limit, counter.window, now).await? {
            Ok(more) if counter.of == Of::Login => counted.left = more,
            Ok(_) => {}
            Err(problem) => {
                counted.refused = Some((counter.of, problem));
                break;
            }
        }
    }
    Ok(counted)
}

/// A right password is no guess; the neighbours' ones stay counted.
pub(crate) async fn forgive(conn: &mut Conn, counters: &[Counter]) -> Result<(), ServiceError> {
    let taken_back = keys(counters, [Of::Address, Of::Everybody]);
    Ok(throttle::forgive(conn, &cleared(counters), &taken_back).await?)
}

/// The counters that a right password clears. A known browser has no others to forgive.
pub(crate) fn cleared(counters: &[Counter]) -> Vec<String> {
    keys(counters, [Of::Account, Of::Login])
}

fn keys(counters: &[Counter], of: [Of; 2]) -> Vec<String> {
    let meant = counters.iter().filter(|counter| of.contains(&counter.of));
    meant.map(|counter| counter.key.clone()).collect()
}
