// The numbers that the project holds itself to. `goal` is what we want, `gate` what must not be
// passed. Sizes are bytes as a browser gets them (brotli).
const kb = 1024;

export const budgets = {
  "weight.wasm": { what: "browser's module", unit: "B", goal: 180 * kb, gate: 240 * kb },
  "weight.js": { what: "module's loader and the script of every page", unit: "B", goal: 12 * kb, gate: 18 * kb },
  "weight.css": { what: "whole style sheet", unit: "B", goal: 12 * kb, gate: 16 * kb },
  "weight.login": { what: "/login, HTML with its styles", unit: "B", goal: 9 * kb, gate: 14 * kb },
  "weight.login.js": { what: "/login, scripts before load", unit: "B", goal: 1 * kb, gate: 3 * kb },
  "weight.login.wasm": { what: "/login, modules", unit: "B", goal: 0, gate: 0 },
  "weight.home": { what: "/home, HTML", unit: "B", goal: 12 * kb, gate: 20 * kb },
  "signin.rate": { what: "sign-ins : bare password hashing, a second", unit: "ratio", goal: 0.9, gate: 0.55 },
  "signin.home_p99": { what: "/home, p99 while sign-ins saturate hashing : idle", unit: "ratio", goal: 1.5, gate: 8 },
  "alike.signin": { what: "refused sign-in, existing : missing account, middle halves", unit: "ratio", goal: 1.05, gate: 1.2 },
  "alike.recovery": { what: "forgotten password, existing : missing account, middle halves", unit: "ratio", goal: 1.1, gate: 1.3 },
  "expenses.history": { what: "/expenses, ten years of operations : one month, middle halves", unit: "ratio", goal: 1.3, gate: 2 },
  "webhook.p99": { what: "notification to credit at 200 a second, p99", unit: "s", goal: 1, gate: 60 },
  "webhook.rate": { what: "notifications a second whose p99 is within a second", unit: "1/s", goal: 200, gate: 30 },
  "ledger.topup.c8": { what: "top-up posting : pgbench TPC-B, 8 clients", unit: "ratio", goal: 1, gate: 0.5 },
  "ledger.topup.c32": { what: "top-up posting : pgbench TPC-B, 32 clients", unit: "ratio", goal: 1, gate: 0.5 },
};

/** A measured value beside its budget. */
export function judge(id, value) {
  const { what, unit, goal, gate } = budgets[id];
  const more = goal > gate;
  const within = (limit) => (more ? value >= limit : value <= limit);
  return { id, what, value, unit, goal, gate, reached: within(goal) ? "goal" : within(gate) ? "gate" : "short" };
}

/** Prints results as a table; says whether all are within their gates. */
export function report(results) {
  for (const { id, what, value, unit, goal, gate, reached } of results) {
    const number = (n) => (["ratio", "s"].includes(unit) ? n.toFixed(2) : String(n)).padStart(7);
    console.log(`${id.padEnd(18)} ${number(value)} ${unit.padEnd(5)}  goal ${number(goal)}  gate ${number(gate)}  ${reached.padEnd(5)}  ${what}`);
  }
  return results.every(({ reached }) => reached !== "short");
}
