-- Whoever pays by autopay is told that the card stops working soon: how many days before was told last.
alter table billing.payment_method add warned_days smallint check (warned_days > 0);
grant update (warned_days) on billing.payment_method to cabinet_app;
create index payment_method_expiry on billing.payment_method (make_date(expiry_year, expiry_month, 1))
    where state = 'active';
