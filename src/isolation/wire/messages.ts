// Messages that are not frames. They are rare, and posted as objects.
import type { EngineLimits, LentFunction, Rules, ShareWords } from "../../component/engine.ts";
import type { Before, Growth, PortableComponent, World } from "../../component/compiled/thread.ts";
import type { ThreadRings } from "../../platform/threads.ts";
import type { ErrorData } from "./error-data.ts";

/** To the guest's thread. Each is answered with `reply`. */
export type GuestRequest =
  | {
      readonly tag: "compile";
      readonly id: number;
      readonly component: number;
      readonly bytes: Uint8Array;
      /** The imports that may return a promise. */
      readonly suspend: readonly string[];
      /** Whether its instances can be restored to a snapshot. */
      readonly restorable: boolean;
      readonly limits: Growth;
      readonly rules: Rules;
      /** See EngineCompileOptions. */
      readonly checked: boolean;
      /** See EngineCompileOptions; empty where the digest is not known. */
      readonly digest: string;
      /** Results of a compilation with the same options. */
      readonly before: Before;
      /** Whether the reply has the world. */
      readonly tells: boolean;
    }
  /** The reply has what another thread needs to run the component. */
  | { readonly tag: "hand-over"; readonly id: number; readonly component: number }
  | {
      readonly tag: "instantiate";
      readonly id: number;
      readonly component: number;
      readonly instance: number;
      /** Indices of the imported functions, and of the resources, that the host implements. */
      readonly functions: readonly number[];
      readonly resources: readonly number[];
      readonly limits: EngineLimits;
      /** Milliseconds that start functions may take. */
      readonly startMs: number;
      readonly lent: LentData;
      /**
       * Where the memory of the instance is counted. Undefined where memory can't be shared, or is
       * not counted.
       */
      readonly share: ShareWords | undefined;
    }
  | { readonly tag: "end"; readonly id: number; readonly instance: number }
  | { readonly tag: "release"; readonly id: number; readonly component: number }
  /** There is little room for memories: the thread frees what ended instances have left. */
  | { readonly tag: "reclaim"; readonly id: number }
  /** Asks whether the thread handles its messages. */
  | { readonly tag: "ping"; readonly id: number };

/** See LentInterface. */
export interface LentData {
  readonly interfaces: readonly {
    /** The import's name. */
    readonly scope: string;
    readonly local: LocalData | undefined;
    readonly functions: ReadonlyMap<string, LentFunction>;
  }[];
  /**
   * See lease-words.ts. Undefined where memory can't be shared: then there are only one-way
   * functions.
   */
  readonly words: SharedArrayBuffer | undefined;
}

/** See LocalAnswers. */
export type LocalData =
  | { readonly tag: "clock" | "random" }
  | { readonly tag: "module"; readonly module: string; readonly data: unknown };

/** How failures name the module that answers for the interface `scope`. */
export function localAnswersOf(scope: string): string {
  return `${scope}#localAnswers`;
}

export type GuestReply =
  | {
      readonly tag: "reply";
      readonly id: number;
      readonly world?: World;
      /** For a compilation: whether results of an earlier run were used. */
      readonly fromStore?: boolean;
      readonly portable?: PortableComponent;
      /** For an instance: how many memories it has. */
      readonly memories?: number;
    }
  | { readonly tag: "refused"; readonly id: number; readonly error: ErrorData };

/** The data that a guest's thread is started with. */
export interface GuestThreadData {
  /** One page of shared memory (see Interrupt.flag); undefined where memory can't be shared. */
  readonly flag: WebAssembly.Memory | undefined;
  /** Where answers to host calls arrive for which the thread waits; undefined as above. */
  readonly answers: SharedArrayBuffer | undefined;
  /** The rings for frames, one for each direction. Undefined: all frames are posted. */
  readonly rings?: ThreadRings | undefined;
}
