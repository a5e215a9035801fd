-- Codes by SMS, the browsers an account knows, and changes of contacts.

-- A code on its way to a phone and the form that waits for it. The form is shown whether a cabinet
-- exists or not: the account, the phone and the code's digest are filled in by a job, which alone
-- knows. The code has six digits (20 bits, OWASP ASVS 2.7.6): the digest hides it from a glance,
-- its short life and the few tries protect it.
create table identity.one_time_code (
    challenge_id uuid primary key,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    purpose text not null check (purpose in ('activation', 'recovery', 'contact')),
    -- What was typed into the recovery form, to send again; none otherwise.
    login text,
    account_id uuid references identity.account,
    phone text,
    code_sha256 bytea check (octet_length(code_sha256) = 32),
    tries integer not null default 0,
    created_at timestamptz not null,
    -- When the form may ask for another one.
    again_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint code_has_a_phone check (code_sha256 is null or (account_id is not null and phone is not null))
);
create index one_time_code_expires on identity.one_time_code (expires_at);
create index one_time_code_account on identity.one_time_code (account_id, purpose);

-- Browsers on which somebody has signed in to an account. Such a browser has its own count of wrong
-- passwords, so that nobody else can lock its owner out; signing in on another one is told.
create table identity.known_browser (
    account_id uuid not null references identity.account,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (account_id, browser_sha256)
);

-- Which browser a session is in; and when the password (or a passkey) was last given in it: changes
-- of access ask for it anew after some minutes.
alter table identity.session add column browser_sha256 bytea check (octet_length(browser_sha256) = 32);
alter table identity.session add column confirmed_at timestamptz;
update identity.session set confirmed_at = created_at;
alter table identity.session alter column confirmed_at set not null;

-- A link may also prove a new e-mail of an open cabinet.
alter table identity.one_time_token drop constraint one_time_token_purpose_check;
alter table identity.one_time_token add constraint one_time_token_purpose_check
    check (purpose in ('activation', 'recovery', 'contact'));

alter table identity.account add column password_changed_at timestamptz;
update identity.account set password_changed_at = activated_at;

-- A message is now written for every change of access, not for the password alone.
update inbox.message
    set notice = '{"security": {"event": "password_recovered", "detail": ""}}'
    where notice = '"password_changed"';
-- The log says the same words as the notices: on which device, to which contact.
alter table identity.security_log add column detail text not null default '';
create index security_log_at on identity.security_log (account_id, at desc);

grant select, insert, update, delete on identity.one_time_code, identity.known_browser to cabinet_app;
