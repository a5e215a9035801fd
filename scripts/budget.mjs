// What the built files weigh, against their gates. Pages are weighed by the browser tests, which
// have a server.
import { report } from "./budgets.mjs";
import { isMinified, weighFiles } from "./weights.mjs";

const within = report(weighFiles());
const minified = isMinified();
if (!minified) console.log("the style sheet is not minified: the build could not parse it");
process.exit(within && minified ? 0 : 1);
