import { component, IN_LIBC, LIBC } from "../conformance/engine-guests.ts";
import { exported } from "./scripted-guest.ts";

// A plugin whose one command keeps what it is handed. By its input:
//
// - a number: takes so many snapshots of the document, and keeps them and the document;
// - `null`: drops everything that it keeps;
// - a text: searches the document for it, and drops the document; answers whether it was found.
export function textKeeper(): Promise<Uint8Array> {
  return component(`(component
    (import "tenon:plugin/types@0.1.0" (instance $types
      (type $r (variant (case "denied" string) (case "unavailable" string) (case "quota" string)
        (case "cancelled")))
      (export "refusal" (type (eq $r)))
      (type $b (record (field "start" u32) (field "end" u32)))
      (export "byte-range" (type (eq $b)))))
    (alias export $types "refusal" (type $refusal))
    (alias export $types "byte-range" (type $byte-range))
    (import "tenon:plugin/text@0.1.0" (instance $text
      (alias outer 1 $refusal (type $r))
      (export "refusal" (type $refusal (eq $r)))
      (alias outer 1 $byte-range (type $b))
      (export "byte-range" (type $byte-range (eq $b)))
      (type $e (variant (case "refused" $refusal) (case "stale" u64) (case "out-of-range" u32)
        (case "inside-character" u32) (case "overlapping" u32) (case "read-only")
        (case "too-large" u32) (case "no-such-document")))
      (export "error" (type $error (eq $e)))
      (export "snapshot" (type $snapshot (sub resource)))
      (export "document" (type $document (sub resource)))
      (export "[method]document.snapshot"
        (func (param "self" (borrow $document)) (result (own $snapshot))))
      (export "[method]snapshot.find"
        (func (param "self" (borrow $snapshot)) (param "needle" string) (param "start" u32)
          (result (result (option $byte-range) (error $error)))))))
    (alias export $text "document" (type $document))
    (alias export $text "snapshot" (type $snapshot))
    ${LIBC}
    (core func $take (canon lower (func $text "[method]document.snapshot")))
    (core func $find (canon lower (func $text "[method]snapshot.find") ${IN_LIBC}))
    (core func $drop-document (canon resource.drop $document))
    (core func $drop-snapshot (canon resource.drop $snapshot))
    (core module $Guest
      (import "libc" "memory" (memory 1))
      (import "text" "take" (func $take (param i32) (result i32)))
      (import "text" "find" (func $find (param i32 i32 i32 i32 i32)))
      (import "text" "drop-document" (func $drop-document (param i32)))
      (import "text" "drop-snapshot" (func $drop-snapshot (param i32)))
      (data (i32.const 64) "truefalse")
      (global $documents (mut i32) (i32.const 0))
      (global $snapshots (mut i32) (i32.const 0))
      (func $keep (param $document i32) (param $times i32)
        (i32.store (i32.add (i32.const 40960) (i32.shl (global.get $documents) (i32.const 2)))
          (local.get $document))
        (global.set $documents (i32.add (global.get $documents) (i32.const 1)))
        (block $done (loop $more
          (br_if $done (i32.eqz (local.get $times)))
          (i32.store (i32.add (i32.const 49152) (i32.shl (global.get $snapshots) (i32.const 2)))
            (call $take (local.get $document)))
          (global.set $snapshots (i32.add (global.get $snapshots) (i32.const 1)))
          (local.set $times (i32.sub (local.get $times) (i32.const 1)))
          (br $more))))
      (func $drop-all
        (block $done (loop $more
          (br_if $done (i32.eqz (global.get $snapshots)))
          (global.set $snapshots (i32.sub (global.get $snapshots) (i32.const 1)))
          (call $drop-snapshot (i32.load
            (i32.add (i32.const 49152) (i32.shl (global.get $snapshots) (i32.const 2)))))
          (br $more)))
        (block $done (loop $more
          (br_if $done (i32.eqz (global.get $documents)))
          (global.set $documents (i32.sub (global.get $documents) (i32.const 1)))
          (call $drop-document (i32.load
            (i32.add (i32.const 40960) (i32.shl (global.get $documents) (i32.const 2)))))
          (br $more))))
      (func $search (param $document i32) (param $needle i32) (param $length i32) (result i32)
        (local $snapshot i32)
        (local.set $snapshot (call $take (local.get $document)))
        (call $find (local.get $snapshot) (local.get $needle) (local.get $length) (i32.const 0)
          (i32.const 80))
        (call $drop-snapshot (local.get $snapshot))
        (call $drop-document (local.get $document))
        (if (i32.load8_u (i32.const 80)) (then unreachable))
        (i32.load8_u (i32.const 88)))
      (func (export "run") (param i32 i32) (param $input i32) (param $length i32) (param i32) (param $document i32) (result i32)
        (local $first i32) (local $found i32)
        (local.set $found (i32.const 1))
        (local.set $first (i32.load8_u (local.get $input)))
        (if (i32.eq (local.get $first) (i32.const 34)) (then
          (local.set $found (call $search (local.get $document)
            (i32.add (local.get $input) (i32.const 1))
            (i32.sub (local.get $length) (i32.const 2)))))
        (else (if (i32.eq (local.get $first) (i32.const 110)) (then (call $drop-all))
        (else (call $keep (local.get $document)
          (i32.sub (local.get $first) (i32.const 48)))))))
        (i32.store8 (i32.const 32) (i32.const 0))
        (i32.store (i32.const 36)
          (select (i32.const 64) (i32.const 68) (local.get $found)))
        (i32.store (i32.const 40) (select (i32.const 4) (i32.const 5) (local.get $found)))
        (i32.const 32)))
    (core instance $m (instantiate $Guest (with "libc" (instance $libc))
      (with "text" (instance
        (export "take" (func $take)) (export "find" (func $find))
        (export "drop-document" (func $drop-document))
        (export "drop-snapshot" (func $drop-snapshot))))))
    ${exported.commands})`);
}
