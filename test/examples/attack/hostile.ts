// Packages that hostile people upload: the project's own hostile sample, generated ones, and bytes that
// are no package.
import { signPackage, withSignature } from "../../../src/identity/sign.ts";
import type { SigningKey } from "../../../src/identity/ed25519.ts";
import { type Misdeed, misdeedGuest } from "../../isolation/misdeed.ts";
import { manifestText } from "../../manifest-text.ts";
import { withSection } from "../../plugin/samples.ts";
import { componentOf, manifestOf } from "./honest.ts";

const LOOP = "(loop $l (br $l))";

/** What a generated plugin does when it hears of its second event, or before. */
const misdeeds: Readonly<Record<string, Misdeed>> = {
  loop: { handle: LOOP },
  "loop-at-start": { start: LOOP },
  "loop-in-activate": { activate: LOOP },
  "loop-in-deactivate": { deactivate: LOOP },
  "loop-in-realloc": { realloc: LOOP },
  trap: { handle: "unreachable" },
  "trap-in-activate": { activate: "unreachable" },
  grow: { handle: "(loop $l (drop (memory.grow (i32.const 16))) (br $l))" },
  fill: {
    pages: 1024,
    handle: "(loop $l (memory.fill (i32.const 2000) (i32.const 1) (i32.const 67000000)) (br $l))",
  },
  recurse: { more: "(func $deep (call $deep) (call $deep))", handle: "(call $deep)" },
  tables: {
    more: "(table $t 1 1000000 externref)",
    handle: "(loop $l (drop (table.grow $t (ref.null extern) (i32.const 10000))) (br $l))",
  },
  garbage: {
    more: "(type $a (array (mut i64))) (global $g (mut (ref null $a)) (ref.null $a))",
    handle: "(loop $l (global.set $g (array.new_default $a (i32.const 100000))) (br $l))",
  },
  flood: { handle: "(loop $l (call $ping) (br $l))" },
  "flood-of-bytes": {
    pages: 200,
    handle: "(loop $l (call $take (i32.const 0) (i32.const 8388608)) (br $l))",
  },
  wait: { handle: "(call $never)" },
  handles: { handle: "(loop $l (drop (call $make)) (br $l))" },
  resources: { handle: "(loop $l (drop (call $new (i32.const 1))) (br $l))" },
  "wild-pointer": { handle: "(call $take (i32.const -8) (i32.const 100000))" },
  "wild-handle": { handle: "(drop (call $value (i32.const 77)))" },
  straight: {
    more: "(global $x (mut i64) (i64.const 5))",
    handle:
      "(global.set $x (i64.div_u (i64.const -1) (i64.or (global.get $x) (i64.const 3))))".repeat(
        20_000,
      ),
  },
};

/** A package, and what it is called in a report. */
export interface HostilePackage {
  readonly what: string;
  readonly component: Uint8Array;
  /** Its plugin, where it is one. */
  readonly plugin?: string;
  readonly commands?: readonly { readonly id: string; readonly input?: unknown }[];
  /** An event that it listens to, without `event:`. */
  readonly event?: string;
}

/** Every one of them, for ever, with a random order and random damage. `random`: from 0 to 1. */
export async function* hostilePackages(
  random: () => number,
  key: SigningKey,
  more: readonly HostilePackage[],
): AsyncGenerator<HostilePackage, never> {
  const pick = <Value>(of: readonly Value[]): Value => of[Math.floor(random() * of.length)]!;
  for (;;) {
    const kind = Math.floor(random() * 10);
    if (kind < 2) yield sample(pick);
    else if (kind < 4)
      yield await generated(pick(Object.keys(misdeeds)), Math.floor(random() * 1e9));
    else if (kind < 6 && more.length > 0) yield pick(more);
    else if (kind < 7) yield await signedWrongly(key, random);
    else if (kind < 8) yield impostor();
    else yield damaged(random);
  }
}

const INPUTS: Readonly<Record<string, unknown>> = {
  "hostile.handle-flood": { kind: "bucket", count: 20_000 },
  "hostile.log-flood": { count: 2_000, size: 1_000 },
};

/** The project's hostile sample and some of its commands: after more it would be in quarantine. */
function sample(pick: <Value>(of: readonly Value[]) => Value): HostilePackage {
  const component = componentOf("hostile");
  const { commands } = JSON.parse(manifestOf("hostile")) as { commands: readonly { id: string }[] };
  const some = Array.from({ length: 6 }, () => pick(commands));
  const calls = some.map(({ id }) => ({ id, input: INPUTS[id] ?? null }));
  return { what: "the sample", component, plugin: "tenon/hostile", commands: calls };
}

async function generated(what: string, nth: number): Promise<HostilePackage> {
  const name = `rogue${nth}`;
  const event = `${name}.poke`;
  const manifest = manifestText(`test/${name}`, {
    activation: [`event:${event}`],
    limits: { eventMs: 500, activateMs: 500 },
  });
  const component = withSection(await misdeedGuest(misdeeds[what]!), "tenon:manifest", manifest);
  return { what, component, plugin: `test/${name}`, event };
}

/** Signed, and then changed, doubled, cut off or by another's key. */
async function signedWrongly(key: SigningKey, random: () => number): Promise<HostilePackage> {
  const component = componentOf("upper");
  const signed = withSignature(component, await signPackage({ component, key }));
  const ways = [
    () => signed.with(Math.floor(random() * component.length), Math.floor(random() * 256)),
    () => signed.with(signed.length - 1, signed.at(-1)! ^ 1),
    () => withSignature(signed, signed.subarray(component.length)),
    () => signed.subarray(0, signed.length - 7),
  ];
  const way = Math.floor(random() * ways.length);
  return { what: `signed wrongly ${way}`, component: ways[way]!() };
}

/** Other bytes under the name of an honest plugin. */
function impostor(): HostilePackage {
  const component = withSection(componentOf("word-count"), "note", "another program");
  return { what: "an impostor", component };
}

/** A package with some bytes changed, or cut off, or no package at all. */
function damaged(random: () => number): HostilePackage {
  const whole = componentOf("upper");
  const at = Math.floor(random() * whole.length);
  if (random() < 0.3) return { what: "cut off", component: whole.subarray(0, at) };
  if (random() < 0.3) {
    const component = Uint8Array.from({ length: at }, () => Math.floor(random() * 256));
    return { what: "noise", component };
  }
  const component = whole.slice();
  for (let changes = 1 + Math.floor(random() * 8); changes > 0; changes--) {
    component[Math.floor(random() * component.length)] = Math.floor(random() * 256);
  }
  return { what: "damaged", component };
}
