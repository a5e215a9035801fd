-- A success that the acquirer reports after a cancellation is credited. The reason of the
-- cancellation stays on the row: a succeeded payment with a reason is one that came late.
alter table billing.payment drop constraint payment_reason;
alter table billing.payment add constraint payment_reason check (
    case state when 'canceled' then cancel_reason is not null
               when 'succeeded' then true
               else cancel_reason is null end);
