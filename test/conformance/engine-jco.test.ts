import { jcoEngine } from "../jco/engine.ts";
import { engineConformance } from "./engine.ts";

// One engine for all cases: what one component does must not be felt by the next.
const engine = jcoEngine();

engineConformance("jco", () => engine, {
  skip: {
    "text that is no UTF-8 traps": "the glue replaces what it can't decode",
    "an argument of the wrong type is refused before the guest runs": "the glue converts it",
    "closing an instance runs the destructors of its own resources":
      "the glue does not know which of them are left",
    "closing an instance drops the host resources that it still owns":
      "the glue does not know which of them are left",
  },
});
