import { TenonError } from "../../errors.ts";
import { TextDocument, type DocumentEvent, type TextDocumentOptions } from "./document.ts";

/** The documents that an application has open, by URI: what plugins read and edit through `text`. */
export interface Documents {
  /** Throws `document-open` for a URI that is open already, `document-too-large`. */
  open(uri: string, text: string, language?: string, options?: DocumentOptions): TextDocument;
  get(uri: string): TextDocument | undefined;
  /** Plugins that hold it keep reading what they have; edits answer `no-such-document`. */
  close(uri: string): void;
  all(): readonly TextDocument[];
  /**
   * Hears of every document opened, changed, marked and closed, by whom, right after the fact.
   * A listener must not throw. Answers a function that stops it.
   */
  on(listener: (event: DocumentEvent) => void): () => void;
  /** Removes every mark of a plugin. */
  forget(plugin: string): void;
}

export interface DocumentOptions {
  /** Plugins may not edit it. Default: false. */
  readonly readOnly?: boolean;
}

export interface DocumentsOptions {
  /** The most that one document may be, in bytes of UTF-8. Default: 64 MiB. */
  readonly maxBytes?: number;
}

export function createDocuments({ maxBytes = 64 << 20 }: DocumentsOptions = {}): Documents {
  const open = new Map<string, TextDocument>();
  /**
   * Above every version that a closed document has had: a plugin that keeps what it knows of a
   * version must not take one opening of a URI for another.
   */
  let version = 1;
  const listeners = new Set<(event: DocumentEvent) => void>();
  const emit = (event: DocumentEvent): void => {
    for (const listener of Array.from(listeners)) listener(event);
  };
  return {
    open: (uri, text, language = "plain", { readOnly = false } = {}) => {
      if (open.has(uri)) {
        throw new TenonError("document-open", `${uri} is open; close it first`, { data: { uri } });
      }
      const options: TextDocumentOptions = {
        uri,
        text,
        language,
        readOnly,
        maxBytes,
        version,
        emit,
      };
      const document = new TextDocument(options);
      open.set(uri, document);
      emit({ tag: "opened", document });
      return document;
    },
    get: (uri) => open.get(uri),
    close: (uri) => {
      const document = open.get(uri);
      if (document === undefined) return;
      open.delete(uri);
      document.close();
      version = Math.max(version, document.version + 1);
      emit({ tag: "closed", document });
    },
    all: () => [...open.values()],
    on: (listener) => {
      // An own function each time, so that a listener given twice is two.
      const own = (event: DocumentEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    forget: (plugin) => {
      for (const document of open.values()) document.forget(plugin);
    },
  };
}
