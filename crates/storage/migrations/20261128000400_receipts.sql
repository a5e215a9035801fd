-- Receipts are given to the fiscal provider, looked after until they are registered, and shown.

alter table billing.receipt
    -- The payment it came with; without one there is nothing a provider could be told.
    add column payment_id uuid,
    -- Who registers it, and its id there.
    add column provider text,
    add column provider_id text,
    -- When it was first sent by itself, not with a payment.
    add column first_sent_at timestamptz,
    add column next_look_at timestamptz,
    add column looks integer not null default 0,
    -- The register's store of documents: number of the store, of the document, and its sign.
    add column fiscal_storage text,
    add column fiscal_document text,
    add column fiscal_attribute text,
    add column registered_at timestamptz,
    -- By what it is settled: money now, an advance that is used up, on credit.
    add column cashless_kop bigint not null default 0 check (cashless_kop >= 0),
    add column prepaid_kop bigint not null default 0 check (prepaid_kop >= 0),
    add column credit_kop bigint not null default 0 check (credit_kop >= 0),
    -- Why people must look.
    add column problem text,
    add column version bigint not null default 0,
    -- Not checked for what is there: it is filled in below from the payments themselves.
    add constraint receipt_payment foreign key (subscriber_id, payment_id) references billing.payment
        not valid;

-- A top-up's operation is keyed by its payment.
update billing.receipt set cashless_kop = total_kop;
update billing.receipt r
    set payment_id = substr(o.idem_key, 7)::uuid,
        -- What has gathered is looked at during a day, and looked for before anything is sent.
        next_look_at = case when r.state in ('needed', 'pending')
            then app.now() + random() * interval '1 day' end,
        first_sent_at = case when r.state = 'needed' then r.created_at end,
        problem = case when r.state = 'manual' then 'before_lines' end
    from ledger.op o
    where o.subscriber_id = r.subscriber_id and o.op_id = r.source_ref and o.idem_key like 'topup:%';

alter table billing.receipt
    drop constraint receipt_kind_check,
    add constraint receipt_kind check (kind in ('advance', 'offset', 'repayment', 'offset_return')),
    add constraint receipt_settled check (cashless_kop + prepaid_kop + credit_kop = total_kop),
    add constraint receipt_registered check (
        (state = 'registered') = (fiscal_storage is not null)
        and (fiscal_storage is null) = (fiscal_document is null)
        and (fiscal_storage is null) = (fiscal_attribute is null)
        and (fiscal_storage is null) = (registered_at is null)
        and (fiscal_storage is null or provider_id is not null)),
    add constraint receipt_problem check ((state = 'manual') = (problem is not null)),
    add constraint receipt_provider check ((provider_id is null) or (provider is not null)),
    -- What waits is looked at.
    add constraint receipt_looked_at check ((state in ('needed', 'pending')) = (next_look_at is not null));

create index receipt_look on billing.receipt (next_look_at) where next_look_at is not null;
create index receipt_of_payment on billing.receipt (subscriber_id, payment_id);
create index receipt_newest on billing.receipt (subscriber_id, created_at desc, receipt_id desc);
-- A receipt of the provider is one of ours.
create unique index receipt_of_provider on billing.receipt (provider, provider_id)
    where provider_id is not null;

-- Its lines as they were sent; never changed.
create table billing.receipt_line (
    subscriber_id uuid not null,
    receipt_id uuid not null,
    n smallint not null check (n > 0),
    name text not null check (length(name) between 1 and 128),
    sum_kop bigint not null check (sum_kop > 0),
    vat_code smallint not null,
    vat_kop bigint not null check (vat_kop between 0 and sum_kop),
    mode text not null check (mode in ('advance', 'full_payment', 'partial_payment', 'credit',
        'credit_payment')),
    subject text not null check (subject in ('payment', 'service')),
    primary key (subscriber_id, receipt_id, n),
    foreign key (subscriber_id, receipt_id) references billing.receipt
);

insert into billing.receipt_line
    (subscriber_id, receipt_id, n, name, sum_kop, vat_code, vat_kop, mode, subject)
    select r.subscriber_id, r.receipt_id, 1, 'Пополнение лицевого счёта ' || s.contract,
        r.total_kop, r.vat_code, r.vat_kop, 'advance', 'payment'
    from billing.receipt r join billing.subscriber s using (subscriber_id);

-- The lines say it. Nodes of the version before still write it, and know no settlements, until they are
-- replaced.
alter table billing.receipt alter column vat_code drop not null;
create function billing.receipt_of_older_node() returns trigger language plpgsql as $$ begin
    if new.vat_code is not null and new.cashless_kop + new.prepaid_kop + new.credit_kop = 0 then
        new.cashless_kop := new.total_kop;
        if new.state in ('needed', 'pending') and new.next_look_at is null then
            new.next_look_at := new.created_at + interval '1 minute';
        end if;
        new.payment_id := (select substr(o.idem_key, 7)::uuid from ledger.op o
            where o.subscriber_id = new.subscriber_id and o.op_id = new.source_ref
              and o.idem_key like 'topup:%');
    end if;
    return new;
end $$;
create trigger receipt_of_older_node before insert on billing.receipt
    for each row execute function billing.receipt_of_older_node();
-- Its lines come with it.
create function billing.lines_of_older_node() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$ begin
    if new.vat_code is not null then
        insert into billing.receipt_line
            (subscriber_id, receipt_id, n, name, sum_kop, vat_code, vat_kop, mode, subject)
            select new.subscriber_id, new.receipt_id, 1, 'Пополнение лицевого счёта ' || s.contract,
                new.total_kop, new.vat_code, new.vat_kop, 'advance', 'payment'
            from billing.subscriber s where s.subscriber_id = new.subscriber_id;
    end if;
    return null;
end $$;
create trigger lines_of_older_node after insert on billing.receipt
    for each row execute function billing.lines_of_older_node();

-- What the tax service has stays as it is, and no receipt goes back.
create function billing.receipt_goes_one_way() returns trigger language plpgsql as $$ begin
    if old.state = 'registered' then
        raise exception 'receipt % is registered', old.receipt_id using errcode = 'check_violation';
    end if;
    if old.state = 'pending' and new.state = 'needed' then
        raise exception 'receipt % would go back', old.receipt_id using errcode = 'check_violation';
    end if;
    if (new.subscriber_id, new.receipt_id, new.kind, new.source_ref, new.total_kop, new.vat_kop,
            new.cashless_kop, new.prepaid_kop, new.credit_kop, new.created_at)
        is distinct from (old.subscriber_id, old.receipt_id, old.kind, old.source_ref, old.total_kop,
            old.vat_kop, old.cashless_kop, old.prepaid_kop, old.credit_kop, old.created_at)
        or (old.provider_id is not null and new.provider_id is distinct from old.provider_id)
    then
        raise exception 'receipt % would be another one', old.receipt_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger receipt_one_way before update on billing.receipt
    for each row execute function billing.receipt_goes_one_way();

revoke update on billing.receipt from cabinet_app;
grant update (state, provider, provider_id, first_sent_at, next_look_at, looks, fiscal_storage,
    fiscal_document, fiscal_attribute, registered_at, problem, version) on billing.receipt to cabinet_app;
grant select, insert on billing.receipt_line to cabinet_app;

-- Money that came in at once, and what of it no service has used up yet; the oldest goes first.
create table billing.advance_lot (
    subscriber_id uuid not null references billing.subscriber,
    lot_id uuid not null,
    -- The operation that brought it; none where it was there before lots were kept.
    op_id uuid,
    payment_id uuid,
    amount_kop bigint not null check (amount_kop > 0),
    remaining_kop bigint not null check (remaining_kop between 0 and amount_kop),
    -- The calculated tax rate that it was taken in at.
    vat_code smallint not null,
    taken_at timestamptz not null,
    primary key (subscriber_id, lot_id),
    constraint advance_lot_once unique (subscriber_id, op_id),
    foreign key (subscriber_id, op_id) references ledger.op,
    foreign key (subscriber_id, payment_id) references billing.payment
);
create index advance_lot_open on billing.advance_lot (subscriber_id, taken_at, lot_id)
    where remaining_kop > 0;

-- Which operation has used up how much of which.
create table billing.advance_use (
    subscriber_id uuid not null,
    lot_id uuid not null,
    op_id uuid not null,
    amount_kop bigint not null check (amount_kop > 0),
    primary key (subscriber_id, lot_id, op_id),
    foreign key (subscriber_id, lot_id) references billing.advance_lot,
    foreign key (subscriber_id, op_id) references ledger.op
);

-- What lies on wallets now, without what is lent, is one lot each, of the last payment.
insert into billing.advance_lot
    (subscriber_id, lot_id, op_id, payment_id, amount_kop, remaining_kop, vat_code, taken_at)
    select w.subscriber_id, gen_random_uuid(), null, p.payment_id,
        w.available_kop - w.promised_debt_kop, w.available_kop - w.promised_debt_kop, 12, app.now()
    from ledger.wallet w
    left join lateral (select payment_id from billing.payment p
        where p.subscriber_id = w.subscriber_id and p.state = 'succeeded'
        order by p.credited_at desc limit 1) p on true
    where w.available_kop > w.promised_debt_kop;

grant select, insert on billing.advance_lot, billing.advance_use to cabinet_app;
grant update (remaining_kop) on billing.advance_lot to cabinet_app;
