-- Saved bank cards, standing orders on them, and what came of each month.

create table billing.payment_method (
    subscriber_id uuid not null references billing.subscriber,
    method_id uuid not null,
    -- Whose card it is: it does not go along when the contract comes into another cabinet.
    account_id uuid not null references identity.account,
    gateway text not null,
    -- The acquirer's token, sealed with a key the database does not have; nothing once it is removed.
    token_sealed bytea,
    brand text not null check (length(brand) <= 40),
    last4 text not null check (last4 ~ '^[0-9]{4}$'),
    expiry_month smallint check (expiry_month between 1 and 12),
    expiry_year smallint check (expiry_year between 2000 and 2200),
    state text not null default 'active' check (state in ('active', 'removed')),
    -- The payment that it was saved by: saved once, however often the acquirer tells of it.
    saved_by uuid not null,
    created_at timestamptz not null,
    removed_at timestamptz,
    primary key (subscriber_id, method_id),
    foreign key (subscriber_id, saved_by) references billing.payment,
    constraint payment_method_saved_once unique (subscriber_id, saved_by),
    constraint payment_method_removed check (
        (state = 'removed') = (removed_at is not null) and (state = 'active') = (token_sealed is not null))
);

-- How a payment is made. `save_method`: the payer wants the card to be kept.
alter table billing.payment drop constraint payment_purpose_check;
alter table billing.payment add constraint payment_purpose_check
    check (purpose in ('top_up', 'autopay'));
alter table billing.payment drop constraint payment_method_check;
alter table billing.payment add constraint payment_method_check
    check (method in ('bank_card', 'sbp', 'yoo_money', 'saved_card'));
alter table billing.payment
    add method_id uuid,
    add save_method boolean not null default false,
    -- When a create call was last begun: one that is lost is looked for from here on.
    add last_sent_at timestamptz,
    add foreign key (subscriber_id, method_id) references billing.payment_method,
    add constraint payment_by_saved_card check ((method = 'saved_card') = (method_id is not null)),
    add constraint payment_saves_new_card check (not save_method or method = 'bank_card'),
    add constraint payment_autopay_by_saved_card check (purpose = 'top_up' or method = 'saved_card');

-- A standing order: what was agreed to, when and from where. One may run; those that ended are kept.
create table billing.autopay (
    subscriber_id uuid not null references billing.subscriber,
    mandate_id uuid not null,
    method_id uuid not null,
    -- Who agreed to it.
    account_id uuid not null references identity.account,
    day smallint not null check (day between 1 and 28),
    state text not null default 'active' check (state in ('active', 'paused', 'off')),
    receipt_email text not null,
    mandate_version text not null,
    -- SHA-256 of the text as it was shown.
    mandate_sha256 bytea not null check (length(mandate_sha256) = 32),
    agreed_at timestamptz not null,
    agreed_from inet,
    -- The next moment of its day.
    scheduled_at timestamptz not null,
    -- When somebody has to look at it again.
    next_step_at timestamptz,
    paused_reason text,
    ended_at timestamptz,
    ended_by text check (ended_by in ('subscriber', 'link', 'card_removed', 'replaced', 'cabinet_left')),
    primary key (subscriber_id, mandate_id),
    foreign key (subscriber_id, method_id) references billing.payment_method,
    constraint autopay_ended check (
        (state = 'off') = (ended_at is not null) and (ended_at is null) = (ended_by is null)),
    constraint autopay_paused check ((state = 'paused') = (paused_reason is not null)),
    constraint autopay_looked_at check ((state = 'active') = (next_step_at is not null))
);
create unique index autopay_one on billing.autopay (subscriber_id) where state <> 'off';
create index autopay_step on billing.autopay (next_step_at) where next_step_at is not null;

-- What came of one month: at most one charge. Nothing is charged that was not announced.
create table billing.autopay_run (
    subscriber_id uuid not null references billing.subscriber,
    -- The first day of the month of its day.
    month date not null check (extract(day from month) = 1),
    mandate_id uuid not null,
    state text not null
        check (state in ('notified', 'charging', 'retry', 'succeeded', 'failed', 'skipped')),
    due_at timestamptz not null,
    notified_at timestamptz not null,
    reminded boolean not null default false,
    noticed_kop bigint not null check (noticed_kop > 0),
    -- Refusals of the bank.
    attempt smallint not null default 0 check (attempt >= 0),
    -- Payments that were made for it: their keys count them.
    tries smallint not null default 0 check (tries >= 0),
    retry_at timestamptz,
    payment_id uuid,
    reason text,
    closed_at timestamptz,
    primary key (subscriber_id, month),
    foreign key (subscriber_id, mandate_id) references billing.autopay,
    foreign key (subscriber_id, payment_id) references billing.payment,
    constraint autopay_run_paid check (state not in ('charging', 'succeeded') or payment_id is not null),
    constraint autopay_run_retried check ((state = 'retry') = (retry_at is not null)),
    constraint autopay_run_refused check (state <> 'failed' or reason is not null),
    constraint autopay_run_closed check (
        (state in ('succeeded', 'failed', 'skipped')) = (closed_at is not null))
);
create index autopay_run_open on billing.autopay_run (subscriber_id) where closed_at is null;
create index autopay_run_mandate on billing.autopay_run (subscriber_id, mandate_id);

-- The links of notices that switch it off, for whoever holds one, signed in or not.
create table billing.autopay_link (
    token_sha256 bytea primary key check (length(token_sha256) = 32),
    subscriber_id uuid not null,
    mandate_id uuid not null,
    created_at timestamptz not null,
    foreign key (subscriber_id, mandate_id) references billing.autopay
);
create index autopay_link_mandate on billing.autopay_link (subscriber_id, mandate_id);

grant select, insert on billing.payment_method, billing.autopay, billing.autopay_run to cabinet_app;
grant select, insert on billing.autopay_link to cabinet_app;
grant update (state, token_sealed, removed_at) on billing.payment_method to cabinet_app;
grant update (state, scheduled_at, next_step_at, paused_reason, ended_at, ended_by)
    on billing.autopay to cabinet_app;
grant update (mandate_id, state, due_at, notified_at, reminded, noticed_kop, attempt, tries, retry_at,
    payment_id, reason, closed_at) on billing.autopay_run to cabinet_app;

-- What an erased login has left with its cards and orders.
create or replace function identity.erase_account(id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    update identity.account
        set state = 'closed', closes_at = null, password_hash = null,
            email = null, email_confirmed_at = null, phone = null, phone_confirmed_at = null
        where account_id = id and state = 'closing' and closes_at <= app.now();
    if not found then
        return false;
    end if;
    update billing.card set name = null
        where subscriber_id in (select subscriber_id from identity.membership where account_id = id);
    delete from identity.membership where account_id = id;
    update billing.autopay set agreed_from = null, receipt_email = '' where account_id = id;
    delete from identity.registration where account_id = id;
    delete from identity.one_time_token where account_id = id;
    delete from identity.one_time_code where account_id = id;
    delete from identity.session where account_id = id;
    delete from identity.known_browser where account_id = id;
    delete from identity.passkey where account_id = id;
    delete from identity.ceremony where account_id = id;
    delete from identity.security_log where account_id = id;
    delete from inbox.message where account_id = id;
    update identity.consent set address = null, user_agent = '' where account_id = id;
    update outbox.delivery
        set recipient = '', subject = null, body = null,
            state = case when state = 'queued' then 'dead' else state end
        where account_id = id;
    return true;
end $$;
