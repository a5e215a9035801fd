-- Passkeys (WebAuthn). The credential is what the library keeps of it: public key, counter, flags.
create table identity.passkey (
    account_id uuid not null references identity.account,
    credential_id bytea not null,
    -- How its owner calls it.
    name text not null check (length(name) between 1 and 60),
    credential jsonb not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    primary key (account_id, credential_id),
    -- The library leaves it to us that no two accounts have the same one.
    unique (credential_id)
);

-- What the server has asked a browser's authenticator and not yet been answered. Used once.
create table identity.ceremony (
    ceremony_id uuid primary key,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    -- Whose passkey is being added; none when somebody signs in.
    account_id uuid references identity.account,
    state jsonb not null,
    expires_at timestamptz not null
);
create index ceremony_expires on identity.ceremony (expires_at);

grant select, insert, update, delete on identity.passkey, identity.ceremony to cabinet_app;
