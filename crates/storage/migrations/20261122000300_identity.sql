-- Who may sign in, and how that was proven.

create schema identity;

create table identity.account (
    account_id uuid primary key,
    -- pending: registered, the contact is not proven yet, nobody can sign in.
    state text not null check (state in ('pending', 'active', 'closed')),
    -- Argon2id in PHC form; none until activation.
    password_hash text,
    email text,
    email_confirmed_at timestamptz,
    phone text,
    phone_confirmed_at timestamptz,
    lang text not null default 'ru' check (lang in ('ru', 'en')),
    created_at timestamptz not null,
    activated_at timestamptz,
    constraint account_has_contact check (email is not null or phone is not null),
    constraint account_active_has_password check (state <> 'active' or password_hash is not null)
);

-- A confirmed contact signs in, so it belongs to one account; an unproven one proves nothing and
-- must not lock anybody else out.
create unique index account_email on identity.account (email)
    where email_confirmed_at is not null and state <> 'closed';
create unique index account_phone on identity.account (phone)
    where phone_confirmed_at is not null and state <> 'closed';

-- A login may hold several contracts; a contract has one login.
create table identity.membership (
    account_id uuid not null references identity.account,
    subscriber_id uuid not null references billing.subscriber,
    since timestamptz not null,
    primary key (account_id, subscriber_id)
);
create unique index membership_subscriber on identity.membership (subscriber_id);

-- A registration under way, bound to the browser that began it.
create table identity.registration (
    registration_id uuid primary key,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    subscriber_id uuid not null,
    card_id uuid not null,
    -- Set once the contract matched.
    account_id uuid references identity.account,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index registration_expires on identity.registration (expires_at);

-- Links that work once. Only the digest is kept: a stolen table opens nothing.
create table identity.one_time_token (
    token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
    purpose text not null check (purpose in ('activation', 'recovery')),
    account_id uuid not null references identity.account,
    -- The contact it was sent to: using it proves that contact.
    channel text not null check (channel in ('email', 'phone')),
    contact text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index one_time_token_account on identity.one_time_token (account_id, purpose);

-- Signed-in devices. The cookie holds the token, the table its digest.
create table identity.session (
    session_id uuid primary key,
    token_sha256 bytea not null check (octet_length(token_sha256) = 32),
    account_id uuid not null references identity.account,
    remembered boolean not null,
    user_agent text not null default '',
    address inet,
    card_id uuid,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz
);
create unique index session_token on identity.session (token_sha256);
create index session_account on identity.session (account_id) where ended_at is null;

-- Each consent is a record of its own: which text, when, from where (152-ФЗ, 126-ФЗ).
create table identity.consent (
    account_id uuid not null references identity.account,
    document text not null check (document in ('terms', 'personal-data', 'advertising')),
    version text not null,
    given_at timestamptz not null,
    address inet,
    user_agent text not null default '',
    primary key (account_id, document, version)
);

-- What happened to an account's access. Only grows.
create table identity.security_log (
    account_id uuid not null references identity.account,
    event_id uuid not null,
    event text not null,
    at timestamptz not null,
    address inet,
    user_agent text not null default '',
    primary key (account_id, event_id)
);
