-- no-transaction
-- What the acquirer has taken on a day of its own. Built beside the payments that go on.
create index concurrently if not exists payment_of_day on billing.payment (captured_at, gateway_payment_id)
    where state = 'succeeded' and captured_at is not null;
