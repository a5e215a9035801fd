-- The codes of accounts are part of the program. A foreign key to their table would make every
-- posting lock the same two rows of it, and all payments at once would meet there; a check costs
-- nothing. A new account is a migration anyway: it extends this list.
alter table ledger.posting drop constraint posting_dr_code_fkey;
alter table ledger.posting drop constraint posting_cr_code_fkey;
alter table ledger.posting add constraint posting_codes check (
    dr_code in (1010, 1110, 1310, 1320, 2010, 2020, 2110, 2210, 2310, 2910, 4010, 4020, 5010, 5020, 5030)
    and cr_code in (1010, 1110, 1310, 1320, 2010, 2020, 2110, 2210, 2310, 2910, 4010, 4020, 5010, 5020, 5030));
