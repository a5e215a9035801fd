//! Where the demo's operator helps: invented offices in four towns.

use domain::receipt::Seller;
use domain::support::{Office, Opening, Support};

/// Town, street and house, hours.
const OFFICES: [(&str, &str, &[&str]); 5] = [
    (
        "Новосибирск",
        "ул. Станционная, 30, вход со двора",
        &["mon-fri 09:00-19:00", "sat 10:00-16:00"],
    ),
    (
        "Новосибирск",
        "ул. Бориса Богаткова, 212",
        &["mon-sun 10:00-20:00"],
    ),
    ("Омск", "ул. Ленина, 14", &["mon-fri 09:00-18:00"]),
    (
        "Барнаул",
        "пр. Строителей, 29",
        &["mon-fri 09:00-18:00", "sat 10:00-15:00"],
    ),
    ("Куйбышев", "ул. Краскома, 5", &["tue-sat 10:00-17:00"]),
];

/// The call centre and the offices.
pub fn support() -> Support {
    let hours = |all: &[&str]| -> Vec<Opening> {
        all.iter().filter_map(|text| text.parse().ok()).collect()
    };
    Support {
        offices: OFFICES
            .iter()
            .map(|(city, address, open)| Office {
                city: (*city).to_owned(),
                address: (*address).to_owned(),
                hours: hours(open),
            })
            .collect(),
        hours: hours(&["mon-sun 00:00-24:00"]),
        ..Support::default()
    }
}

/// Who sells in the demo: a company that is none, with a number whose check digits are right.
pub fn seller() -> Seller {
    Seller {
        name: "ООО «Орион Экспресс (демонстрация)»".into(),
        inn: "9900000000".into(),
        tax_system: "ОСН".into(),
        place: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seller_could_be_one() {
        assert!(domain::receipt::is_inn(&seller().inn));
    }

    #[test]
    fn all_hours_are_understood() {
        for (office, (.., open)) in support().offices.iter().zip(OFFICES) {
            assert_eq!(office.hours.len(), open.len(), "{}", office.address);
        }
    }
}
