-- What is kept of people, for whom and for how long.

-- A notice about the access belongs to a login and not to the contract: it does not go along when the
-- contract moves into another cabinet, and goes when the login is erased.
alter table inbox.message add column account_id uuid references identity.account;
update inbox.message m set account_id = s.account_id
    from identity.membership s
    where s.subscriber_id = m.subscriber_id and (m.notice ? 'security' or m.notice = '"welcome"');
create index account_pending on identity.account (created_at) where state = 'pending';
create index message_account on inbox.message (account_id) where account_id is not null;

-- Forgets a registration that was never opened, as if it had not been. The account's row goes too.
create function identity.drop_pending(id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    perform 1 from identity.account where account_id = id and state = 'pending' for update;
    if not found then
        return false;
    end if;
    update outbox.delivery
        set account_id = null, recipient = '', subject = null, body = null,
            state = case when state = 'queued' then 'dead' else state end
        where account_id = id;
    update identity.registration set account_id = null where account_id = id;
    delete from identity.membership where account_id = id;
    delete from identity.one_time_token where account_id = id;
    delete from identity.one_time_code where account_id = id;
    delete from identity.session where account_id = id;
    delete from identity.known_browser where account_id = id;
    delete from identity.consent where account_id = id;
    delete from identity.security_log where account_id = id;
    delete from inbox.message where account_id = id;
    delete from identity.account where account_id = id;
    return true;
end $$;

-- The same as before, and: messages of the login, and the names it gave to cards.
create or replace function identity.erase_account(id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    update identity.account
        set state = 'closed', closes_at = null, password_hash = null,
            email = null, email_confirmed_at = null, phone = null, phone_confirmed_at = null
        where account_id = id and state = 'closing' and closes_at <= app.now();
    if not found then
        return false;
    end if;
    update billing.card set name = null
        where subscriber_id in (select subscriber_id from identity.membership where account_id = id);
    delete from identity.membership where account_id = id;
    delete from identity.registration where account_id = id;
    delete from identity.one_time_token where account_id = id;
    delete from identity.one_time_code where account_id = id;
    delete from identity.session where account_id = id;
    delete from identity.known_browser where account_id = id;
    delete from identity.passkey where account_id = id;
    delete from identity.ceremony where account_id = id;
    delete from identity.security_log where account_id = id;
    delete from inbox.message where account_id = id;
    update identity.consent set address = null, user_agent = '' where account_id = id;
    update outbox.delivery
        set recipient = '', subject = null, body = null,
            state = case when state = 'queued' then 'dead' else state end
        where account_id = id;
    return true;
end $$;

-- Old traces: sessions that are over (the newest of each login stays, it tells a first sign-in from a
-- later one), entries of the security log, and to whom letters went.
create function identity.sweep_traces(sessions_before timestamptz, log_before timestamptz)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    -- Nobody deletes what is young.
    sessions_before := least(sessions_before, app.now() - interval '80 days');
    log_before := least(log_before, app.now() - interval '3 years' + interval '10 days');
    delete from identity.session s
        where coalesce(s.ended_at, s.expires_at) < sessions_before
          and exists (select from identity.session n
                      where n.account_id = s.account_id
                        and (n.created_at, n.session_id) > (s.created_at, s.session_id));
    delete from identity.security_log where at < log_before;
    delete from identity.one_time_token where expires_at < sessions_before;
    update outbox.delivery set recipient = '', subject = null, body = null
        where created_at < sessions_before and state <> 'queued' and recipient <> '';
end $$;

revoke execute on function identity.drop_pending(uuid),
    identity.sweep_traces(timestamptz, timestamptz) from public;
grant execute on function identity.drop_pending(uuid),
    identity.sweep_traces(timestamptz, timestamptz) to cabinet_app;
