// Measures the page of expenses of a wallet with ten years of operations beside one with a month, on the
// same running demo. Part of `make bench`.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { judge } from "./budgets.mjs";
import { beside, Client } from "./client.mjs";
import { startDemo } from "../end2end/support/demo.mjs";
import { people } from "../end2end/support/people.mjs";

const MONTHS = 120;
// Whose wallets: both are paid for, neither changes while it is measured.
const OLD = people.soon;
const YOUNG = people.cards;

/** The folder of the demo's database socket. */
function socket(data) {
  const folders = [data, ...readdirSync(data).map((name) => join(data, name))];
  const found = folders.flatMap((folder) => [folder, join(folder, "run")])
    .find((folder) => existsSync(join(folder, ".s.PGSQL.5432")));
  if (!found) throw new Error(`no database socket in ${data}`);
  return found;
}

/** Ten years before what a wallet has: a top-up and a charge each month, with parts of the table for them. */
const history = `
  set session_replication_role = replica;
  select ledger.ensure_months((app.now() - interval '${MONTHS + 2} months')::date, ${MONTHS + 2});
  create temp table who as select subscriber_id from billing.subscriber where contract = '${OLD.contract}';
  update ledger.posting set wallet_version = wallet_version + ${2 * MONTHS}
    where subscriber_id = (table who) and wallet_version is not null;
  update ledger.wallet set version = version + ${2 * MONTHS} where subscriber_id = (table who);
  create temp table made as select who.subscriber_id, n, gen_random_uuid() as op,
      app.now() - interval '2 months' - (${MONTHS} - n / 2) * interval '1 month' + n % 2 * interval '1 day' as at
    from who, generate_series(0, ${2 * MONTHS - 1}) n;
  insert into ledger.op (subscriber_id, op_id, kind, idem_key, payload_sha256, effective_at, posted_at, actor, meta)
    select subscriber_id, op, case n % 2 when 0 then 'top_up' else 'charge' end, 'bench:' || n,
        sha256('x'), at, at, 'bench', '{"detail": "Безлимитный"}' from made;
  insert into ledger.posting (subscriber_id, op_id, seq, posted_at, dr_code, dr_sub, cr_code, cr_sub,
        amount_kop, wallet_delta_kop, wallet_after_kop, wallet_version)
    select subscriber_id, op, 1, at,
        case n % 2 when 0 then 1110 else 2010 end,
        case n % 2 when 0 then '00000000-0000-0000-0000-000000000000'::uuid else subscriber_id end,
        case n % 2 when 0 then 2010 else 2020 end, subscriber_id,
        39900, case n % 2 when 0 then 39900 else -39900 end, case n % 2 when 0 then 39900 else 0 end, n + 1
    from made;
  analyze ledger.posting, ledger.op;`;

export async function measureExpenses() {
  const stop = await startDemo();
  try {
    const psql = ["-h", socket(stop.data), "-U", "owner", "-d", "cabinet", "-q", "-v", "ON_ERROR_STOP=1"];
    execFileSync("psql", [...psql, "-o", "/dev/null", "-c", history], { stdio: ["ignore", "ignore", "inherit"] });
    const [old, young] = [new Client(), new Client()];
    await old.signIn(OLD.card);
    await young.signIn(YOUNG.card);
    const open = (client) => async () => {
      const answer = await client.send("/expenses");
      if (answer.status !== 200) throw new Error(`/expenses answered ${answer.status}`);
      return answer;
    };
    for (let n = 0; n < 20; n++) {
      await open(old)();
      await open(young)();
    }
    const [ten, one] = await beside(open(old), open(young));
    const [a, b] = await beside(open(young), open(young));
    console.log(`\n/expenses: ten years ${ten.toFixed(2)} ms, one month ${one.toFixed(2)} ms; noise: ${a.toFixed(2)} and ${b.toFixed(2)} ms`);
    return [judge("expenses.history", Number((ten / one).toFixed(3)))];
  } finally {
    await stop();
  }
}
