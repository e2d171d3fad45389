// Generated from wit/ by scripts/generate-types.ts. Do not edit.

/** The contract as WIT, one package with all of its interfaces and worlds. */
export const contractText: string = `package tenon:plugin@0.1.0;
interface bus {
  use types.{json, refusal};
  emit: func(name: string, payload: json) -> result<_, refusal>;
}
interface cache {
  use types.{refusal};
  variant error {
    refused(refusal),
    invalid-key(string),
    too-large(u64),
    too-many(u32),
  }
  record keeping {
    ttl-ms: option<u64>,
    tags: list<string>,
    depends-on: list<string>,
  }
  resource namespace {
    open: static func(name: string) -> result<namespace, error>;
    get: func(key: string) -> result<option<list<u8>>, error>;
    set: func(key: string, value: list<u8>, keeping: keeping) -> result<_, error>;
    invalidate: func(key: string) -> result<_, error>;
    invalidate-tag: func(tag: string) -> result<_, error>;
  }
}
interface capabilities {
  use types.{json};
  enum status {
    granted,
    askable,
    refused,
    unavailable,
  }
  query: func(capability: string) -> status;
  request: func(capability: string, scope: json, reason: string) -> status;
}
interface clipboard {
  use types.{refusal};
  read: func() -> result<string, refusal>;
  write: func(text: string) -> result<_, refusal>;
}
interface clock {
  now-ms: func() -> u64;
  monotonic-us: func() -> u64;
}
interface commands {
  use types.{json};
  use text.{document};
  record call {
    id: string,
    input: json,
    document: option<document>,
  }
  record problem {
    path: string,
    message: string,
  }
  variant failure {
    unknown-command,
    invalid-input(list<problem>),
    cancelled,
    failed(string),
  }
  run: func(call: call) -> result<json, failure>;
}
interface events {
  use types.{json};
  record event {
    name: string,
    payload: json,
  }
  handle: func(event: event) -> result<_, string>;
}
interface http {
  use types.{refusal};
  record request {
    method: string,
    url: string,
    headers: list<tuple<string, string>>,
    body: option<list<u8>>,
    timeout-ms: option<u32>,
  }
  variant error {
    refused(refusal),
    invalid-request(string),
    name-not-resolved,
    connection-failed,
    tls-failed,
    timed-out,
    too-large(u64),
    too-many-redirects,
  }
  resource response {
    status: func() -> u16;
    url: func() -> string;
    headers: func() -> list<tuple<string, string>>;
    read: func(max: u32) -> result<list<u8>, error>;
  }
  fetch: func(request: request) -> result<response, error>;
}
interface kv {
  use types.{refusal};
  variant error {
    refused(refusal),
    invalid-key(string),
    too-large(u64),
    conflict,
    failed,
  }
  record entry {
    value: list<u8>,
    revision: u64,
  }
  record page {
    keys: list<string>,
    next: option<string>,
  }
  resource bucket {
    open: static func(name: string) -> result<bucket, error>;
    get: func(key: string) -> result<option<entry>, error>;
    set: func(key: string, value: list<u8>) -> result<u64, error>;
    compare-and-set: func(key: string, revision: option<u64>, value: list<u8>) -> result<u64, error>;
    delete: func(key: string) -> result<bool, error>;
    keys: func(prefix: string, cursor: option<string>, limit: u32) -> result<page, error>;
  }
}
interface lifecycle {
  record context {
    plugin: string,
    version: string,
    host: string,
    api: string,
    locale: string,
    started-by: string,
  }
  activate: func(context: context) -> result<_, string>;
  deactivate: func();
}
interface log {
  enum level { trace, debug, info, warn, error }
  write: func(level: level, message: string, fields: list<tuple<string, string>>);
  enabled: func(level: level) -> bool;
}
interface random {
  use types.{refusal};
  bytes: func(length: u32) -> result<list<u8>, refusal>;
  number: func() -> u64;
}
interface settings {
  use types.{json};
  get: func(key: string) -> option<json>;
}
interface state {
  save: func() -> list<u8>;
  restore: func(saved: list<u8>) -> result<_, string>;
}
interface text {
  use types.{refusal, byte-range};
  record edit { range: byte-range, insert: string }
  record point { line: u32, column: u32 }
  variant error {
    refused(refusal),
    stale(u64),
    out-of-range(u32),
    inside-character(u32),
    overlapping(u32),
    read-only,
    too-large(u32),
    no-such-document,
  }
  record change { from-version: u64, to-version: u64, edits: list<edit> }
  record changed-range { before: byte-range, after: byte-range }
  variant rebased {
    applied(u64),
    conflict(u32),
  }
  enum severity { hint, info, warning, error }
  record mark { range: byte-range, kind: string, severity: option<severity>, message: option<string> }
  resource snapshot {
    version: func() -> u64;
    size: func() -> u32;
    lines: func() -> u32;
    read: func(start: u32, max-bytes: u32) -> result<string, error>;
    slice: func(range: byte-range) -> result<string, error>;
    line: func(number: u32) -> result<byte-range, error>;
    point: func(offset: u32) -> result<point, error>;
    offset: func(point: point) -> result<u32, error>;
    find: func(needle: string, start: u32) -> result<option<byte-range>, error>;
    changed-since: func(version: u64) -> option<list<changed-range>>;
  }
  resource document {
    uri: func() -> string;
    language: func() -> string;
    snapshot: func() -> snapshot;
    changes-since: func(version: u64) -> option<change>;
    apply: func(base: u64, edits: list<edit>) -> result<u64, error>;
    rebase: func(base: u64, edits: list<edit>) -> result<rebased, error>;
    annotate: func(base: u64, layer: string, marks: list<mark>) -> result<_, error>;
  }
  open: func(uri: string) -> result<document, error>;
}
interface types {
  type json = string;
  variant refusal {
    denied(string),
    unavailable(string),
    quota(string),
    cancelled,
  }
  record byte-range { start: u32, end: u32 }
}
interface ui {
  use types.{refusal};
  enum kind { info, warning, error }
  record item { label: string, detail: option<string> }
  message: func(kind: kind, text: string, actions: list<string>) -> result<option<u32>, refusal>;
  pick: func(title: string, items: list<item>) -> result<option<u32>, refusal>;
  input: func(title: string, initial: string) -> result<option<string>, refusal>;
  resource progress {
    start: static func(title: string, total: option<u64>) -> result<progress, refusal>;
    report: func(done: u64, note: option<string>) -> result<_, refusal>;
  }
  resource status-item {
    show: static func(text: string, tooltip: option<string>, command: option<string>) -> result<status-item, refusal>;
    update: func(text: string, tooltip: option<string>) -> result<_, refusal>;
  }
}
interface workspace {
  use types.{refusal};
  enum kind { file, directory }
  record entry {
    path: string,
    kind: kind,
    size: u64,
  }
  record page { entries: list<entry>, next: option<string> }
  variant error {
    refused(refusal),
    not-found,
    not-a-file,
    not-a-directory,
    too-large(u64),
    invalid-path(string),
    invalid-glob(string),
    failed,
  }
  entries: func(path: string, glob: option<string>, cursor: option<string>) -> result<page, error>;
  read: func(path: string, offset: u64, length: u32) -> result<list<u8>, error>;
}
world host {
  import capabilities;
  import log;
  import settings;
  import kv;
  import cache;
  import text;
  import ui;
  import clipboard;
  import workspace;
  import http;
  import clock;
  import random;
  import bus;
}
world command-plugin {
  include host;
  export commands;
}
world event-plugin {
  include host;
  export events;
}
world plugin {
  include host;
  export lifecycle;
  export commands;
  export events;
}
world stateful-plugin {
  include plugin;
  export state;
}
`;
