// The people of the demo data; `card` is the login.
export const PASSWORD = "Orion-demo-2026";

export const people = {
  active: { card: "020723406967", contract: "2041008755" },
  soon: { card: "020723411002", contract: "2041008763" },
  suspended: { card: "020723413318", contract: "2041008771" },
  promise: { card: "020723415550", contract: "2041008789" },
  pending: { card: "020723417775", contract: "2041008797" },
  yearly: { card: "79927398713" },
  cards: { card: "020723419999", contract: "2041008813" },
  late: { card: "020723430209", contract: "2041009217" },
};

export const BLOCKED = "020723440000";

// Nobody has registered with these yet: one for each project, because a card registers once.
export const newcomers = {
  "phone-js": { card: "020723430001", contract: "2041009001" },
  "desktop-js": { card: "020723430019", contract: "2041009019" },
  "phone-nojs": { card: "020723430027", contract: "2041009027" },
  "desktop-nojs": { card: "020723430035", contract: "2041009035" },
};

// The same for those who register with a phone alone and then change everything about their access.
export const movers = {
  "phone-js": { card: "020723430043", contract: "2041009051", phone: "9261110001" },
  "desktop-js": { card: "020723430050", contract: "2041009068", phone: "9261110002" },
  "phone-nojs": { card: "020723430068", contract: "2041009076", phone: "9261110003" },
  "desktop-nojs": { card: "020723430076", contract: "2041009084", phone: "9261110004" },
};

// Contracts that the movers add to their cabinets and take out again.
export const parents = {
  "phone-js": { card: "020723430084", contract: "2041009092" },
  "desktop-js": { card: "020723430092", contract: "2041009100" },
  "phone-nojs": { card: "020723430100", contract: "2041009118" },
  "desktop-nojs": { card: "020723430118", contract: "2041009126" },
};

// They have lost every contact: an operator lets them back in.
export const callers = {
  "phone-js": { card: "020723430126", contract: "2041009134", surname: "Лосева" },
  "desktop-js": { card: "020723430134", contract: "2041009142", surname: "Горин" },
  "phone-nojs": { card: "020723430142", contract: "2041009159", surname: "Мишина" },
  "desktop-nojs": { card: "020723430159", contract: "2041009167", surname: "Носов" },
};

// Television is off, 140 ₽ are missing: they take a promised payment.
export const borrowers = {
  "phone-js": { card: "020723430217" },
  "desktop-js": { card: "020723430225" },
  "phone-nojs": { card: "020723430233" },
  "desktop-nojs": { card: "020723430241" },
};

// Television is paid for two days more: they save a bank card and switch autopay on.
export const payers = {
  "phone-js": { card: "020723430258" },
  "desktop-js": { card: "020723430266" },
  "phone-nojs": { card: "020723430274" },
  "desktop-nojs": { card: "020723430282" },
};

// Prepaid cards of 500 ₽, one for each project; one whose batch is not sold, one that is too old.
export const vouchers = {
  "phone-js": "4000 0000 0000 0267",
  "desktop-js": "4000 0000 0000 0390",
  "phone-nojs": "4000 0000 0000 0523",
  "desktop-nojs": "4000 0000 0000 0655",
  shared: "4000 0000 0000 0788",
  nobodys: "9000 0000 0000 0019",
  unsold: "4000 0000 0001 3005",
  expired: "4000 0000 0002 6007",
};

// They have lost their cards: an office gives out `fresh` instead.
export const losers = {
  "phone-js": { card: "020723430167", contract: "2041009175", surname: "Чижова", fresh: "020723450001" },
  "desktop-js": { card: "020723430175", contract: "2041009183", surname: "Беляев", fresh: "020723450019" },
  "phone-nojs": { card: "020723430183", contract: "2041009191", surname: "Гусева", fresh: "020723450027" },
  "desktop-nojs": { card: "020723430191", contract: "2041009209", surname: "Крылов", fresh: "020723450035" },
};

// Behind the other doors, one each, because a code of the app works once.
export const administrators = {
  "phone-js": "administrator",
  "desktop-js": "administrator-2",
  "phone-nojs": "administrator-3",
  "desktop-nojs": "administrator-4",
};
export const partners = {
  "phone-js": "12.3456.78",
  "desktop-js": "21.0001.01",
  "phone-nojs": "21.0002.02",
  "desktop-nojs": "21.0003.03",
};

// They have no cabinet yet and not their contract at hand: who they are, and a phone the contract knows.
export const forgetful = {
  "phone-js": { card: "020723430305", surname: "Пахомова", phone: "9120001037" },
  "desktop-js": { card: "020723430312", surname: "Сомов", phone: "9120001038" },
  "phone-nojs": { card: "020723430319", surname: "Ильина", phone: "9120001039" },
  "desktop-nojs": { card: "020723430326", surname: "Титов", phone: "9120001040" },
};

// They change how they sign in, and sign out elsewhere.
export const careful = {
  "phone-js": { card: "020723430333", phone: "9120001041", email: "demo41@mail.example" },
  "desktop-js": { card: "020723430340", phone: "9120001042", email: "demo42@mail.example" },
  "phone-nojs": { card: "020723430347", phone: "9120001043", email: "demo43@mail.example" },
  "desktop-nojs": { card: "020723430354", phone: "9120001044", email: "demo44@mail.example" },
};

// They top up and ask for the money back; an accountant each, because a code of the app works once.
export const refunded = {
  "phone-js": { card: "020723430361", accountant: "accountant" },
  "desktop-js": { card: "020723430368", accountant: "accountant-2" },
  "phone-nojs": { card: "020723430375", accountant: "accountant-3" },
  "desktop-nojs": { card: "020723430382", accountant: "accountant-4" },
};
