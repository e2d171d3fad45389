// Code from strings: only where it was asked for.
import { defineProperty } from "./primordials.ts";

type Maker = FunctionConstructor;

const prototypes = [
  (() => {}).constructor.prototype,
  (async () => {}).constructor.prototype,
  function* () {}.constructor.prototype,
  async function* () {}.constructor.prototype,
] as object[];

const makers = prototypes.map((prototype) => prototype.constructor as Maker);
const evaluate = globalThis.eval;
const Refusal = EvalError;

const hidden = (object: object, name: string, value: unknown): void => {
  defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
};

function refuse(): never {
  throw new Refusal("Code from strings is not allowed here.");
}

// A function of this name, with which nothing can be made, but of which functions are instances.
function refusal(name: string, prototype: object): Maker {
  const maker = function (): never {
    return refuse();
  } as unknown as Maker;
  defineProperty(maker, "name", { value: name, configurable: true });
  defineProperty(maker, "length", { value: 1, configurable: true });
  defineProperty(maker, "prototype", { value: prototype, writable: false });
  return maker;
}

const refusals = prototypes.map((prototype, at) => refusal(makers[at]!.name, prototype));
for (let at = 1; at < refusals.length; at += 1) Object.setPrototypeOf(refusals[at], refusals[0]!);

const refusedEval = { eval: (_source: string): never => refuse() }.eval;

/** Whether `eval` and the constructors of functions work. */
export function allowEvaluation(allowed: boolean): void {
  const given = allowed ? makers : refusals;
  for (let at = 0; at < given.length; at += 1) {
    const prototype = prototypes[at]!;
    defineProperty(prototype, "constructor", {
      value: given[at],
      // As the language has it: of these four only the constructor of plain functions can be replaced.
      writable: at === 0,
      configurable: true,
      enumerable: false,
    });
  }
  hidden(globalThis, "Function", given[0]);
  hidden(globalThis, "eval", allowed ? evaluate : refusedEval);
}
