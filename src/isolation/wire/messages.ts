// Messages that are not frames: rare ones, posted as objects.
import type { EngineLimits, InsideFunction, Rules, ShareWords } from "../../component/engine.ts";
import type { Before, Growth, PortableComponent, World } from "../../component/compiled/thread.ts";
import type { ThreadRings } from "../../platform/threads.ts";
import type { ErrorData } from "./error-data.ts";

/** To the guest's thread; each is answered with `reply`. */
export type GuestRequest =
  | {
      readonly tag: "compile";
      readonly id: number;
      readonly component: number;
      readonly bytes: Uint8Array;
      /** Imports that may answer later. */
      readonly suspend: readonly string[];
      /** Whether its instances can be brought back to a snapshot. */
      readonly restorable: boolean;
      readonly limits: Growth;
      readonly rules: Rules;
      /** See EngineCompileOptions. */
      readonly checked: boolean;
      /** See EngineCompileOptions; empty where it is not known. */
      readonly digest: string;
      /** With the same options; the world is answered where another thread has not given it. */
      readonly before: Before;
    }
  /** Answered with what another thread needs to run the component. */
  | { readonly tag: "hand-over"; readonly id: number; readonly component: number }
  | {
      readonly tag: "instantiate";
      readonly id: number;
      readonly component: number;
      readonly instance: number;
      /** Indices of the imported functions, and of the resources, that the host gives. */
      readonly functions: readonly number[];
      readonly resources: readonly number[];
      readonly limits: EngineLimits;
      /** Milliseconds that start functions may take. */
      readonly startMs: number;
      readonly inside: InsideData;
      /** Where what it holds is counted. Undefined where memory can't be shared, or nobody counts. */
      readonly share: ShareWords | undefined;
    }
  | { readonly tag: "end"; readonly id: number; readonly instance: number }
  | { readonly tag: "release"; readonly id: number; readonly component: number }
  /** Room for memories is short: what ended instances left is to be given back. */
  | { readonly tag: "reclaim"; readonly id: number }
  /** Does the thread turn to what it is told? */
  | { readonly tag: "ping"; readonly id: number };

/** See InsideInterface. */
export interface InsideData {
  readonly interfaces: readonly {
    /** The import's name. */
    readonly scope: string;
    readonly local: LocalData | undefined;
    readonly functions: ReadonlyMap<string, InsideFunction>;
  }[];
  /**
   * See lease-words.ts. Undefined where memory can't be shared: then all that is done there is one-way.
   */
  readonly words: SharedArrayBuffer | undefined;
}

/** See LocalAnswers. */
export type LocalData =
  | { readonly tag: "clock" | "random" }
  | { readonly tag: "module"; readonly module: string; readonly data: unknown };

export type GuestReply =
  | {
      readonly tag: "reply";
      readonly id: number;
      readonly world?: World;
      /** Of a compilation, whether an earlier run had done most of it. */
      readonly fromStore?: boolean;
      readonly portable?: PortableComponent;
      /** Of an instance that was made, how many it has. */
      readonly memories?: number;
    }
  | { readonly tag: "refused"; readonly id: number; readonly error: ErrorData };

/** What a guest's thread is started with. */
export interface GuestThreadData {
  /** One page of shared memory (see Interrupt.flag); undefined where memory can't be shared. */
  readonly flag: WebAssembly.Memory | undefined;
  /** Where answers to host calls that are waited for arrive; undefined as above. */
  readonly answers: SharedArrayBuffer | undefined;
  /** Through which frames go, one ring for each way. Undefined: all of them are posted. */
  readonly rings?: ThreadRings | undefined;
}
