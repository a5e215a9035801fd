-- The ledger: one row moves a positive sum from a debited to a credited account. Rows are only ever
-- added; corrections are new rows.

create schema ledger;

create table ledger.account_code (
    code smallint primary key,
    name text not null unique,
    -- D: debits enlarge it, C: credits do.
    normal char(1) not null check (normal in ('D', 'C')),
    scope text not null check (scope in ('subscriber', 'operator', 'partner'))
);

insert into ledger.account_code (code, name, normal, scope) values
    (1010, 'bank', 'D', 'operator'),
    (1110, 'acquirer_clearing', 'D', 'operator'),
    (1310, 'promised_debt', 'D', 'subscriber'),
    (1320, 'subscriber_debt', 'D', 'subscriber'),
    (2010, 'wallet', 'C', 'subscriber'),
    (2020, 'deferred_revenue', 'C', 'subscriber'),
    (2110, 'voucher_liability', 'C', 'operator'),
    (2210, 'partner_payable', 'C', 'partner'),
    (2310, 'refunds_payable', 'C', 'operator'),
    (2910, 'suspense', 'C', 'operator'),
    (4010, 'revenue', 'C', 'operator'),
    (4020, 'voucher_breakage', 'C', 'operator'),
    (5010, 'acquirer_fee', 'D', 'operator'),
    (5020, 'partner_commission', 'D', 'operator'),
    (5030, 'bad_debt', 'D', 'operator');

-- The only stored balances. All other accounts are sums of postings: a balance row of the operator
-- would be touched by every payment and become the ceiling of the whole system.
create table ledger.wallet (
    subscriber_id uuid primary key references billing.subscriber,
    available_kop bigint not null default 0 check (available_kop >= 0),
    promised_debt_kop bigint not null default 0 check (promised_debt_kop >= 0),
    other_debt_kop bigint not null default 0 check (other_debt_kop >= 0),
    -- Counts the postings that touched the wallet.
    version bigint not null default 0 check (version >= 0),
    updated_at timestamptz not null
) with (fillfactor = 80);

-- An event of the business. Not divided by time, so that its natural key is unique for ever.
create table ledger.op (
    subscriber_id uuid not null,
    op_id uuid not null,
    kind text not null,
    idem_key text not null,
    payload_sha256 bytea not null check (octet_length(payload_sha256) = 32),
    effective_at timestamptz not null,
    posted_at timestamptz not null,
    reverses_op_id uuid,
    actor text not null,
    meta jsonb not null default '{}',
    primary key (subscriber_id, op_id),
    constraint op_idem_key unique (subscriber_id, idem_key)
);
-- An operation is reversed once at most.
create unique index op_reverses on ledger.op (subscriber_id, reverses_op_id)
    where reverses_op_id is not null;

create table ledger.posting (
    subscriber_id uuid not null,
    op_id uuid not null,
    seq smallint not null,
    posted_at timestamptz not null,
    dr_code smallint not null references ledger.account_code,
    -- The owner of the account: the subscriber, or nil for the operator.
    dr_sub uuid not null,
    cr_code smallint not null references ledger.account_code,
    cr_sub uuid not null,
    amount_kop bigint not null check (amount_kop > 0),
    wallet_delta_kop bigint not null,
    -- The wallet's balance and version after this posting; null where it does not touch the wallet.
    wallet_after_kop bigint check (wallet_after_kop >= 0),
    wallet_version bigint,
    -- The writing transaction: what the roll-up has counted is decided by it, never by a sequence,
    -- which late commits would slip past.
    xid xid8 not null default pg_current_xact_id(),
    primary key (subscriber_id, op_id, seq, posted_at),
    constraint posting_two_accounts check (dr_code <> cr_code or dr_sub <> cr_sub),
    constraint posting_wallet_delta check (
        wallet_delta_kop = (cr_code = 2010)::int * amount_kop - (dr_code = 2010)::int * amount_kop),
    constraint posting_wallet_known check (
        (wallet_delta_kop = 0) = (wallet_version is null)
        and (wallet_version is null) = (wallet_after_kop is null))
) partition by range (posted_at);

-- The statement of one wallet, newest first.
create index posting_wallet on ledger.posting (subscriber_id, wallet_version desc)
    where wallet_version is not null;
create index posting_time on ledger.posting using brin (posted_at);
create index posting_xid on ledger.posting (xid);

create function ledger.refuse_change() returns trigger
language plpgsql
as $$ begin
    raise exception 'the ledger only grows: % on % is refused', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger op_append_only before update or delete on ledger.op
    for each row execute function ledger.refuse_change();
create trigger op_no_truncate before truncate on ledger.op
    for each statement execute function ledger.refuse_change();
create trigger posting_append_only before update or delete on ledger.posting
    for each row execute function ledger.refuse_change();
create trigger posting_no_truncate before truncate on ledger.posting
    for each statement execute function ledger.refuse_change();

-- Makes the month's part and guards it: a truncate trigger on the parent does not protect a part
-- that is truncated by its own name. Runs with the owner's rights, so that the worker may call it.
create function ledger.ensure_month(day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    first date := date_trunc('month', day)::date;
    part text := 'posting_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass('ledger.' || part) is not null then
        return;
    end if;
    execute format(
        'create table ledger.%I partition of ledger.posting for values from (%L) to (%L)',
        part, first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
    execute format(
        'create trigger posting_no_truncate before truncate on ledger.%I
         for each statement execute function ledger.refuse_change()', part);
end $$;

create function ledger.ensure_months(from_day date, months integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    for i in 0..months loop
        perform ledger.ensure_month((from_day + make_interval(months => i))::date);
    end loop;
end $$;

-- Stays empty; a row here means that the months were not made in time.
create table ledger.posting_default partition of ledger.posting default;
create trigger posting_no_truncate before truncate on ledger.posting_default
    for each statement execute function ledger.refuse_change();

select ledger.ensure_months((now() - interval '2 months')::date, 6);

-- Sums of all accounts up to the watermark.
create table ledger.rollup (
    code smallint not null references ledger.account_code,
    sub uuid not null,
    dr_kop bigint not null default 0,
    cr_kop bigint not null default 0,
    primary key (code, sub)
);

create table ledger.watermark (
    one boolean primary key default true check (one),
    upto xid8 not null,
    rolled_at timestamptz not null
);
insert into ledger.watermark (upto, rolled_at) values ('0'::xid8, now());

-- Adds what was committed since the last run. Exact: a transaction below the horizon has ended, so
-- nothing can still appear there. The watermark is locked first; horizon and sums come from one
-- statement after that.
create function ledger.roll_up() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    low xid8;
    high xid8;
    counted bigint;
begin
    select upto into low from ledger.watermark for update;
    with horizon as materialized (
        select pg_snapshot_xmin(pg_current_snapshot()) as high
    ), fresh as materialized (
        select p.dr_code, p.dr_sub, p.cr_code, p.cr_sub, p.amount_kop
        from ledger.posting p, horizon h
        where p.xid >= low and p.xid < h.high
    ), sides as (
        select dr_code as code, dr_sub as sub, amount_kop as dr, 0::bigint as cr from fresh
        union all
        select cr_code, cr_sub, 0, amount_kop from fresh
    ), added as (
        insert into ledger.rollup as r (code, sub, dr_kop, cr_kop)
        select code, sub, sum(dr)::bigint, sum(cr)::bigint from sides group by code, sub
        on conflict (code, sub) do update
            set dr_kop = r.dr_kop + excluded.dr_kop, cr_kop = r.cr_kop + excluded.cr_kop
    )
    select h.high, (select count(*) from fresh) into high, counted from horizon h;
    update ledger.watermark set upto = high, rolled_at = now();
    return counted;
end $$;
