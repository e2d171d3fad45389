// npm run attack -- [--seconds 600] [--isolation process] [--cases FOLDER] [--people 4] [--seed 1]
// Attacks the example's upload server on this machine. Ends with 1 where an honest request was not answered.
import { parseArgs } from "node:util";
import { randomFrom } from "../../seeded-random.ts";
import { besiege } from "./besiege.ts";
import { packagesOfCases } from "./cases.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    isolation: { type: "string", default: "process" },
    /** A folder of scripts that make hostile packages: see cases.ts. */
    cases: { type: "string" },
    people: { type: "string", default: "4" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const more = values.cases === undefined ? [] : await packagesOfCases(values.cases);
const { seconds, isolation, seed, people } = values;
console.log(`seed ${seed}, ${isolation}, ${seconds} s, ${more.length} packages of cases`);
const { honest, ended, answers, serverFaults, residentMb } = await besiege({
  seconds: Number(seconds),
  isolation,
  random: randomFrom(Number(seed)),
  people: Number(people),
  more,
});
for (const [what, times] of Object.entries(answers).toSorted()) console.log(`  ${times} × ${what}`);
console.log(`the server's memory: ${residentMb[0]} MB before, ${residentMb[1]} MB at the end`);
console.log(
  `honest requests: ${honest.answered} of ${honest.requests} answered; ` +
    `p50 ${honest.p50} ms, p99 ${honest.p99} ms, longest ${honest.max} ms`,
);
for (const fault of [...honest.faults, ...serverFaults]) console.log(`FAULT ${fault}`);
if (ended !== undefined) console.log(`the server ended: ${ended}`);
process.exitCode =
  honest.faults.length === 0 && serverFaults.length === 0 && ended === undefined ? 0 : 1;
