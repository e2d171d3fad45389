import * as z from "zod/mini";
import { defineCapability, type Capability } from "../capability/capability.ts";
import { WitError } from "../errors.ts";
import type { ClipboardPower } from "../platform/ui.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type { FunctionTable } from "./functions.ts";
import type * as Contract from "./generated/host/clipboard.ts";
import type { Implementation } from "./contract/implementation.ts";
import { denied, quota, refusal, refuseWithRefusal, unavailable } from "./contract/refusal.ts";
import { commonItems, scopeList } from "./contract/scope.ts";
import { utf8Length } from "../utf8.ts";

const accesses = ["read", "write"] as const;

export type ClipboardAccess = (typeof accesses)[number];

/** Default: write only, because the clipboard may hold a password. */
export interface ClipboardScope {
  readonly access: readonly ClipboardAccess[];
}

export interface ClipboardUse {
  readonly access: ClipboardAccess;
}

/** The most bytes of a text: clipboard.wit. */
const maxBytes = 1 << 20;

export const clipboardCapability: Capability<ClipboardScope, ClipboardUse> = defineCapability<
  ClipboardScope,
  ClipboardUse
>({
  name: "clipboard",
  scope: z.strictObject({
    access: z._default(scopeList(z.literal(accesses), accesses.length), ["write"]),
  }),
  describe: ({ access }) =>
    access.length === 2
      ? "may read and replace what is on the clipboard"
      : access[0] === "read"
        ? "may read what is on the clipboard"
        : "may replace what is on the clipboard",
  intersect: (requested, granted) => {
    const access = commonItems(requested.access, granted.access);
    return access === undefined ? undefined : { access };
  },
  covers: (scope, { access }) =>
    scope.access.includes(access) || `its scope for clipboard does not say ${access}`,
});

const functions = {
  read: { waits: true },
  write: { waits: true },
} as const satisfies FunctionTable<typeof Contract>;

export function clipboardInterface(
  power: ClipboardPower | undefined,
): InterfaceDefinition<ClipboardScope, ClipboardUse> {
  return defineInterface({
    name: contractName("clipboard"),
    capability: clipboardCapability,
    functions,
    refuse: refuseWithRefusal,
    implement: ({ may }) => {
      const enter = (access: ClipboardAccess): ClipboardPower => {
        const permission = may({ access });
        if (!permission.allowed) throw refusal(denied(permission.reason));
        if (power === undefined) throw refusal(unavailable("a clipboard"));
        return power;
      };
      return {
        read: async () => {
          const text = await reached(() => enter("read").read());
          if (utf8Length(text) > maxBytes) throw refusal(quota(`clipboard: ${maxBytes} bytes`));
          return text;
        },
        write: async (text) => {
          if (utf8Length(text) > maxBytes) throw refusal(quota(`clipboard: ${maxBytes} bytes`));
          await reached(() => enter("write").write(text));
        },
      } satisfies Implementation<typeof Contract, typeof functions>;
    },
  });
}

/** The guest is told only that the clipboard is unavailable, whatever the reason of a failure. */
async function reached<Value>(use: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof WitError) throw error;
    throw refusal(unavailable("a clipboard"));
  }
}
