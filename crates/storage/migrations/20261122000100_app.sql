-- The cabinet's own small things: the one clock, counters against guessing, kept form texts.

create schema app;

-- One row at most. Only the demo and the tests move the clock; the application role may not.
create table app.clock (
    one boolean primary key default true check (one),
    shift interval not null default interval '0'
);

-- The only authority on time, read once per transaction. Everything that is due compares with it.
create function app.now() returns timestamptz
language sql stable
as $$ select now() + coalesce((select shift from app.clock), interval '0') $$;

-- Counters against guessing. Unlogged on purpose: losing them in a crash only forgives some tries,
-- and writing them must not cost a disk flush.
create unlogged table app.throttle (
    key text primary key,
    hits integer not null,
    window_ends_at timestamptz not null
);
create index throttle_ends on app.throttle (window_ends_at);

-- What was typed into a form that was refused, without secrets, for ten minutes, for this browser.
create table app.form_draft (
    draft_id uuid primary key,
    browser_sha256 bytea not null check (octet_length(browser_sha256) = 32),
    fields jsonb not null,
    errors jsonb not null,
    expires_at timestamptz not null
);
create index form_draft_expires on app.form_draft (expires_at);
