import { TenonError } from "../../errors.ts";
import {
  checkCallOptions,
  checkFunction,
  checkShape,
  checkText,
  wrongOption,
} from "../../options.ts";
import { TextDocument } from "../../text/index.ts";
import type { DocumentEvent } from "./document-event.ts";
import { OpenDocument } from "./open-document.ts";

/** The documents that an application has open, by URI: what plugins read and edit through `text`. */
export interface Documents {
  /**
   * Opens a text that the host keeps. Throws `document-open` for a URI that is open already,
   * `document-too-large`.
   */
  open(uri: string, text: string, language?: string, options?: OpenDocumentOptions): OpenDocument;
  /**
   * Opens a TextDocument of the application's (from `tenon/text`). It stays the application's, and
   * there is no other copy of the text. Plugins see each change that the application makes, undo
   * included, as a new version. The document's listeners are told of plugins' edits, with the
   * origin `plugin:scope/name`, and its `undo` undoes them. Closing takes the document from plugins
   * and leaves it as it is.
   *
   * Throws `document-open` for a URI that is open already, by this document or another, and
   * `document-too-large`. That size bounds plugins' edits as well; the application's own may exceed
   * it. One document may be open under several URIs: each has its own versions and marks.
   */
  adopt(
    uri: string,
    document: TextDocument,
    language?: string,
    options?: OpenDocumentOptions,
  ): OpenDocument;
  /** The open document of a URI; undefined where there is none. */
  get(uri: string): OpenDocument | undefined;
  /**
   * Plugins that hold the document can still read what they have; edits return `no-such-document`.
   */
  close(uri: string): void;
  /** All documents that are open. */
  all(): readonly OpenDocument[];
  /**
   * Tells the listener of every document that is opened, changed, marked or closed, and by whom,
   * right after the fact. A listener must not throw. Returns a function that ends the listening.
   */
  on(listener: (event: DocumentEvent) => void): () => void;
  /** Removes every mark of a plugin. */
  forget(plugin: string): void;
}

/** Options of `Documents.open` and `Documents.adopt`. */
export interface OpenDocumentOptions {
  /** Plugins may not edit it. Default: false. */
  readonly readOnly?: boolean;
}

/** Options of `createDocuments`. */
export interface DocumentsOptions {
  /** The most that one document may be, in bytes of UTF-8. Default: 64 MiB. */
  readonly maxBytes?: number;
}

/** Makes documents that can be given to several hosts. */
export function createDocuments({ maxBytes = 64 << 20 }: DocumentsOptions = {}): Documents {
  const open = new Map<string, OpenDocument>();
  /**
   * Greater than every version of a closed document. Otherwise a plugin could take a URI that was
   * opened again for the document that it knows.
   */
  let version = 1;
  const listeners = new Set<(event: DocumentEvent) => void>();
  const emit = (event: DocumentEvent): void => {
    for (const listener of Array.from(listeners)) listener(event);
  };
  const closed = (document: OpenDocument): void => {
    open.delete(document.uri);
    version = Math.max(version, document.version + 1);
    emit({ tag: "closed", document });
  };
  const adopt: Documents["adopt"] = (uri, text, language = "plain", options = {}) => {
    checkText("the URI of a document", uri);
    if (!uri.isWellFormed()) {
      // Plugins would be told another URI, under which they could not open it.
      throw wrongOption("the URI of a document", "a text without half of a character", uri);
    }
    checkText("the language of a document", language);
    checkCallOptions("a document", options, { readOnly: true });
    const { readOnly = false } = options;
    if (open.has(uri)) {
      throw new TenonError("document-open", `${uri} is open; close it first`, { data: { uri } });
    }
    const as = { uri, language, readOnly, maxBytes, version, emit, closed };
    const document = new OpenDocument(text, as);
    open.set(uri, document);
    emit({ tag: "opened", document });
    return document;
  };
  return {
    open: (uri, text, ...how) => {
      checkText("the text of a document", text);
      return adopt(uri, new TextDocument(text), ...how);
    },
    adopt: (uri, document, ...how) => {
      checkShape("document", document, ["track", "onChange"], "a TextDocument of tenon/text");
      return adopt(uri, document, ...how);
    },
    get: (uri) => open.get(uri),
    close: (uri) => open.get(uri)?.[Symbol.dispose](),
    all: () => [...open.values()],
    on: (listener) => {
      checkFunction("a listener", listener);
      // Wrapped, so that a listener that is added twice is called twice.
      const own = (event: DocumentEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    forget: (plugin) => {
      for (const document of open.values()) document.forget(plugin);
    },
  };
}
