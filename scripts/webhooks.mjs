// Measures how soon a payment is credited after its notification, and how many a second this machine can
// take: load, application, worker and the acquirer's stand-in are one process beside the database. Part of
// `make bench`.
import { execFileSync } from "node:child_process";
import { judge } from "./budgets.mjs";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Notifications a second: the goal, and what a smaller machine may have to be content with. */
const RATES = [200, 150, 100, 60, 30];
/** The 99th percentile that is wanted, in seconds. */
const LATEST = judge("webhook.p99", 0).goal;
const root = new URL("..", import.meta.url).pathname;

const run = (program, ...words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** From the moment at which a notification was taken to the one at which the crediting transaction began. */
const percentiles = `
  select percentile_cont(0.5) within group (order by late), percentile_cont(0.99) within group (order by late)
  from (select extract(epoch from p.credited_at - w.received_at)::float8 as late
        from billing.payment p join billing.webhook_inbox w on w.object_id = p.gateway_payment_id) l`;

/** Median and 99th percentile, in seconds, of a load on a database of its own. */
function measure(rate) {
  const database = `webhook_${rate}`;
  run("createdb", database);
  const url = process.env.DATABASE_URL.replace("/postgres?", `/${database}?`);
  run(`${root}target/release/examples/webhook_load`, url, String(rate), String(SECONDS));
  const said = run("psql", "-d", database, "-qtAF", " ", "-c", percentiles);
  run("dropdb", "--force", database);
  return said.trim().split(" ").map(Number);
}

export function measureWebhooks() {
  console.log("\nnotifications a second; from notification to credit, median and 99th percentile, s");
  let first;
  let most = 0;
  for (const rate of RATES) {
    const [half, late] = measure(rate);
    first ??= late;
    console.log(`  ${String(rate).padStart(5)} ${half.toFixed(3).padStart(7)} ${late.toFixed(3).padStart(7)}`);
    if (late <= LATEST) {
      most = rate;
      break;
    }
  }
  return [judge("webhook.p99", first), judge("webhook.rate", most)];
}
