import { INTERFACE_OPTIONS } from "../../catalogues/limit-options.ts";
import { TenonError } from "../../errors.ts";
import { checkCount, checkOptions } from "../../options.ts";
import { isThenable } from "../../realms.ts";
import type { Authority } from "../../capability/authority.ts";
import type { EngineImports, LentFunction, LentInterface } from "../../component/engine.ts";
import type {
  Caller,
  InterfaceContext,
  InterfaceDefinition,
  InterfaceLimits,
} from "../../interfaces/define.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { AnswerCache } from "../gate/answer-cache.ts";
import { gateInterface, unavailableInterface } from "../gate/gate.ts";
import type { GatePowers } from "../gate/gate-outcome.ts";
import { HostFault } from "../gate/host-fault.ts";
import type { InstanceScope } from "./instance-scope.ts";
import type { ImportLink } from "../package/import-links.ts";
import { InterfaceLender } from "../gate/interface-lender.ts";
import type { Package } from "../package/package.ts";

/** Made by `startInstance` (`life/start.ts`). */
export interface ImportPowers {
  readonly package: Package;
  /** How each import of the package is served. */
  readonly links: readonly ImportLink[];
  readonly authority: Pick<Authority, "may" | "permit" | "watch">;
  readonly telemetry: Telemetry;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly answers: AnswerCache;
  readonly allowance: Allowance;
}

/** What the imports of one instance need to know of it. */
export interface ImportingInstance {
  readonly caller: Caller;
  readonly scope: InstanceScope;
  /** A signal that is aborted when the instance ends. */
  signal(): AbortSignal;
  /** Told while a host function waits for a person, and of calls of the application's interfaces. */
  readonly time: GatePowers["patience"] & Pick<GatePowers, "heldUp">;
  /** Told what the guest says, for the error of a trap. */
  readonly said: (line: string) => void;
  /** Told of milliseconds that the host's thread has worked for it between its calls. */
  hosted(ms: number): void;
}

/** The functions that one instance is linked with: each import behind its gate. */
export class InstanceImports {
  readonly #powers: ImportPowers;
  readonly #instance: ImportingInstance;
  /**
   * The lenders of interfaces that are partly answered on the guest's own thread, by the import's
   * name.
   */
  readonly #lenders: Map<string, InterfaceLender> = new Map();
  readonly imports: EngineImports;
  readonly lent: ReadonlyMap<string, LentInterface>;

  constructor(powers: ImportPowers, instance: ImportingInstance) {
    this.#powers = powers;
    this.#instance = instance;
    this.imports = this.#link();
    this.lent = this.#linkLent();
  }

  /** Counts the calls that the guest's own thread has answered. */
  settle(): void {
    for (const lender of this.#lenders.values()) lender.settle();
  }

  #link(): EngineImports {
    const imports = new Map<string, unknown>();
    for (const link of this.#powers.links) {
      const { name, functions } = link.import;
      if (link.tag === "unavailable") imports.set(name, unavailableInterface(name, functions));
      else if (link.definition === undefined) imports.set(name, {});
      else imports.set(name, this.#implement(name, link.definition, functions));
    }
    return Object.fromEntries(imports);
  }

  #implement(
    importName: string,
    definition: InterfaceDefinition,
    functions: readonly string[],
  ): Readonly<Record<string, unknown>> {
    const { scope } = this.#instance;
    const gated = this.#gated(importName, definition, functions);
    if (lentFunctions(definition).size > 0) {
      const { authority, allowance, meter, telemetry, clock } = this.#powers;
      const { plugin } = this.#instance.caller;
      const powers = { plugin, authority, allowance, meter, telemetry, clock };
      const lender = new InterfaceLender(definition, powers);
      this.#lenders.set(importName, lender);
      scope.own(lender);
    }
    return gated;
  }

  /**
   * An interface that can't be made, or whose implementation does not fit its rules, is a fault of
   * the host's, as one whose functions throw is.
   */
  #gated(
    importName: string,
    definition: InterfaceDefinition,
    functions: readonly string[],
  ): Readonly<Record<string, unknown>> {
    const { caller, scope, time, said } = this.#instance;
    try {
      const implementation = definition.implement(this.#context(importName, definition));
      checkImplementation(definition.name, implementation);
      return gateInterface(definition, functions, implementation, {
        ...this.#powers,
        caller,
        component: this.#powers.package.digest,
        own: (resource) => scope.own(resource),
        patience: time,
        heldUp: time.heldUp,
        said,
      });
    } catch (error) {
      throw new HostFault(`${definition.name}#implement`, "threw", error);
    }
  }

  #linkLent(): ReadonlyMap<string, LentInterface> {
    const lent = new Map<string, LentInterface>();
    for (const link of this.#powers.links) {
      const lender = this.#lenders.get(link.import.name);
      if (link.tag !== "served" || lender === undefined) continue;
      const { local } = link.definition!;
      const functions = lentFunctions(link.definition!);
      lent.set(link.import.name, { functions, local, lender });
    }
    return lent;
  }

  #context(
    importName: string,
    definition: InterfaceDefinition,
  ): InterfaceContext<unknown, unknown> {
    const { authority, allowance } = this.#powers;
    const { caller, scope, signal } = this.#instance;
    const capability = definition.capability?.name;
    return {
      caller,
      get signal() {
        return signal();
      },
      limits: interfaceLimits(allowance, (limit) => {
        allowance.passed(limit, definition.name, "refuse");
        this.#lenders.get(importName)?.slow();
      }),
      may: (use) =>
        capability === undefined
          ? { allowed: true, scope: undefined }
          : authority.may(caller.plugin, capability, use),
      own: (resource) => scope.own(resource),
      worked: (ms) => this.#instance.hosted(checkWorked(definition.name, ms)),
      count: (quantity, amount = 1) => this.#count(importName, definition, quantity, amount),
    };
  }

  #count(
    importName: string,
    { name, counted = {} }: InterfaceDefinition,
    quantity: string,
    amount: number,
  ): Disposable | undefined {
    const row = Object.hasOwn(counted, quantity) ? counted[quantity] : undefined;
    if (row === undefined) {
      throw new TenonError("usage", `${name} counts no ${quantity}; name it in \`counted\`.`);
    }
    checkCount(`the amount of ${quantity} of ${name}`, amount, 0);
    const held = this.#powers.allowance.count(name, quantity, row, amount);
    if (held === undefined) {
      this.#lenders.get(importName)?.slow();
      return undefined;
    }
    return { [Symbol.dispose]: this.#instance.scope.own(held) };
  }
}

function checkImplementation(name: string, given: unknown): void {
  const what = `implement of ${name}`;
  if (isThenable(given)) {
    Promise.resolve(given).catch(() => {});
    const how = "functions that wait have the rule `waits: true`";
    throw new TenonError("usage", `${what} returned a promise; it returns at once, and ${how}`);
  }
  checkOptions(`what ${what} returned`, given);
}

function checkWorked(name: string, ms: number): number {
  if (ms >= 0 && ms < Infinity) return ms;
  throw new TenonError("usage", `${name} worked for ${ms} ms; give a number of 0 or more.`);
}

/** The limits as they are granted at each moment. */
function interfaceLimits(allowance: Allowance, passed: InterfaceLimits["passed"]): InterfaceLimits {
  const limits = { passed };
  for (const option of INTERFACE_OPTIONS) {
    Object.defineProperty(limits, option, { get: () => allowance.granted[option] });
  }
  return limits as InterfaceLimits;
}

function lentFunctions({ functions = {} }: InterfaceDefinition): ReadonlyMap<string, LentFunction> {
  const lent = new Map<string, LentFunction>();
  for (const [name, rules] of Object.entries(functions)) {
    if (rules?.local) lent.set(name, { tag: "local" });
    else if (rules?.oneWay) {
      const most = rules.oneWay === true ? undefined : rules.oneWay;
      lent.set(name, { tag: "one-way", most });
    }
  }
  return lent;
}
