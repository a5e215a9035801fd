-- The doors of partners and staff: who comes in, with what, and what was done. Nothing here is shared
-- with the subscribers' identity: a session of one door is unknown behind the others.

create schema office;

-- A dealer's organisation.
create table office.partner (
    partner_id uuid primary key,
    number text not null unique check (number ~ '^[0-9]{2}\.[0-9]{4}\.[0-9]{2}$'),
    name text not null,
    blocked_at timestamptz,
    created_at timestamptz not null
);

create table office.person (
    person_id uuid primary key,
    door text not null check (door in ('partner', 'staff')),
    partner_id uuid references office.partner,
    -- Staff: a login of its own; partners' people: their e-mail. The owner may also give the
    -- partner's number.
    login text not null,
    name text not null,
    email text not null,
    role text not null,
    -- Argon2id in PHC form; none until the invitation was followed.
    password_hash text,
    -- The secret of the one-time passwords, sealed with a key that is not in the database.
    totp_sealed bytea,
    -- The step of the last one-time password that was taken: none is taken twice.
    totp_step bigint not null default 0,
    blocked_at timestamptz,
    created_at timestamptz not null,
    last_sign_in_at timestamptz,
    constraint person_door_fits_role check (
        (door = 'partner' and partner_id is not null and role in ('owner', 'cashier', 'installer'))
        or (door = 'staff' and partner_id is null
            and role in ('operator', 'supervisor', 'auditor', 'administrator'))),
    -- Nobody comes in without a second factor.
    constraint person_has_both_factors check ((password_hash is null) = (totp_sealed is null))
);
create unique index person_login on office.person (door, login);
create unique index person_owner on office.person (partner_id) where role = 'owner';

-- A link by which somebody sets up the way in: a password, then the second factor. What was chosen
-- in the first step waits here for the second.
create table office.enrolment (
    token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
    person_id uuid not null references office.person,
    -- The session in which somebody asked to set up their own way in anew: only it may go on, and
    -- only while it lives. None for an invitation.
    session_id uuid,
    password_hash text,
    totp_sealed bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index enrolment_person on office.enrolment (person_id);

create table office.session (
    session_id uuid primary key,
    token_sha256 bytea not null unique check (octet_length(token_sha256) = 32),
    person_id uuid not null references office.person,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    -- New recovery codes, sealed, until their owner says that they are kept.
    codes_sealed bytea,
    user_agent text not null default '',
    address inet,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- When it ends if it is not used.
    idle_until timestamptz not null,
    -- When it ends in any case.
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index office_session_person on office.session (person_id) where ended_at is null;

-- Browsers on which somebody has signed in: they have tries of their own, so that nobody else can
-- lock their owner out.
create table office.known_browser (
    person_id uuid not null references office.person,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    last_seen_at timestamptz not null,
    primary key (person_id, browser_sha256)
);

-- Each opens the door once. Salted with the person's id.
create table office.recovery_code (
    person_id uuid not null references office.person,
    code_sha256 bytea not null check (octet_length(code_sha256) = 32),
    used_at timestamptz,
    primary key (person_id, code_sha256)
);

-- What was done, by whom, to whom. Only grows, for everybody.
create table office.audit (
    audit_id uuid primary key,
    at timestamptz not null,
    door text not null check (door in ('partner', 'staff')),
    partner_id uuid,
    -- None: done on the command line.
    person_id uuid,
    event text not null,
    subject text not null default '',
    -- Who it was, as they were called then.
    name text not null default '',
    -- Name and subject in small letters, to look for: what small letters are is not left to the
    -- database's locale.
    words text not null,
    address inet,
    user_agent text not null default ''
);


create function office.refuse_change() returns trigger language plpgsql as $$ begin
    raise exception 'the audit log only grows';
end $$;
create trigger audit_only_grows before update or delete on office.audit
    for each row execute function office.refuse_change();
create index audit_newest on office.audit (at desc, audit_id desc);
create trigger audit_is_not_emptied before truncate on office.audit
    for each statement execute function office.refuse_change();

grant usage on schema office to cabinet_app;
grant select, insert, update on office.partner, office.person, office.enrolment, office.session
    to cabinet_app;
grant select, insert, update, delete on office.known_browser, office.recovery_code to cabinet_app;
grant select, insert on office.audit to cabinet_app;
grant delete on office.session, office.enrolment to cabinet_app;

-- What a caller's identity was checked against the contract in: a call, by an operator's session.
-- A subscriber whom somebody has opened: the address of the page names this row and never the
-- subscriber, so that it tells nothing.
create table office.subscriber_case (
    case_id uuid primary key,
    session_id uuid not null,
    subscriber_id uuid not null,
    -- The last digits of what was typed.
    found_by text not null,
    at timestamptz not null
);
create index subscriber_case_at on office.subscriber_case (at);

create table office.identity_check (
    check_id uuid primary key,
    session_id uuid not null,
    subscriber_id uuid not null,
    -- The number of the call, as the call centre knows it.
    call text not null,
    at timestamptz not null
);
create index identity_check_session on office.identity_check (session_id, subscriber_id, at desc);
grant select, insert on office.identity_check to cabinet_app;
grant select, insert, delete on office.subscriber_case to cabinet_app;

-- A link that an operator sends after such a check; it also binds the contact it went to.
alter table identity.one_time_token drop constraint one_time_token_purpose_check;
alter table identity.one_time_token add constraint one_time_token_purpose_check
    check (purpose in ('activation', 'recovery', 'contact', 'restore'));
