import { component, IN_LIBC, LIBC } from "../conformance/engine-guests.ts";

export type Part = "lifecycle" | "commands" | "events" | "state" | "bus";

/**
 * A plugin that does what the test says. Everything it is asked to do it hands to the imported
 * function `acme:test/script@1.0.0#step(what, detail) -> result<string, string>` and answers with
 * what comes back: `activate` (the event that started it), `deactivate`, `run` (the input), `handle`
 * (the payload), `save`, `restore` (the state). Where the answer starts with `!` it traps, with `@`
 * it loops for ever, with `>` (and the part `bus`) it emits the rest as an event called `ping`, and
 * answers that rest; a refusal of the bus it answers with `"refused"`. An `err` of a command that
 * starts with `?` it passes on as `unknown-command`.
 */
export function scriptedGuest(...parts: readonly Part[]): Promise<Uint8Array> {
  return component(`(component
    (import "acme:test/script@1.0.0" (instance $script
      (export "step" (func (param "what" string) (param "detail" string)
        (result (result string (error string)))))))
    ${parts.includes("commands") ? DOCUMENT : ""}
    ${parts.includes("bus") ? BUS : ""}
    ${LIBC}
    (core func $step (canon lower (func $script "step") ${IN_LIBC}))
    ${parts.includes("bus") ? LOWERED_BUS : NO_BUS}
    ${MODULE}
    (core instance $m (instantiate $Guest (with "libc" (instance $libc))
      (with "script" (instance (export "step" (func $step))))
      (with "bus" (instance (export "emit" (func $emit))))))
    ${parts.map((part) => exported[part]).join("\n")})`);
}

const BUS = `
  (import "tenon:plugin/types@0.1.0" (instance $types
    (type $r (variant (case "denied" string) (case "unavailable" string) (case "quota" string)
      (case "cancelled")))
    (export "refusal" (type (eq $r)))))
  (alias export $types "refusal" (type $refusal))
  (import "tenon:plugin/bus@0.1.0" (instance $bus
    (alias outer 1 $refusal (type $r))
    (export "refusal" (type $refusal (eq $r)))
    (export "emit" (func (param "name" string) (param "payload" string)
      (result (result (error $refusal)))))))`;

const LOWERED_BUS = `(core func $emit (canon lower (func $bus "emit") ${IN_LIBC}))`;

const NO_BUS = `
  (core module $NoBus (func (export "emit") (param i32 i32 i32 i32 i32) unreachable))
  (core instance $no-bus (instantiate $NoBus))
  (alias core export $no-bus "emit" (core func $emit))`;

const DOCUMENT = `
  (import "tenon:plugin/text@0.1.0" (instance $text
    (export "document" (type (sub resource)))))
  (alias export $text "document" (type $document))`;

// Every function leaves its answer at 32: a discriminant, then a string or list at 36 and 40.
const MODULE = `(core module $Guest
  (import "libc" "memory" (memory 1))
  (import "script" "step" (func $step (param i32 i32 i32 i32 i32)))
  (import "bus" "emit" (func $emit (param i32 i32 i32 i32 i32)))
  (data (i32.const 64) "activate")
  (data (i32.const 80) "deactivate")
  (data (i32.const 96) "run")
  (data (i32.const 112) "handle")
  (data (i32.const 128) "save")
  (data (i32.const 144) "restore")
  (data (i32.const 160) "ping")
  (data (i32.const 176) "\\22refused\\22")
  (func $ask (param $what i32) (param $length i32) (param $text i32) (param $size i32)
    (call $step (local.get $what) (local.get $length) (local.get $text) (local.get $size)
      (i32.const 32))
    (if (i32.and (i32.eqz (i32.load8_u (i32.const 32))) (i32.ne (i32.load (i32.const 40)) (i32.const 0)))
      (then
        (if (i32.eq (i32.load8_u (i32.load (i32.const 36))) (i32.const 33)) (then unreachable))
        (if (i32.eq (i32.load8_u (i32.load (i32.const 36))) (i32.const 64))
          (then (loop $for-ever (br $for-ever))))
        (if (i32.eq (i32.load8_u (i32.load (i32.const 36))) (i32.const 62))
          (then (call $send))))))
  (func $send
    (i32.store (i32.const 36) (i32.add (i32.load (i32.const 36)) (i32.const 1)))
    (i32.store (i32.const 40) (i32.sub (i32.load (i32.const 40)) (i32.const 1)))
    (call $emit (i32.const 160) (i32.const 4) (i32.load (i32.const 36)) (i32.load (i32.const 40))
      (i32.const 200))
    (if (i32.load8_u (i32.const 200))
      (then (i32.store (i32.const 36) (i32.const 176)) (i32.store (i32.const 40) (i32.const 9)))))
  (func (export "activate")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $ask (i32.const 64) (i32.const 8) (local.get 10) (local.get 11)) (i32.const 32))
  (func (export "deactivate")
    (call $ask (i32.const 80) (i32.const 10) (i32.const 0) (i32.const 0)))
  (func (export "run") (param i32 i32 i32 i32 i32 i32) (result i32)
    (call $ask (i32.const 96) (i32.const 3) (local.get 2) (local.get 3))
    (if (i32.eqz (i32.load8_u (i32.const 32))) (then (return (i32.const 32))))
    ;; err(unknown-command), where the text starts with a question mark.
    (i32.store8 (i32.const 0) (i32.const 1))
    (i32.store8 (i32.const 4) (i32.const 0))
    (if (i32.eq (i32.load8_u (i32.load (i32.const 36))) (i32.const 63))
      (then (return (i32.const 0))))
    ;; err(failed(text)): the discriminant of the failure, then the string.
    (i32.store8 (i32.const 0) (i32.const 1))
    (i32.store8 (i32.const 4) (i32.const 3))
    (i32.store (i32.const 8) (i32.load (i32.const 36)))
    (i32.store (i32.const 12) (i32.load (i32.const 40)))
    (i32.const 0))
  (func (export "handle") (param i32 i32 i32 i32) (result i32)
    (call $ask (i32.const 112) (i32.const 6) (local.get 2) (local.get 3)) (i32.const 32))
  (func (export "save") (result i32)
    (call $ask (i32.const 128) (i32.const 4) (i32.const 0) (i32.const 0)) (i32.const 36))
  (func (export "restore") (param i32 i32) (result i32)
    (call $ask (i32.const 144) (i32.const 7) (local.get 0) (local.get 1)) (i32.const 32)))`;

/** Component text that exports a part from the core instance `$m`. */
export const exported: Readonly<Record<Part, string>> = {
  lifecycle: `
    (type $context (record (field "plugin" string) (field "version" string) (field "host" string)
      (field "api" string) (field "locale" string) (field "started-by" string)))
    (func $activate (param "context" $context) (result (result (error string)))
      (canon lift (core func $m "activate") ${IN_LIBC}))
    (func $deactivate (canon lift (core func $m "deactivate")))
    (component $Lifecycle
      (type $c (record (field "plugin" string) (field "version" string) (field "host" string)
        (field "api" string) (field "locale" string) (field "started-by" string)))
      (import "context-type" (type $context (eq $c)))
      (import "activate" (func $a (param "context" $context) (result (result (error string)))))
      (import "deactivate" (func $d))
      (export $exported "context" (type $context))
      (export "activate" (func $a)
        (func (param "context" $exported) (result (result (error string)))))
      (export "deactivate" (func $d)))
    (instance $lifecycle (instantiate $Lifecycle (with "context-type" (type $context))
      (with "activate" (func $activate)) (with "deactivate" (func $deactivate))))
    (export "tenon:plugin/lifecycle@0.1.0" (instance $lifecycle))`,
  commands: `
    (type $call (record (field "id" string) (field "input" string)
      (field "document" (option (own $document)))))
    (type $problem (record (field "path" string) (field "message" string)))
    (type $failure (variant (case "unknown-command") (case "invalid-input" (list $problem))
      (case "cancelled") (case "failed" string)))
    (func $run (param "call" $call) (result (result string (error $failure)))
      (canon lift (core func $m "run") ${IN_LIBC}))
    (component $Commands
      (import "document-type" (type $document (sub resource)))
      (type $c (record (field "id" string) (field "input" string)
        (field "document" (option (own $document)))))
      (import "call-type" (type $call (eq $c)))
      (type $p (record (field "path" string) (field "message" string)))
      (import "problem-type" (type $problem (eq $p)))
      (type $f (variant (case "unknown-command") (case "invalid-input" (list $problem))
        (case "cancelled") (case "failed" string)))
      (import "failure-type" (type $failure (eq $f)))
      (import "run" (func $r (param "call" $call) (result (result string (error $failure)))))
      (export $document-e "document" (type $document))
      (type $c-e (record (field "id" string) (field "input" string)
        (field "document" (option (own $document-e)))))
      (export $call-e "call" (type $c-e))
      (export $problem-e "problem" (type $p))
      (type $f-e (variant (case "unknown-command") (case "invalid-input" (list $problem-e))
        (case "cancelled") (case "failed" string)))
      (export $failure-e "failure" (type $f-e))
      (export "run" (func $r)
        (func (param "call" $call-e) (result (result string (error $failure-e))))))
    (instance $commands (instantiate $Commands (with "document-type" (type $document))
      (with "call-type" (type $call)) (with "problem-type" (type $problem))
      (with "failure-type" (type $failure)) (with "run" (func $run))))
    (export "tenon:plugin/commands@0.1.0" (instance $commands))`,
  events: `
    (type $event (record (field "name" string) (field "payload" string)))
    (func $handle (param "event" $event) (result (result (error string)))
      (canon lift (core func $m "handle") ${IN_LIBC}))
    (component $Events
      (type $e (record (field "name" string) (field "payload" string)))
      (import "event-type" (type $event (eq $e)))
      (import "handle" (func $h (param "event" $event) (result (result (error string)))))
      (export $exported "event" (type $event))
      (export "handle" (func $h)
        (func (param "event" $exported) (result (result (error string))))))
    (instance $events (instantiate $Events (with "event-type" (type $event))
      (with "handle" (func $handle))))
    (export "tenon:plugin/events@0.1.0" (instance $events))`,
  state: `
    (func $save (result (list u8)) (canon lift (core func $m "save") ${IN_LIBC}))
    (func $restore (param "saved" (list u8)) (result (result (error string)))
      (canon lift (core func $m "restore") ${IN_LIBC}))
    (instance $state (export "save" (func $save)) (export "restore" (func $restore)))
    (export "tenon:plugin/state@0.1.0" (instance $state))`,
  bus: "",
};
