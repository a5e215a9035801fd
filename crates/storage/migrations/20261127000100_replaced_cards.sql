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
