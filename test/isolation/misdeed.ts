import { component } from "../conformance/engine-guests.ts";
import { exported } from "../host/scripted-guest.ts";

/**
 * The core text of a plugin's functions. They share a memory, in which the answer lies at 32: zeros
 * are an `ok`. What may be called: `$new`, `$drop` of a resource of its own, `$tell`, `$take`,
 * `$ping`, `$never`, `$make`, `$value`, `$let-go` of the host's (see misdeed-host.ts), and what it
 * `uses`.
 */
export interface Misdeed {
  /** When it hears of an event, other than the first. */
  readonly handle?: string;
  readonly activate?: string;
  readonly deactivate?: string;
  /** When it hears of an event, other than the first: the word at 1000 is 1. */
  readonly realloc?: string;
  /** Of its resource. */
  readonly destructor?: string;
  /** Run before anything is called. */
  readonly start?: string;
  /** Further functions, globals and tables of the core module. */
  readonly more?: string;
  /** Pages of its memory at the start. Default: 1. */
  readonly pages?: number;
  readonly uses?: keyof typeof standard;
}

/** A plugin with a misdeed, well behaved in all else. */
export function misdeedGuest({
  handle = "",
  activate = "",
  deactivate = "",
  realloc = "",
  destructor = "",
  start,
  more = "",
  pages = 1,
  uses,
}: Misdeed): Promise<Uint8Array> {
  const used = uses === undefined ? { text: "", functions: {} } : standard[uses];
  const functions: Readonly<Record<string, string>> = { ...used.functions, ...OWN, ...OF_HOST };
  const names = Object.keys(functions);
  return component(`(component
    (core module $Libc
      (memory (export "memory") ${pages})
      (func (export "gone") (param i32) ${destructor})
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (i32.load (i32.const 1000)) (then ${realloc})) (i32.const 1024)))
    (core instance $libc (instantiate $Libc))
    (type $r (resource (rep i32) (dtor (core func $libc "gone"))))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    ${HOST_TEXT}
    ${used.text}
    (core module $Guest
      (import "libc" "memory" (memory 1))
      ${names.map((name) => `(import "host" "${name}" (func $${name} ${functions[name]}))`).join("\n")}
      ${more}
      (func (export "activate")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
        ${activate} (i32.const 32))
      (func (export "deactivate") ${deactivate})
      (func $misdeed (local $n i32) (local $m i32) ${handle})
      (func (export "handle") (param i32 i32 i32 i32) (result i32)
        (if (i32.load (i32.const 1000)) (then (call $misdeed)))
        (i32.store (i32.const 1000) (i32.const 1))
        (i32.const 32))
      ${start === undefined ? "" : `(func $start ${start}) (start $start)`})
    (core instance $m (instantiate $Guest (with "libc" (instance $libc))
      (with "host" (instance ${names.map((name) => `(export "${name}" (func $${name}))`).join(" ")}))))
    ${exported.lifecycle} ${exported.events})`);
}

const OWN = { new: "(param i32) (result i32)", drop: "(param i32)" };

const HOST_TEXT = `
  (import "acme:test/host@1.0.0" (instance $h
    (export "thing" (type $thing (sub resource)))
    (export "[static]thing.make" (func (result (own $thing))))
    (export "[method]thing.value" (func (param "self" (borrow $thing)) (result u32)))
    (export "tell" (func (param "n" u32)))
    (export "take" (func (param "bytes" (list u8))))
    (export "ping" (func))
    (export "never" (func))))
  (alias export $h "thing" (type $thing))
  (core func $make (canon lower (func $h "[static]thing.make")))
  (core func $value (canon lower (func $h "[method]thing.value")))
  (core func $let-go (canon resource.drop $thing))
  (core func $tell (canon lower (func $h "tell")))
  (core func $take (canon lower (func $h "take") (memory (core memory $libc "memory"))))
  (core func $ping (canon lower (func $h "ping")))
  (core func $never (canon lower (func $h "never")))`;

const OF_HOST = {
  make: "(result i32)",
  value: "(param i32) (result i32)",
  "let-go": "(param i32)",
  tell: "(param i32)",
  take: "(param i32 i32)",
  ping: "",
  never: "",
};

const REFUSAL = `
  (import "tenon:plugin/types@0.1.0" (instance $types
    (type $v (variant (case "denied" string) (case "unavailable" string) (case "quota" string)
      (case "cancelled")))
    (export "refusal" (type (eq $v)))))
  (alias export $types "refusal" (type $refusal))`;

const IN_LIBC = `(memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))`;

// Interfaces of Tenon's, and core functions that call them.
const standard = {
  // `$open(name, length, answer)`, the handle behind 8 bytes; `$set(bucket, key, length, value,
  // length, answer)`.
  kv: {
    text: `${REFUSAL}
      (import "tenon:plugin/kv@0.1.0" (instance $kv
        (alias outer 1 $refusal (type $v))
        (export "refusal" (type $refusal (eq $v)))
        (type $f (variant (case "refused" $refusal) (case "invalid-key" string)
          (case "too-large" u64) (case "conflict") (case "failed")))
        (export "error" (type $error (eq $f)))
        (export "bucket" (type $bucket (sub resource)))
        (export "[static]bucket.open" (func (param "name" string)
          (result (result (own $bucket) (error $error)))))
        (export "[method]bucket.set" (func (param "self" (borrow $bucket)) (param "key" string)
          (param "value" (list u8)) (result (result u64 (error $error)))))))
      (core func $open (canon lower (func $kv "[static]bucket.open") ${IN_LIBC}))
      (core func $set (canon lower (func $kv "[method]bucket.set") ${IN_LIBC}))`,
    functions: { open: "(param i32 i32 i32)", set: "(param i32 i32 i32 i32 i32 i32)" },
  },
  // `$open(uri, length, answer)`.
  text: {
    text: `${REFUSAL}
      (import "tenon:plugin/text@0.1.0" (instance $text
        (alias outer 1 $refusal (type $v))
        (export "refusal" (type $refusal (eq $v)))
        (type $f (variant (case "refused" $refusal) (case "stale" u64) (case "out-of-range" u32)
          (case "inside-character" u32) (case "overlapping" u32) (case "read-only")
          (case "too-large" u32) (case "no-such-document")))
        (export "error" (type $error (eq $f)))
        (export "document" (type $document (sub resource)))
        (export "open" (func (param "uri" string)
          (result (result (own $document) (error $error)))))))
      (core func $open (canon lower (func $text "open") ${IN_LIBC}))`,
    functions: { open: "(param i32 i32 i32)" },
  },
  // `$uptime()`, in microseconds.
  clock: {
    text: `
      (import "tenon:plugin/clock@0.1.0" (instance $clock
        (export "monotonic-us" (func (result u64)))))
      (core func $uptime (canon lower (func $clock "monotonic-us")))`,
    functions: { uptime: "(result i64)" },
  },
  // `$write(level, message, length, fields, length)`.
  log: {
    text: `
      (import "tenon:plugin/log@0.1.0" (instance $log
        (type $l (enum "trace" "debug" "info" "warn" "error"))
        (export "level" (type $level (eq $l)))
        (export "write" (func (param "level" $level) (param "message" string)
          (param "fields" (list (tuple string string)))))))
      (core func $write (canon lower (func $log "write") ${IN_LIBC}))`,
    functions: { write: "(param i32 i32 i32 i32 i32)" },
  },
} as const;
