-- Who the operator's clients are: contracts and smart cards. Every row of money and service carries
-- subscriber_id, so that the data can be divided by it one day.

create schema billing;

create table billing.subscriber (
    subscriber_id uuid primary key,
    contract text not null check (contract ~ '^[0-9]{10}$'),
    surname text not null,
    given_name text not null,
    -- Contacts written in the contract; they prove who registers and are told about it.
    phone text check (phone ~ '^\+79[0-9]{9}$'),
    email text,
    -- IANA zone: paid days begin at midnight there.
    tz text not null default 'Europe/Moscow',
    created_at timestamptz not null
);

-- Look-up: a contract number is found once, then everything goes by subscriber_id.
create unique index subscriber_contract on billing.subscriber (contract);

create table billing.card (
    subscriber_id uuid not null references billing.subscriber,
    card_id uuid not null,
    number text not null check (number ~ '^[0-9]{11,12}$'),
    name text,
    state text not null check (state in ('active', 'blocked', 'lost', 'retired')),
    -- Order in the switcher and in which cards are charged from the common wallet.
    position smallint not null default 0,
    primary key (subscriber_id, card_id)
);

-- Look-up: the login of a subscriber. A replaced card's number stays here and stays dead.
create table billing.card_number (
    number text primary key,
    subscriber_id uuid not null,
    card_id uuid not null,
    foreign key (subscriber_id, card_id) references billing.card
);
