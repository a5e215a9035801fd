-- The inbox, and copies that leave the house. The inbox is the record; a lost copy loses nothing.

create schema inbox;
create schema outbox;

create table inbox.message (
    subscriber_id uuid not null references billing.subscriber,
    message_id uuid not null,
    -- A typed fact; the words are chosen when it is shown, in the reader's language.
    notice jsonb not null,
    created_at timestamptz not null,
    read_at timestamptz,
    primary key (subscriber_id, message_id)
);
create index message_newest on inbox.message (subscriber_id, created_at desc, message_id desc);
create index message_unread on inbox.message (subscriber_id) where read_at is null;

-- A letter or SMS to be sent, written in the transaction that caused it. Links inside carry one-time
-- tokens, so the text is wiped once it is delivered.
create table outbox.delivery (
    delivery_id uuid primary key,
    account_id uuid references identity.account,
    channel text not null check (channel in ('email', 'sms')),
    recipient text not null,
    subject text,
    body text,
    state text not null check (state in ('queued', 'sent', 'dead')),
    attempts integer not null default 0,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz,
    constraint delivery_has_text check (state <> 'queued' or body is not null)
);
create index delivery_queued on outbox.delivery (created_at) where state = 'queued';
