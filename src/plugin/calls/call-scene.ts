import type { GuestCall } from "./call-group.ts";
import { LastWords } from "./last-words.ts";
import type { CrashScene } from "./outcome.ts";
import { shapeOf } from "./shape.ts";

/** What one instance is doing, for the error of its crash. */
export class CallScene {
  readonly words: LastWords = new LastWords();
  #operation = "start";
  #passed: GuestCall["passed"];

  /** The operation that the instance runs, or ran last. */
  get operation(): string {
    return this.#operation;
  }

  begins({ operation, passed }: GuestCall): void {
    this.#operation = operation;
    this.#passed = passed;
  }

  /** What was passed is let go of. */
  ended(): void {
    this.#passed = undefined;
  }

  get facts(): CrashScene {
    return { said: this.words.text, arguments: this.#passed?.().map(shapeOf) };
  }
}
