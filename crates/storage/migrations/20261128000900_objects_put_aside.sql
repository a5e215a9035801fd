-- no-transaction
-- Money that was put aside, by the acquirer's id of it. Built beside the postings that go on.
create index concurrently if not exists op_suspense_object on ledger.op ((meta ->> 'object'))
    where kind = 'suspense';
