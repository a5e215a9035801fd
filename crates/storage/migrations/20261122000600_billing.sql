-- What runs on a contract: subscriptions, why they are withheld, what was charged, what was lent.

-- Periods of one kind never overlap: the database itself refuses a double charge.
create extension if not exists btree_gist;

create table billing.subscription (
    subscriber_id uuid not null references billing.subscriber,
    subscription_id uuid not null,
    card_id uuid not null,
    product_id uuid not null references catalog.product,
    price_version_id uuid not null references catalog.price_version,
    state text not null check (state in ('active', 'terminated')),
    anchor_day smallint not null check (anchor_day between 1 and 31),
    period_from date not null,
    -- Exclusive local midnight.
    paid_through date not null check (paid_through > period_from),
    -- The moment the next charge falls due; null while there is nothing to charge.
    next_charge_at timestamptz,
    version bigint not null default 0,
    primary key (subscriber_id, subscription_id),
    foreign key (subscriber_id, card_id) references billing.card
);
create index subscription_due on billing.subscription (next_charge_at)
    where next_charge_at is not null;

-- Service is on exactly while a subscription has no row here.
create table billing.subscription_hold (
    subscriber_id uuid not null,
    subscription_id uuid not null,
    reason text not null
        check (reason in ('debt', 'promise_overdue', 'user_pause', 'card_lost', 'operator')),
    since timestamptz not null,
    primary key (subscriber_id, subscription_id, reason),
    foreign key (subscriber_id, subscription_id) references billing.subscription
);

create table billing.charge (
    subscriber_id uuid not null,
    subscription_id uuid not null,
    kind text not null check (kind in ('period')),
    period daterange not null check (not isempty(period)),
    amount_kop bigint not null check (amount_kop > 0),
    op_id uuid not null,
    primary key (subscriber_id, subscription_id, kind, period),
    foreign key (subscriber_id, op_id) references ledger.op,
    constraint charge_no_overlap exclude using gist (
        subscriber_id with =, subscription_id with =, kind with =, period with &&)
);

create table billing.promise (
    subscriber_id uuid not null,
    promise_id uuid not null,
    amount_kop bigint not null check (amount_kop > 0),
    repaid_kop bigint not null default 0,
    state text not null check (state in ('active', 'overdue', 'repaid', 'written_off')),
    granted_at timestamptz not null,
    due_at timestamptz not null check (due_at > granted_at),
    closed_at timestamptz,
    primary key (subscriber_id, promise_id),
    constraint promise_repaid_within check (repaid_kop between 0 and amount_kop),
    constraint promise_repaid_is_repaid check ((state = 'repaid') = (repaid_kop = amount_kop))
);
-- One open promise at a time.
create unique index promise_open on billing.promise (subscriber_id)
    where state in ('active', 'overdue');

-- What the head-end should do for a card: only the newest counts. Written with the money.
create table billing.entitlement_intent (
    subscriber_id uuid not null,
    subscription_id uuid not null,
    want text not null check (want in ('on', 'off')),
    until date,
    seq bigint not null check (seq > 0),
    changed_at timestamptz not null,
    primary key (subscriber_id, subscription_id),
    foreign key (subscriber_id, subscription_id) references billing.subscription
);
