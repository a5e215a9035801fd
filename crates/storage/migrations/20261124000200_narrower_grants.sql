-- The application names everything of a posting but the transaction that writes it: a made-up one
-- would slip past the roll-up.
revoke insert on ledger.posting from cabinet_app;
grant insert (subscriber_id, op_id, seq, posted_at, dr_code, dr_sub, cr_code, cr_sub, amount_kop,
    wallet_delta_kop, wallet_after_kop, wallet_version) on ledger.posting to cabinet_app;

-- Functions that run with the owner's rights are for the worker alone, and make a year at most.
revoke execute on function ledger.ensure_month(date), ledger.ensure_months(date, integer),
    ledger.roll_up() from public;
create or replace function ledger.ensure_months(from_day date, months integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    for i in 0..least(months, 12) loop
        perform ledger.ensure_month((from_day + make_interval(months => i))::date);
    end loop;
end $$;
grant execute on function ledger.ensure_months(date, integer), ledger.roll_up() to cabinet_app;
