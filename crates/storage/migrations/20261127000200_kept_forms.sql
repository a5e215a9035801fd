-- A kept form is shown on its own page alone, and to whom it was taken from: a login of the cabinet, or
-- somebody of partners or staff; nobody for forms before signing in.
alter table app.form_draft add column page text not null default '';
alter table app.form_draft alter column page drop default;
alter table app.form_draft add column owner_id uuid;

-- Whoever has begun to set up a way in goes on in the same browser. Another one begins anew, with a
-- password and a secret of its own: nobody finishes what somebody else has begun.
alter table office.enrolment add column browser_sha256 bytea
    check (octet_length(browser_sha256) = 32);
