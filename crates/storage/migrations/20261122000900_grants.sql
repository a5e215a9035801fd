-- The owner migrates; the application role may only do what the code needs. On the ledger that is
-- reading and adding. The role is made outside the migrations (`cabinet migrate` does it), because
-- roles belong to the cluster, not to the database.

grant usage on schema app, billing, identity, catalog, ledger, inbox, outbox to cabinet_app;

grant select on app.clock to cabinet_app;
grant select, insert, update, delete on app.throttle, app.form_draft to cabinet_app;

grant select on billing.subscriber, billing.card_number, catalog.product, catalog.price_version
    to cabinet_app;
grant select, update on billing.card to cabinet_app;
grant select, insert, update on billing.subscription, billing.promise, billing.entitlement_intent,
    billing.payment, billing.webhook_inbox, billing.receipt to cabinet_app;
grant select, insert, delete on billing.subscription_hold to cabinet_app;
grant select, insert on billing.charge, billing.gateway_object to cabinet_app;

grant select, insert, update on identity.account, identity.one_time_token, identity.session
    to cabinet_app;
grant select, insert, update, delete on identity.registration to cabinet_app;
grant select, insert on identity.membership, identity.consent, identity.security_log to cabinet_app;

grant select on ledger.account_code, ledger.rollup, ledger.watermark to cabinet_app;
grant select, insert on ledger.op, ledger.posting to cabinet_app;
grant select, insert, update on ledger.wallet to cabinet_app;

grant select, insert, update on inbox.message to cabinet_app;
grant select, insert, update on outbox.delivery to cabinet_app;
