// Two guests, one inside of which calls the other, that do one operation of the asynchronous ABI at
// a time: see reference.py, which is the same in Python.
import { memory } from "../start.ts";

/** By their number: the canonical definition, its core parameters and result. */
const OPERATIONS = [
  ["stream.new $S", [], "i64"],
  ["stream.write $S async (memory $mem)", ["x", "from", "y"], "i32"],
  ["stream.read $S async (memory $mem)", ["x", "to", "y"], "i32"],
  ["stream.cancel-write $S async", ["x"], "i32"],
  ["stream.cancel-read $S async", ["x"], "i32"],
  ["stream.drop-writable $S", ["x"], undefined],
  ["stream.drop-readable $S", ["x"], undefined],
  ["future.new $F", [], "i64"],
  ["future.write $F async (memory $mem)", ["x", "from"], "i32"],
  ["future.read $F async (memory $mem)", ["x", "to"], "i32"],
  ["future.cancel-write $F async", ["x"], "i32"],
  ["future.cancel-read $F async", ["x"], "i32"],
  ["future.drop-writable $F", ["x"], undefined],
  ["future.drop-readable $F", ["x"], undefined],
  ["waitable-set.new", [], "i32"],
  ["waitable.join", ["x", "y"], undefined],
  ["waitable-set.poll (memory $mem)", ["x", "event"], "i32"],
  ["waitable-set.drop", ["x"], undefined],
  ["subtask.cancel async", ["x"], "i32"],
  ["subtask.drop", ["x"], undefined],
  ["backpressure.inc", [], undefined],
  ["backpressure.dec", [], undefined],
] as const;

/** These call the other guest: its number follows those above. */
const CALLS = [
  ["lower (func $take-stream)", ["x"], "i32"],
  ["lower (func $take-future)", ["x"], "i32"],
  ["lower (func $run) async (memory $mem)", ["x", "result"], "i32"],
] as const;

export const NAMES = [...OPERATIONS, ...CALLS].map(([canon]) => canon.split(" ")[0]!);
export const POLL = 16;
export const FIRST_CALL = OPERATIONS.length;
/** Where guests read from, write to, and are told events and results. */
export const PLACES = { from: 512, to: 1024, event: 64, result: 72 } as const;

type Operation = readonly [string, readonly string[], string | undefined];

function core(operations: readonly Operation[], more: string): string {
  const canons = operations.map(([canon], at) => `(core func $c${at} (canon ${canon}))`);
  const imports = operations.map(([, params, result], at) => {
    const type = `(param ${params.map(() => "i32").join(" ")}) ${result ? `(result ${result})` : ""}`;
    return `(import "h" "${at}" (func $c${at} ${type}))`;
  });
  const cases = operations.map(([, params, result], at) => {
    const args = params.map((one) =>
      one in PLACES ? `(i32.const ${PLACES[one as keyof typeof PLACES]})` : `(local.get $${one})`,
    );
    const call = `(call $c${at} ${args.join(" ")})`;
    const answer =
      result === undefined
        ? `${call} (i64.const 0)`
        : result === "i64"
          ? call
          : `(i64.extend_i32_s ${call})`;
    return `(if (i32.eq (local.get $op) (i32.const ${at})) (then (return ${answer})))`;
  });
  return `
    ${canons.join("\n")}
    ${more}
    (core module $M
      (import "h" "mem" (memory 1))
      (import "h" "return" (func $return (param i32)))
      (import "h" "cancel" (func $cancel))
      (data (i32.const 512) "abcdefghijklmnopqrstuvwxyz")
      ${imports.join("\n")}
      (func (export "do") (param $op i32) (param $x i32) (param $y i32) (result i64)
        ${cases.join("\n")} unreachable)
      (func (export "peek") (param i32) (result i64) (i64.load (local.get 0)))
      (func (export "take") (param i32) (result i32) (local.get 0))
      ;; Waits for an event of a set or, without one, yields.
      (func (export "run") (param $set i32) (result i32)
        (if (result i32) (local.get $set)
          (then (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
          (else (i32.const 1))))
      (func (export "callback") (param $code i32) (param $p1 i32) (param $p2 i32) (result i32)
        (if (i32.eq (local.get $code) (i32.const 6))
          (then (call $cancel) (return (i32.const 0))))
        (call $return (i32.add (i32.mul (local.get $code) (i32.const 1000)) (local.get $p1)))
        (i32.const 0)))
    (core instance $m (instantiate $M (with "h" (instance
      (export "mem" (memory $mem)) (export "return" (func $return)) (export "cancel" (func $cancel))
      ${operations.map((_, at) => `(export "${at}" (func $c${at}))`).join(" ")}))))
    (func (export "do") (param "op" u32) (param "x" u32) (param "y" u32) (result s64)
      (canon lift (core func $m "do")))
    (func (export "peek") (param "at" u32) (result s64) (canon lift (core func $m "peek")))`;
}

const types = `
  (type $S (stream u8))
  (type $F (future u8))
  (core func $return (canon task.return (result u32)))
  (core func $cancel (canon task.cancel))`;

export const component = `(component
  (component $Callee
    ${memory} ${types}
    ${core(OPERATIONS, "")}
    (func (export "take-stream") (param "s" $S) (result u32) (canon lift (core func $m "take")))
    (func (export "take-future") (param "f" $F) (result u32) (canon lift (core func $m "take")))
    (func (export "run") async (param "set" u32) (result u32)
      (canon lift (core func $m "run") async (callback (core func $m "callback")))))
  (component $Caller
    ${memory} ${types}
    (import "take-stream" (func $take-stream (param "s" $S) (result u32)))
    (import "take-future" (func $take-future (param "f" $F) (result u32)))
    (import "run" (func $run async (param "set" u32) (result u32)))
    ${core([...OPERATIONS, ...CALLS], "")})
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller
    (with "take-stream" (func $callee "take-stream"))
    (with "take-future" (func $callee "take-future"))
    (with "run" (func $callee "run"))))
  (export "caller" (instance $caller))
  (export "callee" (instance $callee)))`;
