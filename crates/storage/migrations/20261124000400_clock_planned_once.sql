-- A function in plain SQL is planned anew in every statement that calls it, and every transaction
-- calls this one. In PL/pgSQL it is planned once for each connection.
create or replace function app.now() returns timestamptz
language plpgsql stable
as $$ begin
    return now() + coalesce((select shift from app.clock), interval '0');
end $$;
