import { type EngineImports, hostFailure } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { contractName } from "../../interfaces/contract/contract.ts";
import { isError } from "../../realms.ts";
import { ResourceValue } from "../values/resource-value.ts";
import { type BegunCall, GuestError, type Targets } from "../realm/targets.ts";
import { type ConsoleLevel, type StandardPowers, standardTargets } from "../standard-targets.ts";
import { FetchTargets } from "./fetch-targets.ts";
import { type InterfacePowers, InterfaceTargets } from "./interface-targets.ts";
import type { ThrownReader } from "./thrown.ts";

/** What a program has of the platform, as any guest. Given by the host. */
export type ProgramPowers = Pick<StandardPowers, "clock" | "timers" | "entropy">;

const LOG = contractName("log");
const HTTP = contractName("http");

/** The most UTF-16 code units of what a program threw, in its log. */
const MOST_WRITTEN = 4_096;

type Write = (level: string, message: string, fields: readonly unknown[]) => unknown;

/** All that one program can call. */
export class ProgramTargets implements Targets {
  readonly #targets: Targets;
  readonly #write: Write | undefined;
  readonly #thrown: ThrownReader;
  #fault: unknown;

  constructor(powers: InterfacePowers, platform: ProgramPowers, thrown: ThrownReader) {
    this.#thrown = thrown;
    const { imports, handles, plan } = powers;
    const { write } = (imports[LOG] ?? {}) as { readonly write?: Write };
    this.#write = write;
    const interfaces = new InterfaceTargets(powers);
    const asks = plan.modules.some(({ owner, functions }) => {
      return owner.name === HTTP && functions.length > 0;
    });
    const further = new FetchTargets(
      asks ? (imports as EngineImports)[HTTP] : undefined,
      interfaces,
    );
    this.#targets = standardTargets({
      ...platform,
      print: (level, text) => void this.#print(level, text),
      drop: (kind, handle) => handles.drop(new ResourceValue(kind, handle)),
      further,
    });
  }

  /** What a function of the host's failed with, which ended the program. */
  get fault(): unknown {
    return this.#fault;
  }

  now(): number {
    return this.#targets.now();
  }

  call(target: number, args: readonly unknown[]): unknown {
    try {
      return this.#targets.call(target, args);
    } catch (thrown) {
      throw this.#noted(thrown);
    }
  }

  start(target: number, args: readonly unknown[], call: BegunCall): unknown {
    try {
      const answer = this.#targets.start(target, args, call);
      return answer instanceof Promise
        ? answer.catch((thrown: unknown) => {
            throw this.#noted(thrown);
          })
        : answer;
    } catch (thrown) {
      throw this.#noted(thrown);
    }
  }

  /** Tells the program's log what went wrong in it. */
  wrote(what: string, thrown: unknown): void {
    const said = isError(thrown) ? `${thrown.name}: ${thrown.message}` : String(thrown);
    const at = this.#thrown.stackLines(thrown).map((line) => `\n    at ${line}`);
    try {
      this.#print("error", `${what}: ${said}${at.join("")}`.slice(0, MOST_WRITTEN));
    } catch {
      // The log's own failure is no program's.
    }
  }

  #print(level: ConsoleLevel, text: string): unknown {
    return this.#write?.(level === "log" ? "info" : level, text, []);
  }

  #noted(thrown: unknown): unknown {
    if (thrown instanceof GuestError) return thrown;
    const fault = thrown instanceof TenonError ? thrown : hostFailure(thrown);
    this.#fault ??= fault;
    return fault;
  }
}
