//! Who lives in the demo: one person for each state that pages know, and some with a card but no
//! cabinet. Only the list; `demo` writes them.

/// The password of all demo people.
pub const PASSWORD: &str = "Orion-demo-2026";

/// A demo person, for the list that the demo prints.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Card number: the login.
    pub card: &'static str,
    /// Contract number.
    pub contract: &'static str,
    /// Surname.
    pub surname: &'static str,
    /// Given name.
    pub name: &'static str,
    /// What they show.
    pub shows: &'static str,
    /// Have they a cabinet already?
    pub registered: bool,
    pub(super) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Soon,
    Suspended,
    Promise,
    Pending,
    Yearly,
    TwoCards,
    Fresh,
    Blocked,
}

/// The demo's people. Each surname is one of no real client.
pub const PEOPLE: &[Person] = &[
    Person {
        card: "020723406967",
        contract: "2041008755",
        surname: "Соколова",
        name: "Мария",
        shows: "paid for three weeks",
        registered: true,
        state: State::Active,
    },
    Person {
        card: "020723411002",
        contract: "2041008763",
        surname: "Кузнецов",
        name: "Пётр",
        shows: "ends in two days",
        registered: true,
        state: State::Soon,
    },
    Person {
        card: "020723413318",
        contract: "2041008771",
        surname: "Морозова",
        name: "Анна",
        shows: "suspended, 140 ₽ short",
        registered: true,
        state: State::Suspended,
    },
    Person {
        card: "020723415550",
        contract: "2041008789",
        surname: "Волков",
        name: "Иван",
        shows: "promised payment open",
        registered: true,
        state: State::Promise,
    },
    Person {
        card: "020723417775",
        contract: "2041008797",
        surname: "Лебедева",
        name: "Ольга",
        shows: "payment being processed",
        registered: true,
        state: State::Pending,
    },
    Person {
        card: "79927398713",
        contract: "2041008805",
        surname: "Орлов",
        name: "Сергей",
        shows: "yearly tariff, Kamchatka time",
        registered: true,
        state: State::Yearly,
    },
    Person {
        card: "020723419999",
        contract: "2041008813",
        surname: "Белова",
        name: "Нина",
        shows: "two cards, one of them suspended",
        registered: true,
        state: State::TwoCards,
    },
    Person {
        card: "020723430001",
        contract: "2041009001",
        surname: "Новикова",
        name: "Елена",
        shows: "no cabinet yet, suspended: try the registration",
        registered: false,
        state: State::Fresh,
    },
    Person {
        card: "020723430019",
        contract: "2041009019",
        surname: "Зайцев",
        name: "Павел",
        shows: "no cabinet yet, suspended",
        registered: false,
        state: State::Fresh,
    },
    Person {
        card: "020723430027",
        contract: "2041009027",
        surname: "Фёдорова",
        name: "Вера",
        shows: "no cabinet yet, suspended",
        registered: false,
        state: State::Fresh,
    },
    Person {
        card: "020723430035",
        contract: "2041009035",
        surname: "Тихонов",
        name: "Глеб",
        shows: "no cabinet yet, suspended",
        registered: false,
        state: State::Fresh,
    },
    Person {
        card: "020723430043",
        contract: "2041009051",
        surname: "Киселёва",
        name: "Дарья",
        shows: "no cabinet yet, paid: try it with a phone alone",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430050",
        contract: "2041009068",
        surname: "Ершов",
        name: "Максим",
        shows: "no cabinet yet, paid: try it with a phone alone",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430068",
        contract: "2041009076",
        surname: "Панова",
        name: "Лидия",
        shows: "no cabinet yet, paid: try it with a phone alone",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430076",
        contract: "2041009084",
        surname: "Рыбин",
        name: "Семён",
        shows: "no cabinet yet, paid: try it with a phone alone",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430084",
        contract: "2041009092",
        surname: "Панкова",
        name: "Раиса",
        shows: "no cabinet: add it to somebody's as the parents' contract",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430092",
        contract: "2041009100",
        surname: "Климов",
        name: "Борис",
        shows: "no cabinet: add it to somebody's as the parents' contract",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430100",
        contract: "2041009118",
        surname: "Седова",
        name: "Нина",
        shows: "no cabinet: add it to somebody's as the parents' contract",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723430118",
        contract: "2041009126",
        surname: "Фомин",
        name: "Аркадий",
        shows: "no cabinet: add it to somebody's as the parents' contract",
        registered: false,
        state: State::Active,
    },
    Person {
        card: "020723440000",
        contract: "2041009043",
        surname: "Гусев",
        name: "Олег",
        shows: "blocked card",
        registered: false,
        state: State::Blocked,
    },
];
