-- Whether a login was ever used is asked at each sign-in on a new device, of ended sessions too. The index
-- says nothing of the end, so that ending a session changes no index.
create index session_of_account on identity.session (account_id);
drop index identity.session_account;
