-- What was not spent goes back to where it came from: a refund has a part for each payment it gives back.

create table billing.refund (
    subscriber_id uuid not null references billing.subscriber,
    refund_id uuid not null,
    -- The key of the form that asked for it: a form posted twice is one refund.
    form_key text not null check (length(form_key) between 8 and 64),
    amount_kop bigint not null check (amount_kop > 0),
    state text not null check (state in ('requested', 'approved', 'finished', 'declined', 'withdrawn')),
    -- The operation that has set the money aside.
    op_id uuid not null,
    requested_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid references office.person,
    -- Why it was refused; its owner reads it.
    reason text check (length(reason) between 1 and 500),
    closed_at timestamptz,
    version bigint not null default 0,
    primary key (subscriber_id, refund_id),
    constraint refund_form_key unique (subscriber_id, form_key),
    foreign key (subscriber_id, op_id) references ledger.op,
    constraint refund_decided check ((state in ('approved', 'finished', 'declined')) = (decided_at is not null)
        and (decided_at is null) = (decided_by is null)),
    constraint refund_reason check ((state = 'declined') = (reason is not null)),
    constraint refund_closed check ((state in ('requested', 'approved')) = (closed_at is null))
);
-- One at a time.
create unique index refund_open on billing.refund (subscriber_id) where state in ('requested', 'approved');
create index refund_waiting on billing.refund (requested_at, refund_id) where state = 'requested';
-- Staff know a refund by its id alone.
create index refund_by_id on billing.refund (refund_id);

create table billing.refund_part (
    subscriber_id uuid not null,
    -- Also the idempotence key towards the acquirer.
    part_id uuid not null,
    refund_id uuid not null,
    payment_id uuid not null,
    amount_kop bigint not null check (amount_kop > 0),
    state text not null check (state in ('reserved', 'submitting', 'unknown', 'pending', 'succeeded',
        'canceled')),
    first_sent_at timestamptz,
    last_sent_at timestamptz,
    gateway text,
    gateway_refund_id text,
    next_look_at timestamptz,
    looks integer not null default 0,
    closed_at timestamptz,
    version bigint not null default 0,
    primary key (subscriber_id, part_id),
    constraint refund_part_once unique (subscriber_id, refund_id, payment_id),
    foreign key (subscriber_id, refund_id) references billing.refund,
    foreign key (subscriber_id, payment_id) references billing.payment,
    constraint refund_part_sent check (state in ('reserved', 'canceled') or first_sent_at is not null),
    constraint refund_part_object check ((gateway is null) = (gateway_refund_id is null)
        and (state not in ('pending', 'succeeded') or gateway_refund_id is not null)),
    constraint refund_part_closed check ((state in ('succeeded', 'canceled')) = (closed_at is not null)),
    constraint refund_part_looked_at check (
        (state in ('submitting', 'unknown', 'pending')) <= (next_look_at is not null)
        and (closed_at is null or next_look_at is null))
);
create index refund_part_look on billing.refund_part (next_look_at) where next_look_at is not null;
create index refund_part_of on billing.refund_part (subscriber_id, refund_id);
create index refund_part_of_payment on billing.refund_part (subscriber_id, payment_id);
-- Look-up: whose is a refund of the acquirer. One of theirs is one of ours.
create unique index refund_part_gateway on billing.refund_part (gateway, gateway_refund_id)
    where gateway_refund_id is not null;

-- What is over stays as it is, and no refund becomes another one.
create function billing.refund_goes_one_way() returns trigger language plpgsql as $$ begin
    if old.state in ('finished', 'declined', 'withdrawn') then
        raise exception 'refund % is over', old.refund_id using errcode = 'check_violation';
    end if;
    if old.state = 'approved' and new.state <> 'finished' then
        raise exception 'refund % would go back', old.refund_id using errcode = 'check_violation';
    end if;
    if (new.subscriber_id, new.refund_id, new.form_key, new.amount_kop, new.op_id,
            new.requested_at)
        is distinct from (old.subscriber_id, old.refund_id, old.form_key, old.amount_kop, old.op_id,
            old.requested_at)
        or (old.decided_by is not null and new.decided_by is distinct from old.decided_by)
    then
        raise exception 'refund % would be another one', old.refund_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger refund_one_way before update on billing.refund
    for each row execute function billing.refund_goes_one_way();

create function billing.refund_part_goes_one_way() returns trigger language plpgsql as $$ begin
    if old.state in ('succeeded', 'canceled') then
        raise exception 'part % is over', old.part_id using errcode = 'check_violation';
    end if;
    if new.state = 'reserved' and old.state <> 'reserved' then
        raise exception 'part % would go back', old.part_id using errcode = 'check_violation';
    end if;
    if (new.subscriber_id, new.part_id, new.refund_id, new.payment_id, new.amount_kop)
        is distinct from (old.subscriber_id, old.part_id, old.refund_id, old.payment_id, old.amount_kop)
        or (old.first_sent_at is not null and new.first_sent_at is distinct from old.first_sent_at)
        or (old.gateway_refund_id is not null
            and new.gateway_refund_id is distinct from old.gateway_refund_id)
    then
        raise exception 'part % would be another one', old.part_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger refund_part_one_way before update on billing.refund_part
    for each row execute function billing.refund_part_goes_one_way();

grant select, insert on billing.refund, billing.refund_part to cabinet_app;
grant update (state, decided_at, decided_by, reason, closed_at, version) on billing.refund to cabinet_app;
grant update (state, first_sent_at, last_sent_at, gateway, gateway_refund_id, next_look_at, looks, closed_at,
    version) on billing.refund_part to cabinet_app;

-- Their receipts. Not checked for what is there, which holds it already: money does not wait for that.
alter table billing.receipt
    add column refund_part_id uuid,
    add constraint receipt_refund_part foreign key (subscriber_id, refund_part_id)
        references billing.refund_part not valid,
    drop constraint receipt_kind,
    add constraint receipt_kind check (kind in ('advance', 'offset', 'repayment', 'offset_return', 'refund'))
        not valid,
    add constraint receipt_of_refund check ((kind = 'refund') = (refund_part_id is not null)) not valid;

-- Nobody borrows while money is on its way out. The rules say it before; nodes of the version before do not
-- know them.
create function billing.no_promise_while_giving_back() returns trigger language plpgsql as $$ begin
    if exists (select from billing.refund r where r.subscriber_id = new.subscriber_id
            and r.state in ('requested', 'approved')) then
        raise exception 'a refund of % is open', new.subscriber_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger promise_not_while_giving_back before insert on billing.promise
    for each row execute function billing.no_promise_while_giving_back();

-- Who answers for money that goes out.
alter table office.person drop constraint person_door_fits_role;
alter table office.person add constraint person_door_fits_role check (
    (door = 'partner' and partner_id is not null and role in ('owner', 'cashier', 'installer'))
    or (door = 'staff' and partner_id is null
        and role in ('operator', 'supervisor', 'clerk', 'auditor', 'accountant', 'administrator')));
