-- A lost or broken card is replaced in an office: the new one takes its place, the old number stays
-- dead. Money is the contract's and stays where it is.

alter table billing.card add column replaced_by uuid;
alter table billing.card add constraint card_replaced_by
    foreign key (subscriber_id, replaced_by) references billing.card;
alter table billing.card add constraint card_replaced_is_dead
    check (replaced_by is null or state <> 'active');

grant insert on billing.card, billing.card_number to cabinet_app;

-- The clerk of an office, who has the person and a passport in front of them.
alter table office.person drop constraint person_door_fits_role;
alter table office.person add constraint person_door_fits_role check (
    (door = 'partner' and partner_id is not null and role in ('owner', 'cashier', 'installer'))
    or (door = 'staff' and partner_id is null
        and role in ('operator', 'supervisor', 'clerk', 'auditor', 'administrator')));

-- How somebody was checked: on the phone, or by papers in an office; and the number of the call or of
-- the application that was signed there.
alter table office.identity_check rename column call to reference;
alter table office.identity_check add column way text not null default 'call'
    check (way in ('call', 'papers'));
alter table office.identity_check alter column way drop default;
-- A check counts for the case it was made in, until a failed one in the same case.
alter table office.identity_check add column case_id uuid not null default gen_random_uuid();
alter table office.identity_check alter column case_id drop default;
alter table office.identity_check add column passed boolean not null default true;
alter table office.identity_check alter column passed drop default;
create index identity_check_case on office.identity_check (case_id, at desc);
drop index office.identity_check_session;

-- What the head-end should do is said of a card: a replaced one has to be switched off.
alter table billing.entitlement_intent add column card_id uuid;
update billing.entitlement_intent i set card_id = s.card_id
    from billing.subscription s
    where s.subscriber_id = i.subscriber_id and s.subscription_id = i.subscription_id;
alter table billing.entitlement_intent alter column card_id set not null;
alter table billing.entitlement_intent drop constraint entitlement_intent_pkey;
alter table billing.entitlement_intent add primary key (subscriber_id, subscription_id, card_id);
alter table billing.entitlement_intent add foreign key (subscriber_id, card_id)
    references billing.card;
