//! The registries that the acquirer sends by e-mail once a day: a table with semicolons, lines above and
//! below it. Which columns there are is a setting of the shop, so they are found by their names.

use domain::reconciliation::{Line, Registry};
use domain::{Date, Money};

/// Names of the columns that are needed, as the acquirer writes them.
const PAYMENT: [&str; 2] = ["идентификатор платежа", "сумма платежа"];
const REFUND: [&str; 2] = ["идентификатор возврата", "сумма возврата"];
/// Without it all is in roubles.
const CURRENCY: [&str; 2] = ["валюта платежа", "валюта возврата"];
/// Above the table, before the day.
const DAY: [&str; 2] = ["дата платежей", "дата возвратов"];

/// Why a file is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// It is not text.
    #[error("the file is not UTF-8 text: ask the acquirer for CSV, not XLSX")]
    NotText,
    /// There is no table in it.
    #[error(
        "no table of payments or refunds was found: one of the columns has to be called «Идентификатор платежа» with «Сумма платежа», or «Идентификатор возврата» with «Сумма возврата»"
    )]
    NoTable,
    /// A line of a table is cut.
    #[error("line {0} has fewer columns than its table")]
    Cut(usize),
    /// Lines of different days.
    #[error("the file is of several days: {0} and {1}; ask for one day at a time")]
    Days(Date, Date),
}

/// A table that has begun.
struct Table {
    refunds: bool,
    id: usize,
    sum: usize,
    currency: Option<usize>,
    width: usize,
}

impl Table {
    /// The head of a table, if the cells are one.
    fn of(cells: &[String]) -> Option<Self> {
        let place = |name: &str| cells.iter().position(|cell| *cell == name);
        // A table of refunds may name their payments too.
        let found = [(true, REFUND), (false, PAYMENT)];
        let (refunds, id, sum) = found
            .into_iter()
            .find_map(|(refunds, [id, sum])| Some((refunds, place(id)?, place(sum)?)))?;
        Some(Self {
            refunds,
            id,
            sum,
            currency: CURRENCY.into_iter().find_map(place),
            width: cells.len(),
        })
    }

    /// Where its lines belong; from then on the file has such a part, even without lines.
    fn lines<'a>(&self, found: &'a mut Registry) -> &'a mut Vec<Line> {
        let part = if self.refunds {
            &mut found.refunds
        } else {
            &mut found.payments
        };
        part.get_or_insert_default()
    }
}

/// Reads a registry.
///
/// # Errors
/// [`RegistryError`] saying what is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Registry, RegistryError> {
    let text = std::str::from_utf8(bytes).map_err(|_| RegistryError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut found = Registry::default();
    let mut table: Option<Table> = None;
    for row in reader.records() {
        let row = row.map_err(|_| RegistryError::NotText)?;
        let number = row
            .position()
            .and_then(|at| usize::try_from(at.line()).ok())
            .unwrap_or(0);
        let cells: Vec<String> = row.iter().map(|cell| cell.trim().to_lowercase()).collect();
        if let Some(head) = Table::of(&cells) {
            head.lines(&mut found);
            table = Some(head);
            continue;
        }
        if let Some(day) = day_of(&cells) {
            match found.day {
                Some(other) if other != day => return Err(RegistryError::Days(other, day)),
                _ => found.day = Some(day),
            }
            continue;
        }
        // Lines around the tables: titles, sums, counts.
        let Some(here) = table.as_ref().filter(|_| cells.len() > 1) else {
            continue;
        };
        if cells.len() < here.width {
            return Err(RegistryError::Cut(number));
        }
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let roubles = here
            .currency
            .is_none_or(|place| cell(place).eq_ignore_ascii_case("RUB"));
        let line = Line {
            object: cell(here.id).to_owned(),
            amount: Money::parse_gateway(&cell(here.sum).replace(',', "."))
                .ok()
                .filter(|_| roubles),
        };
        here.lines(&mut found).push(line);
    }
    if found.payments.is_none() && found.refunds.is_none() {
        return Err(RegistryError::NoTable);
    }
    Ok(found)
}

/// `Дата платежей: 27.11.2026`.
fn day_of(cells: &[String]) -> Option<Date> {
    let [line] = cells else { return None };
    let (name, day) = line.split_once(':')?;
    DAY.contains(&name.trim()).then(|| Date::parse(day))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(object: &str, kopecks: i64) -> Line {
        Line {
            object: object.into(),
            amount: Some(Money::from_kopecks(kopecks)),
        }
    }

    const BOTH: &str = "\u{feff}РЕЕСТР ПЛАТЕЖЕЙ В Орион Экспресс. № 12
Дата платежей: 27.11.2026

Идентификатор платежа;Сумма платежа;Валюта платежа;Описание
2f5a-1;500.00;RUB;\"Пополнение; лицевой счёт 1\"
2f5a-2;1234.50;RUB;Пополнение
2f5a-3;10.00;USD;Пополнение

Сумма принятых платежей: 1734.50
Число платежей: 2

РЕЕСТР ВОЗВРАТОВ ОТ Орион Экспресс. № 3
Дата возвратов: 27.11.2026
Идентификатор платежа;Идентификатор возврата;Сумма возврата
2f5a-1;9c1e-1;200,00
Сумма возвратов: 200.00
";

    #[test]
    fn columns_are_found_by_their_names() {
        let found = parse(BOTH.as_bytes()).unwrap();
        assert_eq!(found.day, Date::new(2026, 11, 27));
        let odd = Line {
            object: "2f5a-3".into(),
            amount: None,
        };
        assert_eq!(
            found.payments.unwrap(),
            [line("2f5a-1", 50_000), line("2f5a-2", 123_450), odd]
        );
        assert_eq!(found.refunds.unwrap(), [line("9c1e-1", 20_000)]);
    }

    #[test]
    fn what_is_no_registry_is_told_in_words() {
        assert_eq!(parse(b"PK\x03\x04\xff\xfe"), Err(RegistryError::NotText));
        assert_eq!(parse(b"a;b\n1;2\n"), Err(RegistryError::NoTable));
        let cut = "Идентификатор платежа;Сумма платежа;Описание\n1;2.00\n";
        assert_eq!(parse(cut.as_bytes()), Err(RegistryError::Cut(2)));
        let days = BOTH.replace("возвратов: 27", "возвратов: 28");
        assert!(matches!(
            parse(days.as_bytes()),
            Err(RegistryError::Days(..))
        ));
    }

    #[test]
    fn an_empty_day_is_a_registry_too() {
        let empty = "Дата платежей: 27.11.2026\nИдентификатор платежа;Сумма платежа\n";
        let found = parse(empty.as_bytes()).unwrap();
        assert_eq!((found.payments, found.refunds), (Some(Vec::new()), None));
    }

    proptest! {
        #[test]
        fn any_file_has_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn any_table_has_an_answer(rows in prop::collection::vec("[^\\x00]{0,40}", 0..20)) {
            let text = format!("Идентификатор платежа;Сумма платежа\n{}", rows.join("\n"));
            let _ = parse(text.as_bytes());
        }
    }
}
