-- A payment by the system of fast payments may be shown as a square of our own instead of the acquirer's page.
-- Kept with the payment, for a create call that is repeated must be the same to the letter.
alter table billing.payment add column by_square boolean not null default false;
alter table billing.payment add constraint payment_by_square check (not by_square or method = 'sbp')
    not valid;
