// What a program threw, as what the caller of a component would see.
import type { FuncType } from "../../component/wit-world.ts";
import { TenonError, WitError } from "../../errors.ts";
import { isError } from "../../realms.ts";
import { pluginWords, visibleText } from "../../visible-text.ts";
import type { GuestReaders } from "../conform/from-guest.ts";
import type { Handles } from "../conform/handles.ts";
import { MisfitThrown } from "../conform/misfit-thrown.ts";
import type { SourceMaps } from "../source/source-map.ts";
import { outcomes } from "./interface-targets.ts";

const MOST_STACK = 4_096;

/** Reads what a program threw. Places in its words are those in what its author wrote. */
export class ThrownReader {
  readonly #maps: SourceMaps;

  constructor(maps: SourceMaps) {
    this.#maps = maps;
  }

  /**
   * The `err` that an exported function's exception stands for: an Error's own `payload`; else its
   * message, where the err is a text or has a case `failed` with one. Undefined: it is none, and the
   * program has failed.
   */
  errOf(
    thrown: unknown,
    type: FuncType,
    readers: GuestReaders,
    handles: Handles,
  ): WitError | undefined {
    const { err } = outcomes(type);
    if (err.tag === "none") return undefined;
    const message = this.#message(thrown);
    if (isError(thrown) && Object.hasOwn(thrown, "payload")) {
      const { payload } = thrown as Error & { readonly payload: unknown };
      if (err.type === undefined) return new WitError(undefined, message);
      try {
        return new WitError(readers.of(err.type)(payload, handles), message);
      } catch (error) {
        if (!(error instanceof MisfitThrown)) throw error;
        return undefined;
      }
    }
    if (err.type?.kind === "string") return new WitError(message, message);
    const failed =
      err.type?.kind === "variant" &&
      err.type.cases.some(({ name, type: of }) => name === "failed" && of?.kind === "string");
    return failed ? new WitError({ tag: "failed", val: message }, message) : undefined;
  }

  /** The error of a program that threw what is no `err`. `what`: `commands.run threw`. */
  failed(thrown: unknown, what: string): TenonError {
    const stack = this.stackLines(thrown);
    const data = { kind: "uncaught-exception", ...(stack.length === 0 ? {} : { stack }) };
    const message = `${what} ${pluginWords(this.#message(thrown), 500)}`;
    return new TenonError("component-trap", message, { data });
  }

  /**
   * What was thrown in a line. What the language itself throws comes with the place: it is a mistake
   * in the program, and no message of its author's.
   */
  #message(thrown: unknown): string {
    if (!isError(thrown)) return typeof thrown === "string" ? thrown : String(thrown);
    const { name, message } = thrown;
    if (name === "Error") return message;
    const [line] = this.stackLines(thrown);
    const place = line && (/\(([^()]+)\)$/u.exec(line)?.[1] ?? line);
    return place === undefined ? `${name}: ${message}` : `${name}: ${message} (${place})`;
  }

  /** `run (shout.ts:3:5)`, innermost first, without what the host wrote. */
  stackLines(thrown: unknown): readonly string[] {
    if (!isError(thrown) || typeof thrown.stack !== "string") return [];
    const lines = thrown.stack.slice(0, MOST_STACK).split("\n");
    return lines.flatMap((line) => {
      const found = /^\s*at (.*)$/u.exec(line)?.[1];
      if (found === undefined || /tenon:|\(native\)|^<anonymous>$/u.test(found)) return [];
      return [visibleText(this.#written(found.trim()), { limit: 200 })];
    });
  }

  /** The line of a stack with the place that was written. */
  #written(line: string): string {
    return line.replace(/([^\s():]+):(\d+):(\d+)(?=\)?$)/u, (_, file: string, at, column) => {
      const place = { file, line: Number(at), column: Number(column) };
      const written = this.#maps.original(place);
      return `${written.file}:${written.line}:${written.column}`;
    });
  }
}
