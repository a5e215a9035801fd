import { startDemo } from "./demo.mjs";

// What setup returns is the teardown.
export default startDemo;
