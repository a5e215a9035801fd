-- Several contracts in a cabinet, consents that can be taken back, and the end of a cabinet.

grant delete on identity.membership to cabinet_app;

-- Giving a consent and taking it back are both records; what holds is the newest (152-ФЗ, art. 9).
alter table identity.consent drop constraint consent_pkey;
alter table identity.consent add column consent_id uuid not null default gen_random_uuid();
alter table identity.consent alter column consent_id drop default;
alter table identity.consent add primary key (consent_id);
alter table identity.consent rename column given_at to at;
alter table identity.consent add column given boolean not null default true;
alter table identity.consent alter column given drop default;
create index consent_account on identity.consent (account_id, document, at desc);

-- closing: the owner has asked for the deletion; until closes_at it can be taken back.
alter table identity.account drop constraint account_state_check;
alter table identity.account add constraint account_state_check
    check (state in ('pending', 'active', 'closing', 'closed'));
alter table identity.account add column closes_at timestamptz;
alter table identity.account add constraint account_closing_has_a_date
    check ((state = 'closing') = (closes_at is not null));
alter table identity.account drop constraint account_has_contact;
alter table identity.account add constraint account_has_contact
    check (state = 'closed' or email is not null or phone is not null);
alter table identity.account drop constraint account_active_has_password;
alter table identity.account add constraint account_active_has_password
    check (state not in ('active', 'closing') or password_hash is not null);
create index account_closes on identity.account (closes_at) where state = 'closing';

-- Erases what is known of a login whose time has come; `false` when it has not. The contract, its
-- money and receipts stay, as the law asks (54-ФЗ, 402-ФЗ); so do the consents, as proof, without
-- address and browser. The log grows only for everybody else, so this runs with the owner's rights.
create function identity.erase_account(id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin
    update identity.account
        set state = 'closed', closes_at = null, password_hash = null,
            email = null, email_confirmed_at = null, phone = null, phone_confirmed_at = null
        where account_id = id and state = 'closing' and closes_at <= app.now();
    if not found then
        return false;
    end if;
    delete from identity.membership where account_id = id;
    delete from identity.registration where account_id = id;
    delete from identity.one_time_token where account_id = id;
    delete from identity.one_time_code where account_id = id;
    delete from identity.session where account_id = id;
    delete from identity.known_browser where account_id = id;
    delete from identity.passkey where account_id = id;
    delete from identity.ceremony where account_id = id;
    delete from identity.security_log where account_id = id;
    update identity.consent set address = null, user_agent = '' where account_id = id;
    update outbox.delivery
        set recipient = '', subject = null, body = null,
            state = case when state = 'queued' then 'dead' else state end
        where account_id = id;
    return true;
end $$;
revoke execute on function identity.erase_account(uuid) from public;
grant execute on function identity.erase_account(uuid) to cabinet_app;
