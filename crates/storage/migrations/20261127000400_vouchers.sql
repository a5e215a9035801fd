-- Prepaid cards. The PIN is never here, only its digest under a key that the database does not have.

create table billing.voucher_batch (
    batch_id uuid primary key,
    face_kop bigint not null check (face_kop > 0),
    quantity integer not null check (quantity > 0),
    -- The last day on which its cards are taken.
    valid_until date not null,
    created_by uuid not null references office.person,
    created_at timestamptz not null,
    -- Worth nothing until a second person has looked at it.
    activated_by uuid references office.person,
    activated_at timestamptz,
    constraint voucher_batch_two_people check (activated_by <> created_by),
    constraint voucher_batch_activated check ((activated_by is null) = (activated_at is null))
);

create table billing.voucher (
    -- HMAC-SHA-256 of the PIN.
    pin_hmac bytea primary key check (octet_length(pin_hmac) = 32),
    -- Which key made it.
    key_id text not null,
    -- Printed beside the PIN and worth nothing: what people may read to each other.
    serial text not null unique check (serial ~ '^[A-Z]{2}[0-9]{7}$'),
    batch_id uuid not null references billing.voucher_batch,
    face_kop bigint not null check (face_kop > 0),
    state text not null default 'printed'
        check (state in ('printed', 'active', 'redeemed', 'blocked')),
    valid_until date not null,
    redeemed_by uuid references billing.subscriber,
    redeemed_at timestamptz,
    constraint voucher_redeemed check (
        (state = 'redeemed') = (redeemed_by is not null)
        and (redeemed_by is null) = (redeemed_at is null))
);
create index voucher_batch_cards on billing.voucher (batch_id);
create index voucher_redeemer on billing.voucher (redeemed_by) where redeemed_by is not null;

-- A card goes one way, and none is worth anything before its batch is activated.
create function billing.voucher_goes_one_way() returns trigger
language plpgsql
as $$ begin
    if new.state <> old.state and not (
        (old.state = 'printed' and new.state = 'active' and exists (
            select from billing.voucher_batch b
            where b.batch_id = new.batch_id and b.activated_at is not null))
        or (old.state in ('printed', 'active') and new.state = 'blocked')
        or (old.state = 'active' and new.state = 'redeemed')) then
        raise exception 'a prepaid card does not go from % to %', old.state, new.state
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger voucher_one_way before update on billing.voucher
    for each row execute function billing.voucher_goes_one_way();

grant select, insert (batch_id, face_kop, quantity, valid_until, created_by, created_at)
    on billing.voucher_batch to cabinet_app;
grant select, insert (pin_hmac, key_id, serial, batch_id, face_kop, valid_until)
    on billing.voucher to cabinet_app;
grant update (activated_by, activated_at) on billing.voucher_batch to cabinet_app;
grant update (state, redeemed_by, redeemed_at) on billing.voucher to cabinet_app;
