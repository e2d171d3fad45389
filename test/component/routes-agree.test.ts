import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Component,
  compileSync,
  instantiate,
  type Imports,
  type Instance,
  type InstantiateOptions,
  type Interrupt,
  type Verdict,
} from "../../src/component/index.ts";
import { TenonError, WitError } from "../../src/errors.ts";
import { randomType, randomValue } from "./echo/random.ts";
import { type EchoFunction, echoFunctions, HOST as PASSED, passing, storing } from "./echo/text.ts";
import {
  answers,
  API,
  calling,
  calls,
  HOST,
  looping,
  misbehaving,
  misdeeds,
  stoppable,
  unsupported,
  unsupportedTypes,
} from "./failing-guest.ts";
import { fromText } from "./guest.ts";
import { type Exports, exportsOf, routes } from "./start.ts";

type Code = (typeof routes)[number];

// All that a caller can tell of what a call threw.
function told(thrown: unknown): unknown {
  if (thrown instanceof WitError) return { err: thrown.payload, message: thrown.message };
  if (!(thrown instanceof TenonError)) return { thrown };
  const { code, message, data, cause } = thrown;
  return { code, message, data, cause: cause instanceof TenonError ? told(cause) : { cause } };
}

// What a call did, and what is left of its instance.
async function outcome(instance: Instance, call: () => unknown, live: () => unknown) {
  const settle = async (run: () => unknown): Promise<unknown> => {
    try {
      return { answer: await run() };
    } catch (thrown) {
      return told(thrown);
    }
  };
  const first = await settle(call);
  const { state } = instance;
  return { first, state, then: await settle(live) };
}

async function compiled(text: string): Promise<Component> {
  return compileSync((await fromText(text)) as BufferSource);
}

// The same by both routes. Returns what it was.
async function same(
  what: string,
  run: (code: Code) => Promise<Awaited<ReturnType<typeof outcome>>>,
): Promise<Awaited<ReturnType<typeof outcome>>> {
  const [text, closures] = [await run("text"), await run("closures")];
  if (!isDeepStrictEqual(closures, text)) expect({ what, ...closures }).toEqual({ what, ...text });
  return text;
}

const boom = new Error("boom");
const other = (text: string): unknown => runInNewContext(text) as unknown;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const hiding = Object.defineProperty(new Error("hides"), "payload", {
  get() {
    throw boom;
  },
});
function deep(): never {
  return deep();
}

// What a host function does, by name.
const deeds: Record<string, () => unknown> = {
  "throws an Error": () => {
    throw boom;
  },
  "throws an Error of another realm": () => {
    throw foreign;
  },
  "throws a TenonError": () => {
    throw new TenonError("usage", "not so", { data: { option: "x" } });
  },
  "overflows the stack": deep,
};
const foreign = other(`new TypeError("far")`);
const payloads: readonly unknown[] = [
  undefined,
  null,
  5,
  300,
  "one",
  "no",
  {},
  { name: "a" },
  boom,
];
for (const payload of payloads) {
  const shown = payload === boom ? "an Error" : (JSON.stringify(payload) ?? "undefined");
  const wrapped = [
    new WitError(payload),
    Object.assign(new Error("x"), { payload }),
    Object.assign(other("new Error('x')") as Error, { payload }),
  ];
  for (const [at, error] of wrapped.entries()) {
    deeds[`throws an Error ${at} with ${shown}`] = () => {
      throw error;
    };
  }
  if (payload === boom) continue;
  deeds[`throws ${shown}`] = () => {
    throw payload;
  };
  deeds[`returns ${shown}`] = () => payload;
}
const hard: readonly (readonly [name: string, value: unknown])[] = [
  ["a symbol", Symbol("s")],
  ["a revoked proxy", revoked.proxy],
  ["an Error that hides its payload", hiding],
  ["a thenable", { name: "x", then() {} }],
  ["a promise of another realm", other("Promise.resolve({ name: 'x' })")],
  ["an object without a prototype", Object.create(null)],
];
for (const [name, value] of hard) {
  deeds[`throws ${name}`] = () => {
    throw value;
  };
  deeds[`returns ${name}`] = () => value;
}

function camel(label: string): string {
  return label.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

describe("generated text and closures agree on what a caller is told, and on what is left", () => {
  let asks: Component;
  let fails: Component;
  let loops: Component;
  beforeAll(async () => {
    asks = await compiled(calling());
    fails = await compiled(misbehaving());
    loops = await compiled(looping());
  });

  // Every imported function does `deed`, but for a constructor that is only called on the way.
  function host(name: string, deed: () => unknown, own?: object): Imports {
    class Res {
      constructor() {
        if (name === "new") return deed() as Res;
      }
    }
    const functions: Record<string, unknown> = {};
    for (const answer of answers) {
      functions[camel(`f-${answer}`)] = deed;
      Object.defineProperty(Res.prototype, camel(`m-${answer}`), { value: () => deed() });
      Object.defineProperty(Res, camel(`s-${answer}`), { value: () => deed() });
    }
    return { [HOST]: { ...functions, ...own, Res } };
  }

  const names = ["new", ...calls.flatMap((call) => answers.map((answer) => `${call}-${answer}`))];

  function asked(name: string, deed: () => unknown, options: InstantiateOptions = {}) {
    return same(`${name}: ${String(deed)}`, async (code) => {
      const instance = instantiate(asks, host(name, deed), { code, ...options });
      const exports = exportsOf(instance);
      return outcome(
        instance,
        () => exports[`go-${name}`]!(),
        () => exports["live"]!(),
      );
    });
  }

  it.each(names)("where the host fails %s", async (name) => {
    let faults = 0;
    for (const [what, deed] of Object.entries(deeds)) {
      const { first, state, then } = await asked(name, deed);
      expect([what, state], what).toEqual([
        what,
        "code" in (first as object) ? "poisoned" : "live",
      ]);
      if (state === "live") expect(then).toEqual({ answer: 7 });
      else faults++;
    }
    expect(faults).toBeGreaterThan(5);
  });

  it.each(names.filter((name) => name !== "new"))(
    "where the host fails %s with a promise",
    async (name) => {
      const [call, answer] = name.split("-") as ["f" | "m" | "s", string];
      const title = { f: "#", m: "#[method]res.", s: "#[static]res." }[call];
      for (const [what, deed] of Object.entries(deeds)) {
        // It would never be settled; and of the Errors with a payload one is enough.
        if (what === "returns a thenable" || /Error [12] with/.test(what)) continue;
        await asked(
          name,
          async () => {
            await Promise.resolve();
            return deed();
          },
          { suspend: [`${HOST}${title}${call}-${answer}`] },
        );
      }
    },
  );

  it.each(calls.flatMap((call) => misdeeds.map((misdeed) => `${call}-${misdeed}`)))(
    "where the guest fails in %s",
    async (name) => {
      const { first, state } = await same(name, async (code) => {
        const instance = instantiate(fails, {}, { code });
        const { R, ...functions } = instance.exports[API] as Exports & { readonly R: Class };
        const key = camel(name);
        const call = { f: () => functions[key]!(), m: () => new R()[key]!(), s: () => R[key]!() };
        return outcome(instance, call[name[0] as "f" | "m" | "s"], () => functions["live"]!());
      });
      expect(state, JSON.stringify(first)).toBe(name.endsWith("-err") ? "live" : "poisoned");
    },
  );

  // What the host does with resources of the guest's that it may not do.
  const abuses: Readonly<Record<string, (api: Api, others: Api) => unknown>> = {
    "an object of its own": ({ see }) => see({}),
    nothing: ({ see }) => see(undefined),
    "an own handle that is a number": ({ take }) => take(7),
    "a resource of another instance": ({ see }, { R }) => see(new R()),
    "its own resource of another instance": ({ take }, { R }) => take(new R()),
    "an object with the prototype": ({ see, R }) => see(Object.create(R.prototype as object)),
    "a dropped one": ({ see, R }) => {
      const one = new R();
      one[Symbol.dispose]!();
      return see(one);
    },
    "one that was given away": ({ take, see, R }) => {
      const one = new R();
      take(one);
      return see(one);
    },
    "one twice": ({ both, R }) => {
      const one = new R();
      return both(one, one);
    },
    "a method of another object": ({ R }) =>
      Reflect.apply(R.prototype["sErr"] ?? R.prototype["mErr"]!, {}, []),
    "a method of nothing": ({ R }) => Reflect.apply(R.prototype["mErr"]!, undefined, []),
    "a method of a dropped one": ({ R }) => {
      const one = new R();
      one[Symbol.dispose]!();
      return one["mErr"]!();
    },
    "a class without new": ({ R }) => (R as unknown as () => unknown)(),
    "an end that traps": ({ held }) => (held() as Resource)[Symbol.dispose]!(),
    "a handle that traps as it is taken": ({ take, held }) => take(held()),
    "two ends": ({ R }) => {
      const one = new R();
      one[Symbol.dispose]!();
      return one[Symbol.dispose]!();
    },
  };

  it.each(Object.keys(abuses))("where the host gives %s", async (what) => {
    await same(what, async (code) => {
      const [instance, neighbour] = [
        instantiate(fails, {}, { code }),
        instantiate(fails, {}, { code }),
      ];
      const [api, others] = [instance, neighbour].map((one) => one.exports[API] as unknown as Api);
      const found = await outcome(
        instance,
        () => abuses[what]!(api!, others!),
        () => api!.live(),
      );
      expect(neighbour.state).toBe("live");
      return found;
    });
  });

  it("where the host calls an instance that is busy, suspended, closed or poisoned", async () => {
    for (const answer of ["number", "nothing"]) {
      let within: (() => unknown) | undefined;
      for (const [what, options] of [
        ["busy", {}],
        ["suspended", { suspend: [`${HOST}#f-${answer}`] }],
      ] as const) {
        await same(what, async (code) => {
          let entered: unknown;
          const deed = (): unknown => {
            try {
              entered = within!();
            } catch (thrown) {
              entered = told(thrown);
            }
            return 1;
          };
          const late = async (): Promise<unknown> => {
            entered = await Promise.resolve().then(within).catch(told);
            return 1;
          };
          const imports = host(answer, what === "busy" ? deed : late);
          const instance = instantiate(asks, imports, { code, ...options });
          const exports = exportsOf(instance);
          within = () => exports["live"]!();
          const found = await outcome(instance, () => exports[`go-f-${answer}`]!(), within);
          return { ...found, first: [found.first, entered] };
        });
      }
    }
    await same("closed in a call", async (code) => {
      const instance: Instance = instantiate(
        asks,
        host("", () => instance[Symbol.dispose]()),
        { code },
      );
      const exports = exportsOf(instance);
      return outcome(
        instance,
        () => exports["go-f-nothing"]!(),
        () => exports["live"]!(),
      );
    });
    await same("closed", async (code) => {
      const instance = instantiate(fails, {}, { code });
      const { R, live } = instance.exports[API] as unknown as Api;
      const one = new R();
      instance[Symbol.dispose]();
      return outcome(
        instance,
        () => one["mErr"]!(),
        () => [live(), new R()],
      );
    });
  });

  // A deadline and an abort end a guest alike: its next check stops it.
  const turns: readonly (readonly [what: string, call: string, options: Stopping])[] =
    stoppable.flatMap((call) =>
      ([0, 1, 5] as const).flatMap((after) =>
        (["flag", "count"] as const).map(
          (kind) => [`${call} ${kind} after ${after}`, call, { kind, after }] as const,
        ),
      ),
    );

  it.each(turns)("where the guest is stopped at its deadline: %s", async (what, call, how) => {
    const { first, state } = await same(what, async (code) => {
      const imports = { [HOST]: { late: () => 1, text: () => "told" } };
      const [instance, neighbour] = [Infinity, how.after].map((after) =>
        instantiate(loops, imports, { code, interrupt: stopping({ ...how, after }) }),
      ) as [Instance, Instance];
      const found = await outcome(
        neighbour,
        () => exportsOf(neighbour)[call]!("x".repeat(9), [1, 2]),
        () => exportsOf(neighbour)["live"]!(),
      );
      expect(exportsOf(instance)["live"]!()).toBe(7);
      return found;
    });
    expect(first).toMatchObject({ code: "component-trap", data: { kind: "interrupted" } });
    expect(state).toBe("poisoned");
  });

  it.each(["go-f-number", "go-f-text", "go-m-text", "go-s-either"])(
    "where a call of %s is given up while it waits, before and after the host answers",
    async (call) => {
      const [, title, answer] = /^go-(.-(.*))$/.exec(call) as unknown as [string, string, string];
      const kind = { f: "#", m: "#[method]res.", s: "#[static]res." }[title[0] as "f" | "m" | "s"];
      for (const settles of ["answers", "fails", "never"] as const) {
        await same(`${call} ${settles}`, async (code) => {
          const { promise, resolve, reject } = Promise.withResolvers<unknown>();
          const options = { code, suspend: [`${HOST}${kind}${title}`] };
          const instance = instantiate(
            asks,
            host(answer, () => promise),
            options,
          );
          const exports = exportsOf(instance);
          const waits = outcome(
            instance,
            () => exports[call]!(),
            () => exports["live"]!(),
          );
          await Promise.resolve();
          // What a host does at an abort.
          instance[Symbol.dispose]();
          if (settles === "answers") resolve(answer === "text" ? "late" : 1);
          if (settles === "fails") reject(boom);
          return waits;
        });
      }
    },
  );

  it("where the host gives what is not supported yet", async () => {
    const component = await compiled(unsupported());
    const values = [undefined, null, 1, {}, [undefined], [1, 2], [1, undefined], { tag: "ok" }, []];
    for (const [at, type] of unsupportedTypes.entries()) {
      for (const value of values) {
        const { state } = await same(`${type}: ${JSON.stringify(value)}`, async (code) => {
          const instance = instantiate(component, {}, { code });
          const exports = exportsOf(instance);
          return outcome(
            instance,
            () => exports[`take-n${at}`]!(1, value),
            () => exports["live"]!(),
          );
        });
        expect(state).toBe("live");
      }
    }
  });

  it("where a part of a value is wrong, at any depth, in an argument and in an answer", async () => {
    const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
    let refused = 0;
    for (const [at, type] of fc.sample(randomType(), { numRuns: 25, seed }).entries()) {
      const [good] = fc.sample(randomValue(type), { numRuns: 1, seed: seed + at });
      const [stores, passes] = [
        await compiled(storing([type], "utf8")),
        await compiled(passing([type], "utf8")),
      ];
      const [{ name, key }] = echoFunctions([type]) as unknown as [EchoFunction];
      for (const [path, wrong] of spoilt(good)) {
        const what = `seed ${seed}, ${JSON.stringify(type)} ${path}`;
        const { state } = await same(what, async (code) => {
          const instance = instantiate(stores, {}, { code });
          const exports = exportsOf(instance);
          return outcome(
            instance,
            () => exports[name]!(wrong()),
            () => exports["returned"]!(),
          );
        });
        expect(state, what).toBe("live");
        await same(`the answer, ${what}`, async (code) => {
          const instance = instantiate(passes, { [PASSED]: { [key]: () => wrong() } }, { code });
          const exports = exportsOf(instance);
          const found = await outcome(
            instance,
            () => exports[name]!(good),
            () => 0,
          );
          if (found.state === "poisoned") refused++;
          return found;
        });
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});

interface Stopping {
  readonly kind: "flag" | "count";
  /** How many checks the guest passes. */
  readonly after: number;
}

// Says "stop" at the check after so many.
function stopping({ kind, after }: Stopping): Interrupt {
  let left = after;
  const ask = (): Verdict => (left-- > 0 ? "go-on" : "stop");
  if (kind === "count") return { ask };
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  new Int32Array(flag.buffer)[0] = 1;
  return { flag, ask };
}

type Resource = Readonly<Record<string | symbol, (() => unknown) | undefined>>;
type Class = Exports & { readonly prototype: Resource } & (new () => Resource);
interface Api extends Record<
  "see" | "take" | "both" | "held" | "live",
  (...args: unknown[]) => unknown
> {
  readonly R: Class;
}

const wrongs: readonly unknown[] = [
  undefined,
  null,
  -1,
  1.5,
  2n ** 70n,
  "\ud800x",
  "no",
  {},
  [],
  boom,
];

// A value with each of its parts in turn replaced by something that is probably wrong. Made anew for
// each call, as some throw when they are looked at.
function* spoilt(value: unknown): Generator<readonly [path: string, make: () => unknown]> {
  for (const [at, wrong] of wrongs.entries()) yield [`#${at}`, () => wrong];
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (value instanceof Map) {
    const [first] = value;
    if (first === undefined) return;
    for (const wrong of wrongs.slice(0, 4)) {
      yield [`{key}`, () => new Map([[wrong, first[1]]])];
      yield [`{value}`, () => new Map([[first[0], wrong]])];
    }
    return;
  }
  const copy = (key: string, descriptor: PropertyDescriptor): unknown =>
    Object.defineProperty(Array.isArray(value) ? [...(value as unknown[])] : { ...value }, key, {
      enumerable: true,
      configurable: true,
      ...descriptor,
    });
  for (const key of Object.keys(value).slice(0, 4)) {
    yield [
      `.${key} throws`,
      () =>
        copy(key, {
          get: () => {
            throw boom;
          },
        }),
    ];
    for (const [path, make] of spoilt((value as Record<string, unknown>)[key])) {
      yield [`.${key}${path}`, () => copy(key, { value: make() })];
    }
  }
}
