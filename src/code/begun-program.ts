import { TenonError } from "../errors.ts";
import type { Platform } from "../platform/platform.ts";
import type { CodeResult } from "./code-run.ts";
import type { Sandbox, SandboxRun } from "./sandbox.ts";
import { type SavedProgram, writeSaved } from "./saved-program.ts";

/** A program that is under way, and can be saved while it waits. */
export interface BegunProgram {
  /** What the run comes to: see `run` of a runner. Rejects with `code-saved` where it was saved. */
  readonly result: Promise<CodeResult>;
  /**
   * Ends the run, and answers with bytes with which `resume` of a runner goes on, in this process
   * or another one. Waits until the program waits; calls that are under way are given up (their
   * `signal` aborts), and are made again there, unless they are answered. Rejects with
   * `code-not-saved` where the program has ended, waits for a tool with `sync`, or was told more
   * than 16 MiB.
   *
   * The bytes hold the program and all that tools have answered. They are no secret of Tenon's, and
   * nothing in them is signed: keep them as you would keep the answers.
   */
  save(): Promise<Uint8Array>;
}

/** Made by CodeRunner (`runner.ts`). */
export interface BegunProgramPowers {
  readonly sandbox: Sandbox;
  readonly how: SandboxRun;
  readonly platform: Pick<Platform, "sha256" | "timers">;
  /** What the program is, apart from what it was told. */
  readonly program: Pick<SavedProgram, "name" | "source" | "tools" | "globals" | "eval">;
}

export class Begun implements BegunProgram {
  readonly #powers: BegunProgramPowers;
  readonly result: Promise<CodeResult>;
  #isOver = false;

  constructor(powers: BegunProgramPowers) {
    this.#powers = powers;
    const { sandbox, how } = powers;
    this.result = sandbox.run(how).finally(() => {
      this.#isOver = true;
      sandbox[Symbol.dispose]();
    });
    // Who saves it may never ask for the result.
    this.result.catch(() => undefined);
  }

  async save(): Promise<Uint8Array> {
    const { sandbox, platform, program, how } = this.#powers;
    while (sandbox.doing === "running") {
      if (this.#isOver) break;
      await new Promise<void>((resolve) => void platform.timers.after(1, resolve));
    }
    const why = this.#isOver ? "it has ended" : WHY_NOT[sandbox.doing];
    if (why !== undefined) throw notSaved(how.name, why);
    const told = sandbox.told;
    if (told === undefined) throw notSaved(how.name, "it was told more than is kept");
    const bytes = await writeSaved({ ...program, ...told }, platform.sha256);
    // What it was told meanwhile is not in the bytes.
    sandbox.end(new TenonError("code-saved", `${how.name} was saved`, { operation: how.name }));
    return bytes;
  }
}

const WHY_NOT: Readonly<Record<Sandbox["doing"], string | undefined>> = {
  waiting: undefined,
  running: "it has ended",
  calling: "it waits for a tool that answers at once",
  over: "it has ended",
};

function notSaved(name: string, why: string): TenonError {
  return new TenonError("code-not-saved", `${name} cannot be saved: ${why}`, { operation: name });
}
