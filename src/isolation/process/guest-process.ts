// The host's side of one process for guests.
import type { EngineInstance } from "../../component/engine.ts";
import { RemoteThread } from "../remote/remote-engine.ts";
import type { ProcessSource, StartedProcess } from "../../platform/processes.ts";
import type { Timers } from "../../platform/clock.ts";
import { onlyOne, type ThreadLoss } from "../remote/lost-thread.ts";
import { Pace } from "../wire/pace.ts";
import { WARM_UP } from "./warm-up.ts";

/** Made by ProcessPool. */
export interface GuestProcessPowers {
  readonly processes: ProcessSource;
  readonly timers: Timers;
  readonly compileMs: number;
  /** Shared by all processes. */
  readonly pace: Pace;
  /**
   * The process was lost by what one of these parties did, or by what was done to it. `culprit`: the
   * one that did it, where that is certain.
   */
  readonly lost: (loss: ThreadLoss, culprit: string | undefined) => void;
  /** Called once, when the process has ended, or is being ended. */
  readonly ended: (process: GuestProcess) => void;
}

export class GuestProcess {
  readonly thread: RemoteThread;
  readonly #limit: StartedProcess["limit"];
  /** How many instances are about to be made. */
  #starting = 0;
  #ends = false;
  /** Whose guests run here: those of one unit. Undefined: nobody's yet. */
  unit: string | undefined;

  /** Throws where the process can't be started. */
  constructor({ processes, timers, pace, compileMs, lost, ended }: GuestProcessPowers) {
    const { port, answers, limit, ranMs } = processes.start();
    this.#limit = limit;
    const memory = { flag: undefined, answers: undefined };
    this.thread = new RemoteThread(port, memory, {
      place: "process",
      distrusts: true,
      answers,
      ranMs,
      compileMs,
      pace,
      left: () => this.#left(),
      lost: ({ why, suspects }) => {
        // A plugin may have taken the process while it was warming up.
        const loss = { why, suspects: suspects.filter(({ party }) => party !== WARM_UP) };
        const culprit = culpritOf(loss);
        lost(loss, culprit);
        return culprit;
      },
      ended: () => ended(this),
      after: (ms, callback) => timers.after(ms, callback),
    });
  }

  /** Whether instances can be started here. */
  get usable(): boolean {
    return !this.#ends && this.thread.alive && !this.thread.stuck;
  }

  /** Ends the process, whatever it does. */
  async end(): Promise<void> {
    this.#ends = true;
    await this.thread.terminate();
  }

  /** Makes an instance for a party of the unit, which may hold `bytes`. The process ends with its last one. */
  async start<Instance extends EngineInstance>(
    bytes: number,
    make: () => Promise<Instance>,
  ): Promise<Instance> {
    this.#starting++;
    const raise = this.#limit((this.thread.instances + this.#starting) * bytes);
    try {
      if (raise !== undefined) {
        await this.thread.started();
        await raise();
      }
      return await make();
    } finally {
      this.#starting--;
      this.#left();
    }
  }

  #left(): void {
    if (this.unit === undefined || this.#starting > 0 || !this.thread.unused) return;
    void this.end();
  }
}

/** The only party in the process, or the only one of them that was at work. */
function culpritOf(loss: ThreadLoss): string | undefined {
  const busy = { ...loss, suspects: loss.suspects.filter((suspect) => suspect.busy) };
  return onlyOne(loss) ?? onlyOne(busy);
}
