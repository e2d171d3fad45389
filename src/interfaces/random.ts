import type { Entropy } from "../platform/entropy.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/random.ts";
import type { Implementation } from "./contract/implementation.ts";
import { quota, refusal } from "./contract/refusal.ts";

/** The most bytes of one call: random.wit. */
const maxBytes = 64 << 10;

export function randomInterface(entropy: Entropy): InterfaceDefinition<unknown, unknown> {
  return defineInterface({
    name: contractName("random"),
    functions: { bytes: { local: true }, number: { local: true } },
    local: { tag: "random", entropy },
    implement: () => randomFunctions(entropy),
  });
}

export function randomFunctions(entropy: Entropy): Implementation<typeof Contract> {
  return {
    bytes: (length) => {
      if (length > maxBytes) throw refusal(quota(`random bytes at once: ${maxBytes}`));
      return entropy.bytes(length);
    },
    number: () => {
      const bytes = entropy.bytes(8);
      return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
    },
  };
}
