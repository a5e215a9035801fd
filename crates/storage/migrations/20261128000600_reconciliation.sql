-- The acquirer's registry is compared with what was posted; a difference opens a case, and nothing is
-- corrected by itself.

-- When the acquirer has taken the money, by its own clock: that is the day of its registry.
alter table billing.payment add column captured_at timestamptz;
grant update (captured_at) on billing.payment to cabinet_app;
alter table billing.refund_part add column made_at timestamptz;
grant update (made_at) on billing.refund_part to cabinet_app;
create index refund_part_of_day on billing.refund_part (made_at, gateway_refund_id)
    where state = 'succeeded';

create table billing.reconciliation (
    gateway text not null,
    -- By the acquirer's clock.
    day date not null,
    -- The acquirer's lists, or a file.
    source text not null,
    finished_at timestamptz not null,
    payments integer not null,
    payments_kop bigint not null,
    refunds integer not null,
    refunds_kop bigint not null,
    -- Refunds of the day that were still under way: it is compared again.
    open integer not null,
    differences integer not null,
    primary key (gateway, day, source)
);

create table billing.reconciliation_case (
    gateway text not null,
    kind text not null check (kind in ('payment', 'refund')),
    object_id text not null,
    difference text not null check (difference in ('unknown', 'not_posted', 'other_sum', 'twice', 'missing')),
    day date not null,
    source text not null,
    theirs_kop bigint,
    ours_kop bigint,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    -- The same comparison did not find it again.
    closed_at timestamptz,
    primary key (gateway, kind, object_id, difference, source)
);
create index reconciliation_case_open on billing.reconciliation_case (opened_at) where closed_at is null;
create index reconciliation_case_day on billing.reconciliation_case (gateway, day, source);

grant select, insert, update on billing.reconciliation, billing.reconciliation_case to cabinet_app;
