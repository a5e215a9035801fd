-- Payments through the acquirer, what the acquirer told us, and fiscal receipts.

create table billing.payment (
    subscriber_id uuid not null references billing.subscriber,
    payment_id uuid not null,
    purpose text not null check (purpose in ('top_up')),
    method text not null check (method in ('bank_card')),
    amount_kop bigint not null check (amount_kop > 0),
    state text not null check (state in ('created', 'submitting', 'unknown', 'pending',
        'waiting_for_capture', 'succeeded', 'canceled', 'abandoned')),
    -- The key of the form that made it: a form posted twice is one payment.
    form_key text not null check (length(form_key) between 8 and 64),
    -- Sent to the acquirer as the idempotence key.
    idem_key text not null check (length(idem_key) <= 64),
    -- The unguessable part of the return address. Kept as it is, because a create call that is
    -- repeated must be the same to the letter; it opens nothing but a page without personal data.
    return_token text not null check (length(return_token) >= 32),
    first_sent_at timestamptz,
    gateway_payment_id text,
    confirmation_url text,
    cancel_reason text,
    card_last4 text check (card_last4 ~ '^[0-9]{4}$'),
    receipt_email text not null,
    -- When the payer came back from the acquirer's page.
    returned_at timestamptz,
    credited_at timestamptz,
    next_poll_at timestamptz,
    polls integer not null default 0,
    version bigint not null default 0,
    created_at timestamptz not null,
    primary key (subscriber_id, payment_id),
    constraint payment_form_key unique (subscriber_id, form_key),
    constraint payment_sent check (state in ('created', 'canceled') or first_sent_at is not null),
    constraint payment_credited check ((state = 'succeeded') = (credited_at is not null)),
    constraint payment_reason check ((state = 'canceled') = (cancel_reason is not null))
);
create index payment_poll on billing.payment (next_poll_at) where next_poll_at is not null;
-- Look-up by the unguessable return address.
create unique index payment_return on billing.payment (return_token);

-- Look-up: whose is an object of the acquirer.
create table billing.gateway_object (
    gateway text not null,
    object_id text not null,
    subscriber_id uuid not null,
    payment_id uuid not null,
    primary key (gateway, object_id),
    foreign key (subscriber_id, payment_id) references billing.payment
);

-- Notifications as they came. They prove nothing by themselves: the object is read again.
create table billing.webhook_inbox (
    gateway text not null,
    event text not null,
    object_id text not null,
    payload jsonb not null,
    remote_ip inet,
    received_at timestamptz not null,
    hits integer not null default 1,
    processed_at timestamptz,
    outcome text,
    primary key (gateway, event, object_id)
);
create index webhook_unprocessed on billing.webhook_inbox (received_at) where processed_at is null;

-- One advance receipt per credited top-up.
create table billing.receipt (
    subscriber_id uuid not null,
    receipt_id uuid not null,
    kind text not null check (kind in ('advance')),
    -- The ledger operation it documents.
    source_ref uuid not null,
    state text not null check (state in ('needed', 'pending', 'registered', 'manual')),
    customer_contact text not null,
    total_kop bigint not null check (total_kop > 0),
    vat_kop bigint not null check (vat_kop >= 0),
    vat_code smallint not null,
    created_at timestamptz not null,
    primary key (subscriber_id, receipt_id),
    constraint receipt_once unique (subscriber_id, kind, source_ref),
    foreign key (subscriber_id, source_ref) references ledger.op
);
