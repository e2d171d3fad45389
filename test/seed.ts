import fc from "fast-check";

// Each run explores anew and prints its seed where it fails. TEST_SEED repeats a run, and CI sets it so that
// the same sources get the same answer.
const seed = process.env["TEST_SEED"];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
