-- Tariffs and their prices. Published rows never change: a new price is a new row, and each
-- subscription keeps the one it was sold with.

create schema catalog;

create table catalog.product (
    product_id uuid primary key,
    code text not null unique,
    name text not null,
    kind text not null check (kind in ('base', 'addon')),
    channels integer not null default 0,
    -- Archived: those who have it may keep it, nobody may take it.
    archived boolean not null default false
);

create table catalog.price_version (
    price_version_id uuid primary key,
    product_id uuid not null references catalog.product,
    period_unit text not null check (period_unit in ('day', 'month')),
    period_count smallint not null check (period_count > 0),
    price_kop bigint not null check (price_kop > 0),
    valid_from date not null,
    unique (product_id, period_unit, period_count, valid_from)
);

create function catalog.refuse_change() returns trigger
language plpgsql
as $$ begin
    raise exception 'a published price never changes: add a row' using errcode = 'restrict_violation';
end $$;

create trigger price_version_immutable
    before update or delete on catalog.price_version
    for each row execute function catalog.refuse_change();
