// Random core modules that end: each start of a loop and of a function adds to `work`, and work in
// straight code to `units` about what it weighs; when either passes its limit, they return.
import fc from "fast-check";

export const LIMIT = 20_000;
export const UNITS = 12_000_000;

/** What `units` may be ahead of the work at most. */
export const AHEAD = 500;

// Calls within calls.
const DEPTH = 30;

type Statement =
  | { readonly kind: "note"; readonly value: number }
  | { readonly kind: "fill" }
  | { readonly kind: "heavy"; readonly what: keyof typeof HEAVY; readonly times: number }
  | { readonly kind: "block" | "loop"; readonly arity: number; readonly body: readonly Statement[] }
  | {
      readonly kind: "if";
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    }
  | { readonly kind: "try"; readonly to: number; readonly body: readonly Statement[] }
  | { readonly kind: "br" | "br_if" | "throw_if"; readonly to: number }
  | { readonly kind: "br_table"; readonly to: readonly number[] }
  | { readonly kind: "call" | "call_indirect" | "return_call"; readonly func: number };

// Instructions, and what they weigh at least.
const HEAVY = {
  add: ["(global.set $trace (i32.add (global.get $trace) (i32.const 1)))", 4],
  divide: ["(global.set $wide (i64.div_u (global.get $wide) (i64.const 3)))", 25],
  array: ["(drop (array.new_default $vectors (i32.const 256)))", 300],
  fixed: ["(i32.const 1) (i32.const 2) (drop (array.new_fixed $numbers 2))", 50],
  structure: ["(drop (struct.new_default $large))", 140],
  copy: ["(memory.copy (i32.const 8) (i32.const 0) (i32.const 256))", 100],
  convert: ["(drop (i32.trunc_sat_f64_u (f64.const 5)))", 50],
  item: ["(drop (table.get (i32.const 0)))", 50],
} as const satisfies Record<string, readonly [text: string, weight: number]>;

// How often one stands in a row, about, for the sake of the test's time.
const MOST_TEXTS = 1_500;

const nat = fc.nat(20);
const { body } = fc.letrec<{ statement: Statement; body: Statement[] }>((tie) => ({
  statement: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("note" as const), value: nat }) },
    { weight: 1, arbitrary: fc.constant({ kind: "fill" as const }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("heavy" as const),
        what: fc.constantFrom(...(Object.keys(HEAVY) as (keyof typeof HEAVY)[])),
        times: fc.constantFrom(1, 10, 80),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          "br_if" as const,
          "br_if" as const,
          "br" as const,
          "throw_if" as const,
        ),
        to: nat,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("br_table" as const),
        to: fc.array(nat, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("call" as const, "call_indirect" as const, "return_call" as const),
        func: nat,
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom("loop" as const, "loop" as const, "block" as const),
        arity: fc.constantFrom(0, 0, 1),
        body: tie("body"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("if" as const),
        then: tie("body"),
        else: tie("body"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("try" as const), to: nat, body: tie("body") }),
    },
  ) as fc.Arbitrary<Statement>,
  body: fc.array(tie("statement"), { maxLength: 5, depthIdentifier: "body" }),
}));

/**
 * Text of a module with an export `run`, and globals `work`, `units` and `trace` that say what it did.
 */
export const randomModule: fc.Arbitrary<string> = fc
  .array(body, { minLength: 1, maxLength: 4 })
  .map((bodies) => {
    const functions = bodies.map(
      (statements, index) => `(func $f${index} (type $f) (local $n i32)
        (local.set $n (i32.const 2000)) ${TICK}
        ${codeOf(statements, [], bodies.length)} (i32.const 0))`,
    );
    return `(module (type $f (func (result i32))) (memory 1) (tag $e)
      (type $vectors (array (mut v128))) (type $numbers (array (mut i32)))
      (type $large (struct ${"(field (mut i64))".repeat(30)}))
      (global $units (export "units") (mut i32) (i32.const 0)) (global $wide (mut i64) (i64.const -1))
      (table funcref (elem ${bodies.map((_, index) => `$f${index}`).join(" ")}))
      (global $work (export "work") (mut i32) (i32.const 0))
      (global $trace (export "trace") (mut i32) (i32.const 1))
      (global $depth (mut i32) (i32.const 0))
      (global $random (mut i32) (i32.const 7))
      (func $chance (result i32)
        (global.set $random (i32.add (i32.mul (global.get $random) (i32.const 1664525)) (i32.const 1013904223)))
        (i32.lt_u (i32.shr_u (global.get $random) (i32.const 24)) (i32.const 254)))
      (func (export "run") (result i32) (call $f0))
      ${functions.join("\n")})`;
  });

const TICK = `(global.set $work (i32.add (global.get $work) (i32.const 1)))
  (if (i32.or (i32.gt_u (global.get $work) (i32.const ${LIMIT}))
              (i32.gt_u (global.get $units) (i32.const ${UNITS})))
    (then (return (i32.const 0))))`;

// As `$chance`, without a call.
const CHANCE = `(global.set $random (i32.add (i32.mul (global.get $random) (i32.const 1664525)) (i32.const 1013904223)))
  (i32.lt_u (i32.shr_u (global.get $random) (i32.const 24)) (i32.const 254))`;

// `labels`: of the blocks around, innermost last, how many operands a branch there takes.
function codeOf(body: readonly Statement[], labels: readonly number[], functions: number): string {
  return body.map((statement) => textOf(statement, labels, functions)).join("\n");
}

function textOf(statement: Statement, labels: readonly number[], functions: number): string {
  const within = (body: readonly Statement[], ...arity: number[]): string =>
    codeOf(body, [...labels, ...arity], functions);
  switch (statement.kind) {
    case "note":
      return `(global.set $trace (i32.add (i32.mul (global.get $trace) (i32.const 31)) (i32.const ${statement.value})))`;
    case "fill":
      return "(memory.fill (i32.const 0) (i32.const 1) (local.get $n))";
    case "heavy": {
      const [text, weight] = HEAVY[statement.what];
      const together = Math.floor(AHEAD / weight);
      const some = `(global.set $units (i32.add (global.get $units) (i32.const ${together * weight})))
        ${text.repeat(together)}`;
      return some.repeat(Math.min(statement.times, Math.ceil(MOST_TEXTS / together)));
    }
    case "block": {
      const { arity, body } = statement;
      if (arity === 0) return `block ${within(body, 0)} end`;
      return `block (result i32) ${within(body, 1)} (i32.const 1) end drop`;
    }
    case "loop": {
      const { arity, body } = statement;
      // One with a result takes no operands where it starts again.
      if (arity === 0) return `loop (result i32) ${TICK} ${within(body, 0)} (i32.const 1) end drop`;
      return `(i32.const 5) loop (param i32) drop ${TICK} ${within(body, 1)} end`;
    }
    case "if":
      return `${CHANCE} if ${within(statement.then, 0)} else ${within(statement.else, 0)} end`;
    case "try": {
      const to = targetOf(statement.to, labels, 0);
      const handler = to === undefined ? "" : `(catch_all ${to})`;
      return `try_table ${handler} ${within(statement.body, 0)} end`;
    }
    case "throw_if":
      return `${CHANCE} i32.eqz if ${CHANCE} i32.eqz if (throw $e) end end`;
    case "br":
    case "br_if": {
      const to = targetOf(statement.to, labels);
      if (to === undefined) return "";
      const operands = labels[labels.length - 1 - to]!;
      const given = operands === 0 ? "" : "(i32.const 3)";
      const left = operands === 0 ? "" : "drop";
      return statement.kind === "br"
        ? `${given} br ${to}`
        : `${given} ${CHANCE} br_if ${to} ${left}`;
    }
    case "br_table": {
      const all = statement.to.map((to) => targetOf(to, labels, 0));
      if (all.includes(undefined)) return "";
      return `(i32.and (global.get $random) (i32.const 3)) br_table ${all.join(" ")} ${all[0]}`;
    }
    case "call":
      return nested(`call $f${statement.func % functions}`);
    case "call_indirect":
      return nested(`i32.const ${statement.func % functions} call_indirect (type $f)`);
    case "return_call":
      return `(if (call $chance) (then (return_call $f${statement.func % functions})))`;
  }
}

// Calls, but not from the depths: what is left to do there may add up on the way back.
function nested(call: string): string {
  return `(global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (if (i32.lt_u (global.get $depth) (i32.const ${DEPTH})) (then ${call} drop))
    (global.set $depth (i32.sub (global.get $depth) (i32.const 1)))`;
}

// One of the labels, of those that take so many operands.
function targetOf(
  wanted: number,
  labels: readonly number[],
  operands?: number,
): number | undefined {
  const all = labels
    .toReversed()
    .flatMap((arity, depth) => (operands === undefined || arity === operands ? [depth] : []));
  return all.length === 0 ? undefined : all[wanted % all.length];
}
