// Generated from wit/ by scripts/generate-types.ts. Do not edit.

/** The types of the functions that a host gives, as text, by interface and WIT name. */
export const contractImports: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "capabilities": {
    "query": "func(capability: string) -> enum { granted, askable, refused, unavailable }",
    "request": "func(capability: string, scope: string, reason: string) -> enum { granted, askable, refused, unavailable }",
  },
  "log": {
    "write": "func(level: enum { trace, debug, info, warn, error }, message: string, fields: list<tuple<string, string>>)",
    "enabled": "func(level: enum { trace, debug, info, warn, error }) -> bool",
  },
  "settings": {
    "get": "func(key: string) -> option<string>",
  },
  "kv": {
    "[static]bucket.open": "func(name: string) -> result<own<tenon:plugin/kv.bucket>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
    "[method]bucket.get": "func(self: borrow<tenon:plugin/kv.bucket>, key: string) -> result<option<record { value: list<u8>, revision: u64 }>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
    "[method]bucket.set": "func(self: borrow<tenon:plugin/kv.bucket>, key: string, value: list<u8>) -> result<u64, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
    "[method]bucket.compare-and-set": "func(self: borrow<tenon:plugin/kv.bucket>, key: string, revision: option<u64>, value: list<u8>) -> result<u64, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
    "[method]bucket.delete": "func(self: borrow<tenon:plugin/kv.bucket>, key: string) -> result<bool, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
    "[method]bucket.keys": "func(self: borrow<tenon:plugin/kv.bucket>, prefix: string, cursor: option<string>, limit: u32) -> result<record { keys: list<string>, next: option<string> }, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), conflict, failed }>",
  },
  "cache": {
    "[static]namespace.open": "func(name: string) -> result<own<tenon:plugin/cache.namespace>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), too-many(u32) }>",
    "[method]namespace.get": "func(self: borrow<tenon:plugin/cache.namespace>, key: string) -> result<option<list<u8>>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), too-many(u32) }>",
    "[method]namespace.set": "func(self: borrow<tenon:plugin/cache.namespace>, key: string, value: list<u8>, keeping: record { ttl-ms: option<u64>, tags: list<string>, depends-on: list<string> }) -> result<_, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), too-many(u32) }>",
    "[method]namespace.invalidate": "func(self: borrow<tenon:plugin/cache.namespace>, key: string) -> result<_, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), too-many(u32) }>",
    "[method]namespace.invalidate-tag": "func(self: borrow<tenon:plugin/cache.namespace>, tag: string) -> result<_, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-key(string), too-large(u64), too-many(u32) }>",
  },
  "text": {
    "[method]snapshot.version": "func(self: borrow<tenon:plugin/text.snapshot>) -> u64",
    "[method]snapshot.size": "func(self: borrow<tenon:plugin/text.snapshot>) -> u32",
    "[method]snapshot.lines": "func(self: borrow<tenon:plugin/text.snapshot>) -> u32",
    "[method]snapshot.read": "func(self: borrow<tenon:plugin/text.snapshot>, start: u32, max-bytes: u32) -> result<string, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.slice": "func(self: borrow<tenon:plugin/text.snapshot>, range: record { start: u32, end: u32 }) -> result<string, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.line": "func(self: borrow<tenon:plugin/text.snapshot>, number: u32) -> result<record { start: u32, end: u32 }, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.point": "func(self: borrow<tenon:plugin/text.snapshot>, offset: u32) -> result<record { line: u32, column: u32 }, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.offset": "func(self: borrow<tenon:plugin/text.snapshot>, point: record { line: u32, column: u32 }) -> result<u32, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.find": "func(self: borrow<tenon:plugin/text.snapshot>, needle: string, start: u32) -> result<option<record { start: u32, end: u32 }>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]snapshot.changed-since": "func(self: borrow<tenon:plugin/text.snapshot>, version: u64) -> option<list<record { before: record { start: u32, end: u32 }, after: record { start: u32, end: u32 } }>>",
    "[method]document.uri": "func(self: borrow<tenon:plugin/text.document>) -> string",
    "[method]document.language": "func(self: borrow<tenon:plugin/text.document>) -> string",
    "[method]document.snapshot": "func(self: borrow<tenon:plugin/text.document>) -> own<tenon:plugin/text.snapshot>",
    "[method]document.changes-since": "func(self: borrow<tenon:plugin/text.document>, version: u64) -> option<record { from-version: u64, to-version: u64, edits: list<record { range: record { start: u32, end: u32 }, insert: string }> }>",
    "[method]document.apply": "func(self: borrow<tenon:plugin/text.document>, base: u64, edits: list<record { range: record { start: u32, end: u32 }, insert: string }>) -> result<u64, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]document.rebase": "func(self: borrow<tenon:plugin/text.document>, base: u64, edits: list<record { range: record { start: u32, end: u32 }, insert: string }>) -> result<variant { applied(u64), conflict(u32) }, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "[method]document.annotate": "func(self: borrow<tenon:plugin/text.document>, base: u64, layer: string, marks: list<record { range: record { start: u32, end: u32 }, kind: string, severity: option<enum { hint, info, warning, error }>, message: option<string> }>) -> result<_, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
    "open": "func(uri: string) -> result<own<tenon:plugin/text.document>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), stale(u64), out-of-range(u32), inside-character(u32), overlapping(u32), read-only, too-large(u32), no-such-document }>",
  },
  "ui": {
    "[static]progress.start": "func(title: string, total: option<u64>) -> result<own<tenon:plugin/ui.progress>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "[method]progress.report": "func(self: borrow<tenon:plugin/ui.progress>, done: u64, note: option<string>) -> result<_, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "[static]status-item.show": "func(text: string, tooltip: option<string>, command: option<string>) -> result<own<tenon:plugin/ui.status-item>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "[method]status-item.update": "func(self: borrow<tenon:plugin/ui.status-item>, text: string, tooltip: option<string>) -> result<_, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "message": "func(kind: enum { info, warning, error }, text: string, actions: list<string>) -> result<option<u32>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "pick": "func(title: string, items: list<record { label: string, detail: option<string> }>) -> result<option<u32>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "input": "func(title: string, initial: string) -> result<option<string>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
  },
  "clipboard": {
    "read": "func() -> result<string, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "write": "func(text: string) -> result<_, variant { denied(string), unavailable(string), quota(string), cancelled }>",
  },
  "workspace": {
    "entries": "func(path: string, glob: option<string>, cursor: option<string>) -> result<record { entries: list<record { path: string, kind: enum { file, directory }, size: u64 }>, next: option<string> }, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), not-found, not-a-file, not-a-directory, too-large(u64), invalid-path(string), invalid-glob(string), failed }>",
    "read": "func(path: string, offset: u64, length: u32) -> result<list<u8>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), not-found, not-a-file, not-a-directory, too-large(u64), invalid-path(string), invalid-glob(string), failed }>",
  },
  "http": {
    "[method]response.status": "func(self: borrow<tenon:plugin/http.response>) -> u16",
    "[method]response.url": "func(self: borrow<tenon:plugin/http.response>) -> string",
    "[method]response.headers": "func(self: borrow<tenon:plugin/http.response>) -> list<tuple<string, string>>",
    "[method]response.read": "func(self: borrow<tenon:plugin/http.response>, max: u32) -> result<list<u8>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-request(string), name-not-resolved, connection-failed, tls-failed, timed-out, too-large(u64), too-many-redirects }>",
    "fetch": "func(request: record { method: string, url: string, headers: list<tuple<string, string>>, body: option<list<u8>>, timeout-ms: option<u32> }) -> result<own<tenon:plugin/http.response>, variant { refused(variant { denied(string), unavailable(string), quota(string), cancelled }), invalid-request(string), name-not-resolved, connection-failed, tls-failed, timed-out, too-large(u64), too-many-redirects }>",
  },
  "clock": {
    "now-ms": "func() -> u64",
    "monotonic-us": "func() -> u64",
  },
  "random": {
    "bytes": "func(length: u32) -> result<list<u8>, variant { denied(string), unavailable(string), quota(string), cancelled }>",
    "number": "func() -> u64",
  },
  "bus": {
    "emit": "func(name: string, payload: string) -> result<_, variant { denied(string), unavailable(string), quota(string), cancelled }>",
  },
};

/** The types of the functions that a host calls. */
export const contractExports: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "state": {
    "save": "func() -> list<u8>",
    "restore": "func(saved: list<u8>) -> result<_, string>",
  },
  "lifecycle": {
    "activate": "func(context: record { plugin: string, version: string, host: string, api: string, locale: string, started-by: string }) -> result<_, string>",
    "deactivate": "func()",
  },
  "commands": {
    "run": "func(call: record { id: string, input: string, document: option<own<tenon:plugin/text.document>> }) -> result<string, variant { unknown-command, invalid-input(list<record { path: string, message: string }>), cancelled, failed(string) }>",
  },
  "events": {
    "handle": "func(event: record { name: string, payload: string }) -> result<_, string>",
  },
};
