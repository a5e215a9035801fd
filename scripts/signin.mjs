// Measures signing in on a running demo: its rate beside the bare rate of hashing, what it does to
// the pages of others, and whether an answer's time tells that a cabinet exists. Part of `make bench`.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { judge } from "./budgets.mjs";
import { beside, Client } from "./client.mjs";
import { CABINET, startDemo } from "../end2end/support/demo.mjs";
import { PASSWORD, people } from "../end2end/support/people.mjs";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const CLIENTS = 4; // Twice the cores: there is always somebody waiting to be hashed.
const root = new URL("..", import.meta.url).pathname;

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
const p99 = (numbers) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * 0.99))];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const bare = () => Number(execFileSync(`${root}target/release/examples/hash_rate`, [String(SECONDS)], { encoding: "utf8" }));

const LOAD = `${root}target/release/examples/sign_in_load`;
const load = (seconds) => [new URL(CABINET).host, CLIENTS, people.active.card, PASSWORD, seconds].map(String);

/** Sign-ins a second, by a client that takes next to nothing of the machine. */
const rate = () => Number(execFileSync(LOAD, load(SECONDS), { encoding: "utf8" }));

/** Opens /home again and again for some seconds, as somebody who is signed in. */
async function homes(client) {
  const times = [];
  const ends = performance.now() + SECONDS * 1000;
  while (performance.now() < ends) {
    const { status, ms } = await client.send("/home");
    if (status !== 200) throw new Error(`/home answered ${status}`);
    times.push(ms);
    await pause(10);
  }
  return times;
}

const apart = (a, b) => Math.max(a / b, b / a);

async function alike() {
  const cards = Object.values(people).map(({ card }) => card);
  const missing = (n) => `0207999${String(10_000 + n).padStart(5, "0")}`;
  // A stranger each time, who leaves: one address may have so many connections and no more.
  const stranger = async (path, fields) => {
    const client = new Client();
    const answer = await client.send(path, fields);
    client.agent.destroy();
    return answer;
  };
  const wrong = (login) => stranger("/api/auth/sign-in", { login, password: "not-the-password-1" });
  const forgot = (login) => stranger("/api/auth/forgot", { login });
  const results = [];
  for (const [id, call] of [["alike.signin", wrong], ["alike.recovery", forgot]]) {
    // The first calls of a process are slower for everybody.
    for (let n = 0; n < 10; n++) await call(missing(n));
    const [exists, absent] = await beside((n) => call(cards[n % cards.length]), (n) => call(missing(1000 + n)));
    const [a, b] = await beside((n) => call(missing(2000 + n)), (n) => call(missing(3000 + n)));
    console.log(`  ${id.padEnd(15)} exists ${exists.toFixed(2)} ms, missing ${absent.toFixed(2)} ms; noise: ${a.toFixed(2)} and ${b.toFixed(2)} ms`);
    results.push(judge(id, Number(apart(exists, absent).toFixed(3))));
  }
  return results;
}

export async function measureSignIn() {
  // Many tries come from one address here, and one login is tried more often than people do.
  Object.assign(process.env, {
    CABINET_ACCESS__SIGN_IN_TRIES: "100",
    CABINET_ACCESS__SIGN_IN_TRIES_PER_ADDRESS: "100000",
    CABINET_ACCESS__LOOKUPS_PER_ADDRESS: "100000",
    CABINET_ACCESS__SIGN_INS_AN_HOUR: "10000000",
  });
  const stop = await startDemo();
  try {
    const visitor = new Client();
    await visitor.signIn(people.soon.card);
    await homes(visitor);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const hashing = bare();
      const signing = rate();
      const idle = p99(await homes(visitor));
      const saturating = spawn(LOAD, load(SECONDS + 2), { stdio: "ignore" });
      const ended = once(saturating, "exit");
      await pause(1000);
      const busy = p99(await homes(visitor));
      const [code] = await ended;
      if (code !== 0) throw new Error("the load of sign-ins failed");
      rounds.push({ hashing, signing, idle, busy });
    }
    console.log("\nsigning in: hashings a second, sign-ins a second, ratio; /home p99 idle and busy, ms");
    for (const { hashing, signing, idle, busy } of rounds) {
      console.log(`  ${hashing.toFixed(1).padStart(7)} ${signing.toFixed(1).padStart(7)}  ${(signing / hashing).toFixed(2)}   ${idle.toFixed(1).padStart(6)} ${busy.toFixed(1).padStart(6)}  ${(busy / idle).toFixed(2)}`);
    }
    const of = (pick) => Number(median(rounds.map(pick)).toFixed(3));
    return [
      judge("signin.rate", of(({ signing, hashing }) => signing / hashing)),
      judge("signin.home_p99", of(({ busy, idle }) => busy / idle)),
      ...(await alike()),
    ];
  } finally {
    await stop();
  }
}
