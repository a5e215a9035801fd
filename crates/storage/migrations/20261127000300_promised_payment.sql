-- What a promised payment needs beside its row: when something is to be done about it, what was
-- charged from it, and what came back when it was not repaid in time.

alter table billing.promise
    add fee_kop bigint not null default 0 check (fee_kop between 0 and amount_kop),
    -- What is owed when it is not back in time, by the terms on which it was taken.
    add on_default text not null default 'owe_used_days'
        check (on_default in ('owe_used_days', 'owe_all')),
    -- Was it not back in time?
    add late boolean not null default false,
    -- The next reminder or the end; null when the time is over.
    add next_step_at timestamptz;
update billing.promise set next_step_at = due_at where state = 'active';
update billing.promise set late = true where state in ('overdue', 'written_off');
alter table billing.promise
    add constraint promise_active_has_step check ((state = 'active') = (next_step_at is not null));
create index promise_step on billing.promise (next_step_at) where next_step_at is not null;

-- A period that was charged with lent money is cut when that is not back in time: `period` then ends
-- with the last used day, `amount_kop` stays what was charged.
alter table billing.charge
    add promise_id uuid,
    add returned_kop bigint not null default 0,
    add returned_op_id uuid,
    add foreign key (subscriber_id, promise_id) references billing.promise,
    add foreign key (subscriber_id, returned_op_id) references ledger.op,
    add constraint charge_returned check (
        returned_kop between 0 and amount_kop and (returned_kop > 0) = (returned_op_id is not null));
create index charge_promise on billing.charge (subscriber_id, promise_id)
    where promise_id is not null;

grant update (period, returned_kop, returned_op_id) on billing.charge to cabinet_app;
