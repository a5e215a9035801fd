// `make bench`: measures, prints tables, writes target/bench/results.json.
//
// The ledger is measured against pgbench's TPC-B on the same PostgreSQL, durable, in turns within
// one run: machines differ and their moods change, the ratio of neighbours says more.
// Started by scripts/with-postgres.sh, which gives PGHOST and the owner's DATABASE_URL.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { judge, report } from "./budgets.mjs";
import { measureExpenses } from "./expenses.mjs";
import { measureSignIn } from "./signin.mjs";
import { measureWebhooks } from "./webhooks.mjs";
import { weighFiles, weighPages } from "./weights.mjs";
import { startDemo, CABINET } from "../end2end/support/demo.mjs";
import { PASSWORD, people } from "../end2end/support/people.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const WALLETS = 20_000;
const SCALE = 50; // More branches than clients: pgbench is not slowed by its own hot rows.
const root = new URL("..", import.meta.url).pathname;
const load = `${root}target/release/examples/ledger_load`;

const run = (program, ...words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const as = (role, database) => process.env.DATABASE_URL.replace("postgres@", `${role}@`).replace("/postgres?", `/${database}?`);

function pgbench(clients) {
  const said = run("pgbench", "-n", "-M", "prepared", "-c", String(clients), "-j", "2", "-T", String(SECONDS), "tpcb");
  return Number(/tps = ([\d.]+) \(without/.exec(said)?.[1] ?? /tps = ([\d.]+)/.exec(said)[1]);
}

const ledger = (clients) => Number(run(load, "run", as("cabinet_app", "ledger"), String(clients), String(SECONDS)));

function compare() {
  run("createdb", "tpcb");
  run("createdb", "ledger");
  run("pgbench", "-i", "-q", "-s", String(SCALE), "tpcb");
  run(load, "prepare", as("postgres", "ledger"), String(WALLETS));
  run("psql", "-qc", "checkpoint");
  pgbench(8);
  ledger(8);
  return [8, 32].map((clients) => {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      // Who goes first alternates.
      const pair = round % 2 ? [ledger(clients), pgbench(clients)] : [pgbench(clients), ledger(clients)].reverse();
      rounds.push({ ours: pair[0], theirs: pair[1], ratio: pair[0] / pair[1] });
    }
    console.log(`\nledger and pgbench, ${clients} clients: top-ups a second, TPC-B a second, ratio`);
    for (const { ours, theirs, ratio } of rounds) {
      console.log(`  ${ours.toFixed(0).padStart(7)} ${theirs.toFixed(0).padStart(7)}  ${ratio.toFixed(2)}`);
    }
    return judge(`ledger.topup.c${clients}`, Number(median(rounds.map(({ ratio }) => ratio)).toFixed(3)));
  });
}

async function pages() {
  const stop = await startDemo();
  try {
    return await weighPages(CABINET, { login: people.active.card, password: PASSWORD });
  } finally {
    await stop();
  }
}

const results = [...compare(), ...weighFiles(), ...(await pages()), ...(await measureExpenses()), ...(await measureSignIn()), ...measureWebhooks()];
console.log("");
const within = report(results);
mkdirSync(`${root}target/bench`, { recursive: true });
writeFileSync(`${root}target/bench/results.json`, `${JSON.stringify(results, null, 2)}\n`);
console.log("\nwritten to target/bench/results.json");
process.exit(within ? 0 : 1);
