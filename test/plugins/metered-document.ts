import { Utf8View } from "../../src/text/index.ts";
import type { OpenDocument } from "../../src/interfaces/text/open-document.ts";

export interface Metered {
  /** The document, to be handed to a plugin. */
  readonly document: OpenDocument;
  /** Bytes of text, and of changed places, that the plugin was given since this was last asked. */
  read(): number;
}

/** Counts what crosses to a plugin out of a document: every text that it is given is a slice. */
export function metered(document: OpenDocument): Metered {
  let bytes = 0;
  const counted = (text: string): string => {
    bytes += Buffer.byteLength(text);
    return text;
  };
  const seen = standIn(document, {
    state: () => {
      const state = document.state();
      const { content } = state;
      const slice = (start: number, end: number): string => counted(content.slice(start, end));
      const between: OpenDocument["changesBetween"] = (from, to) => {
        const changes = document.changesBetween(from, to);
        // Four numbers for each place.
        bytes += 16 * (changes?.edits.length ?? 0);
        return changes;
      };
      return {
        ...state,
        document: standIn(document, { changesBetween: between }),
        content: standIn(content, { slice }),
      };
    },
    changesBetween: (from: number, to: number) => {
      const changes = document.changesBetween(from, to);
      for (const { insert } of changes?.edits ?? []) counted(Utf8View.text(insert));
      return changes;
    },
  });
  return {
    document: seen,
    read: () => {
      const read = bytes;
      bytes = 0;
      return read;
    },
  };
}

// An object with some of its methods replaced; the others are its own.
function standIn<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get: (target, key) => {
      const own: unknown = Reflect.get(methods, key);
      const value: unknown = own ?? Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
