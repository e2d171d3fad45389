import type { Capability, ScopeSchema } from "../../src/capability/capability.ts";
import type { InterfaceDefinition, Permission } from "../../src/interfaces/define.ts";
import { noLimits } from "./no-limits.ts";
import { callerOf } from "../identity/ours.ts";

/**
 * One instance of one plugin, as an interface meets it: grants that the test changes, and what the
 * instance owns.
 */
export interface TestCaller {
  context<Scope, Use>(
    definition: InterfaceDefinition<Scope, Use>,
  ): Parameters<InterfaceDefinition<Scope, Use>["implement"]>[0];
  /** Uses that were refused. */
  readonly refusals: readonly string[];
  grant(scope: unknown): void;
  revoke(): void;
  /** What the instance owns now. */
  readonly owned: number;
  end(): void;
}

export function testCaller(plugin = "acme/tester", scope?: unknown): TestCaller {
  let granted = scope;
  const refusals: string[] = [];
  const owned: Disposable[] = [];
  return {
    context: <Scope, Use>(definition: InterfaceDefinition<Scope, Use>) => ({
      ...noLimits,
      caller: callerOf(plugin),
      may: (use: Use): Permission<Scope> => {
        const answer = check(definition.capability, granted, use);
        if (!answer.allowed) refusals.push(answer.reason);
        return answer;
      },
      own: (resource: Disposable) => {
        owned.push(resource);
        return () => {
          const at = owned.indexOf(resource);
          if (at === -1) return;
          owned.splice(at, 1);
          resource[Symbol.dispose]();
        };
      },
    }),
    refusals,
    grant: (scope) => {
      granted = scope;
    },
    revoke: () => {
      granted = undefined;
    },
    get owned() {
      return owned.length;
    },
    end: () => {
      for (const resource of owned.splice(0).reverse()) resource[Symbol.dispose]();
    },
  };
}

function check<Scope, Use>(
  capability: Capability<Scope, Use> | undefined,
  granted: unknown,
  use: Use,
): Permission<Scope> {
  if (capability === undefined) throw new Error("an interface without a capability asks nothing");
  if (granted === undefined) return { allowed: false, reason: "not granted" };
  const scope = scopeOf(capability, granted);
  const covered = capability.covers(scope, use);
  return covered === true ? { allowed: true, scope } : { allowed: false, reason: covered };
}

/** What a guest reads from a call: the value, or the payload of its `err`. */
export function answerOf<Value>(call: () => Value): { ok: Value } | { err: unknown } {
  try {
    return { ok: call() };
  } catch (error) {
    if (error instanceof Error && "payload" in error) return { err: error.payload };
    throw error;
  }
}

/** The same for a function that waits. */
export async function awaited<Value>(
  call: () => Value | Promise<Value>,
): Promise<{ ok: Value } | { err: unknown }> {
  try {
    return { ok: await call() };
  } catch (error) {
    if (error instanceof Error && "payload" in error) return { err: error.payload };
    throw error;
  }
}

/** The functions and classes that one instance is given, typed as the generated module. */
export function given<Module>(definition: InterfaceDefinition, caller: TestCaller): Module {
  return definition.implement(caller.context(definition)) as Module;
}

/** What a capability's schema reads. Throws for what is no scope. */
export function scopeOf<Scope>(
  { scope }: { readonly scope: ScopeSchema<Scope> },
  value: unknown,
): Scope {
  const read = scope.safeParse(value);
  if (!read.success) throw new Error(read.error.issues[0]?.message);
  return read.data;
}
