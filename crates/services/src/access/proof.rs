//! The proof that a contract is one's own: its number, or the surname with a contact that the contract
//! knows. Asked for by the registration and when a contract is added to a cabinet; wrong answers are
//! counted by card, whoever gives them.

use super::count_try;
use crate::{ServiceError, Services};
use domain::form::{FieldError, Problem};
use domain::ids::CardId;
use domain::{Contact, ContractNumber, Timestamp};
use storage::subscriber::Subscriber;
use storage::{Conn, throttle};

const DAY: i64 = 24 * 3600;

/// How often a right proof may be given, per card and day: enough for typing errors in an address,
/// too few for a cannon of letters.
const PROOFS_A_DAY: u32 = 10;

/// What was typed.
pub(crate) struct Claim<'a> {
    /// Contract number; empty when surname and contact are given.
    pub contract: &'a str,
    /// Surname.
    pub surname: &'a str,
    /// Phone or e-mail the contract knows.
    pub known_contact: &'a str,
}

/// What proves that the contract is one's own.
pub(crate) enum Proof {
    Contract(ContractNumber),
    Surname { surname: String, contact: Contact },
}

impl Claim<'_> {
    /// Reads what was typed, or names what is wrong.
    pub(crate) fn parse(&self, errors: &mut Vec<FieldError>) -> Option<Proof> {
        let by_surname = !self.surname.trim().is_empty() || !self.known_contact.trim().is_empty();
        if !self.contract.trim().is_empty() || !by_surname {
            return ContractNumber::parse(self.contract)
                .map(Proof::Contract)
                .map_err(|error| errors.push(FieldError::new("contract", error.into())))
                .ok();
        }
        let surname = normalize_surname(self.surname);
        if surname.is_empty() {
            errors.push(FieldError::new("surname", Problem::SurnameEmpty));
        }
        let contact = self.contact(errors);
        contact
            .filter(|_| !surname.is_empty())
            .map(|contact| Proof::Surname { surname, contact })
    }

    fn contact(&self, errors: &mut Vec<FieldError>) -> Option<Contact> {
        let text = self.known_contact.trim();
        if text.is_empty() {
            errors.push(FieldError::new("known_contact", Problem::KnownContactEmpty));
            return None;
        }
        let parsed = Contact::parse(text);
        if parsed.is_none() {
            let problem = Problem::KnownContactMalformed;
            errors.push(FieldError::new("known_contact", problem));
        }
        parsed
    }
}

/// Case, outer spaces and ё make no difference; Latin letters that look like Cyrillic ones count as
/// those, since a keyboard is easily left in the other layout.
pub(crate) fn normalize_surname(text: &str) -> String {
    text.trim()
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'ё' => 'е',
            'a' => 'а',
            'c' => 'с',
            'e' => 'е',
            'o' => 'о',
            'p' => 'р',
            'x' => 'х',
            'y' => 'у',
            'k' => 'к',
            'm' => 'м',
            't' => 'т',
            'h' => 'н',
            'b' => 'в',
            other => other,
        })
        .collect()
}

fn matches(subscriber: &Subscriber, proof: &Proof) -> bool {
    match proof {
        Proof::Contract(number) => *number == subscriber.contract,
        Proof::Surname { surname, contact } => {
            *surname == normalize_surname(&subscriber.surname)
                && match contact {
                    Contact::Phone(phone) => subscriber.phone.as_ref() == Some(phone),
                    Contact::Email(email) => subscriber.email.as_ref() == Some(email),
                }
        }
    }
}

/// Judges a proof: three wrong ones per card and day, ten right ones. The inner error goes beside its
/// field; the caller commits either way, so that the try stays counted.
pub(crate) async fn judge(
    conn: &mut Conn,
    services: &Services,
    card: CardId,
    contract: &Subscriber,
    proof: &Proof,
    now: Timestamp,
) -> Result<Result<(), FieldError>, ServiceError> {
    let field = match proof {
        Proof::Contract(_) => "contract",
        Proof::Surname { .. } => "surname",
    };
    let wrong = |problem| Ok(Err(FieldError::new(field, problem)));
    let key = format!("contract-match:{card}");
    let limit = services.settings.access.match_tries;
    let left = match count_try(conn, &key, limit, DAY, now).await? {
        Ok(left) => left,
        Err(problem) => return wrong(problem),
    };
    if !matches(contract, proof) {
        tracing::info!(%card, left, "contract.no_match");
        return wrong(Problem::NoMatch { left });
    }
    // A right proof is no guess. But each one may send a letter and asks about an address, so they
    // are counted too.
    throttle::clear(conn, &key).await?;
    let proofs = format!("contract-proved:{card}");
    match count_try(conn, &proofs, PROOFS_A_DAY, DAY, now).await? {
        Ok(_) => Ok(Ok(())),
        Err(problem) => wrong(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_match_however_they_are_typed() {
        assert_eq!(
            normalize_surname(" Сокол\u{451}ва "),
            normalize_surname("соколева")
        );
        // The whole word typed in Latin look-alikes.
        assert_eq!(normalize_surname("Оcокa"), normalize_surname("Осока"));
    }
}
