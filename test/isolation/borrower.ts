import { component, IN_LIBC, LIBC } from "../conformance/engine-guests.ts";

/**
 * A plugin that calls what may be answered where it runs, many times in one call. Its world:
 *
 * - `ticks(times) -> u64`: asks a clock of the test's so often, and traps where it goes back; answers the
 *   last time, in microseconds. Halfway it calls `step`.
 * - `now() -> u64`: tenon's clock, in milliseconds. `uptime() -> u64`: in microseconds.
 * - `draw(length) -> u32`: asks for so many random bytes; answers how many came, and 2^32 - 1 where it
 *   was refused.
 * - `numbers(times) -> u32`: draws so many numbers; answers how often one was the one before.
 * - `write(times)`: logs `ab` so often, at the level info. After each, `step` where `stepping`.
 */
export interface Borrower {
  ticks(times: number): Promise<bigint>;
  now(): Promise<bigint>;
  uptime(): Promise<bigint>;
  draw(length: number): Promise<number>;
  numbers(times: number): Promise<number>;
  write(times: number, stepping: number): Promise<void>;
}

export function borrower(): Promise<Uint8Array> {
  return component(`(component
    (import "acme:test/time@1.0.0" (instance $time
      (export "monotonic-us" (func (result u64)))))
    (import "acme:test/script@1.0.0" (instance $script (export "step" (func (param "n" u32)))))
    (import "tenon:plugin/clock@0.1.0" (instance $clock
      (export "now-ms" (func (result u64)))
      (export "monotonic-us" (func (result u64)))))
    (import "tenon:plugin/types@0.1.0" (instance $types
      (type $r (variant (case "denied" string) (case "unavailable" string) (case "quota" string)
        (case "cancelled")))
      (export "refusal" (type (eq $r)))))
    (alias export $types "refusal" (type $refusal))
    (import "tenon:plugin/random@0.1.0" (instance $random
      (alias outer 1 $refusal (type $r))
      (export "refusal" (type $refusal (eq $r)))
      (export "bytes" (func (param "length" u32) (result (result (list u8) (error $refusal)))))
      (export "number" (func (result u64)))))
    (import "tenon:plugin/log@0.1.0" (instance $log
      (type $l (enum "trace" "debug" "info" "warn" "error"))
      (export "level" (type $level (eq $l)))
      (export "write" (func (param "level" $level) (param "message" string)
        (param "fields" (list (tuple string string)))))))
    ${LIBC}
    (core func $ticks (canon lower (func $time "monotonic-us")))
    (core func $step (canon lower (func $script "step")))
    (core func $now (canon lower (func $clock "now-ms")))
    (core func $uptime (canon lower (func $clock "monotonic-us")))
    (core func $number (canon lower (func $random "number")))
    (core func $write (canon lower (func $log "write") ${IN_LIBC}))
    (core module $Small
      (memory (export "memory") 4)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $small (instantiate $Small))
    (core func $draw (canon lower (func $random "bytes")
      (memory (core memory $small "memory")) (realloc (core func $small "realloc"))))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "small" "memory" (memory $small 1))
      (import "host" "ticks" (func $ticks (result i64)))
      (import "host" "now" (func $now (result i64)))
      (import "host" "uptime" (func $uptime (result i64)))
      (import "host" "step" (func $step (param i32)))
      (import "host" "draw" (func $draw (param i32 i32)))
      (import "host" "number" (func $number (result i64)))
      (import "host" "write" (func $write (param i32 i32 i32 i32 i32)))
      (data (i32.const 64) "ab")
      (func (export "ticks") (param $times i32) (result i64)
        (local $half i32) (local $last i64) (local $now i64)
        (local.set $half (i32.shr_u (local.get $times) (i32.const 1)))
        (loop $more
          (local.set $now (call $ticks))
          (if (i64.lt_u (local.get $now) (local.get $last)) (then unreachable))
          (local.set $last (local.get $now))
          (if (i32.eq (local.get $times) (local.get $half)) (then (call $step (local.get $half))))
          (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (local.get $last))
      (func (export "now") (result i64) (call $now))
      (func (export "uptime") (result i64) (call $uptime))
      (func (export "draw") (param i32) (result i32)
        (call $draw (local.get 0) (i32.const 32))
        (if (result i32) (i32.load8_u $small (i32.const 32))
          (then (i32.const -1)) (else (i32.load $small (i32.const 40)))))
      (func (export "numbers") (param $times i32) (result i32)
        (local $same i32) (local $last i64) (local $now i64)
        (loop $more
          (local.set $now (call $number))
          (local.set $same (i32.add (local.get $same) (i64.eq (local.get $now) (local.get $last))))
          (local.set $last (local.get $now))
          (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (local.get $same))
      (func (export "write") (param $times i32) (param $stepping i32)
        (loop $more
          (call $write (i32.const 2) (i32.const 64) (i32.const 2) (i32.const 0) (i32.const 0))
          (if (local.get $stepping) (then (call $step (local.get $times))))
          (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))
    (core instance $m (instantiate $M
      (with "libc" (instance $libc))
      (with "small" (instance $small))
      (with "host" (instance
        (export "ticks" (func $ticks)) (export "step" (func $step))
        (export "now" (func $now)) (export "uptime" (func $uptime))
        (export "draw" (func $draw)) (export "number" (func $number))
        (export "write" (func $write))))))
    (func (export "ticks") (param "times" u32) (result u64) (canon lift (core func $m "ticks")))
    (func (export "now") (result u64) (canon lift (core func $m "now")))
    (func (export "uptime") (result u64) (canon lift (core func $m "uptime")))
    (func (export "draw") (param "length" u32) (result u32) (canon lift (core func $m "draw")))
    (func (export "numbers") (param "times" u32) (result u32) (canon lift (core func $m "numbers")))
    (func (export "write") (param "times" u32) (param "stepping" u32)
      (canon lift (core func $m "write"))))`);
}
