/**
 * Stands in for vitest where a suite is bundled for a page: the same words, run one after another.
 */
export { expect } from "./expect.ts";

type Body = (context: { expect: unknown }) => unknown;
type Hook = () => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly before: Hook[];
  readonly after: Hook[];
  readonly beforeEach: Hook[];
  readonly afterEach: Hook[];
  readonly items: (Suite | { readonly name: string; readonly body: Body })[];
}

const suite = (name: string, parent?: Suite): Suite => ({
  name,
  parent,
  before: [],
  after: [],
  beforeEach: [],
  afterEach: [],
  items: [],
});

const root = suite("");
let current = root;

// Under a policy without eval, suites that ask for generated text by name have nothing to run.
const withoutEval = /strict/.test(location.pathname);

export function describe(name: string, define: () => void): void {
  if (withoutEval && /generated text/.test(name)) return;
  const inner = suite(name, current);
  current.items.push(inner);
  current = inner;
  define();
  current = inner.parent ?? root;
}
describe.each =
  (cases: readonly unknown[]) =>
  (name: string, define: (...args: never[]) => void): void => {
    for (const [i, one] of cases.entries())
      describe(titled(name, one, i), () => spread(define, one));
  };

export function test(name: string, ...rest: readonly unknown[]): void {
  const body = rest.find((one): one is Body => typeof one === "function");
  if (body !== undefined) current.items.push({ name, body });
}
test.each =
  (cases: readonly unknown[]) =>
  (name: string, body: (...args: never[]) => unknown): void => {
    for (const [i, one] of cases.entries()) test(titled(name, one, i), () => spread(body, one));
  };
test.skip = (): void => undefined;
test.skipIf = (condition: unknown): typeof test =>
  condition ? (test.skip as unknown as typeof test) : test;
test.runIf = (condition: unknown): typeof test => test.skipIf(!condition);
export { test as it };

export const beforeAll = (hook: Hook): void => void current.before.push(hook);
export const afterAll = (hook: Hook): void => void current.after.push(hook);
export const beforeEach = (hook: Hook): void => void current.beforeEach.push(hook);
export const afterEach = (hook: Hook): void => void current.afterEach.push(hook);

export interface PageResult {
  readonly name: string;
  readonly error: string | undefined;
}

/** Runs everything that was described and leaves the results where the driver looks for them. */
export async function runAll(): Promise<void> {
  const results: PageResult[] = [];
  await runSuite(root, "", results);
  Object.assign(globalThis, { pageResults: results });
}

async function runSuite(one: Suite, path: string, results: PageResult[]): Promise<void> {
  for (const hook of one.before) await hook();
  for (const item of one.items) {
    await showProgress(results.length);
    const name = path === "" ? item.name : `${path} > ${item.name}`;
    if ("items" in item) {
      await runSuite(item, name, results).catch((error: unknown) =>
        results.push({ name, error: textOf(error) }),
      );
      continue;
    }
    try {
      const chain = lineage(one);
      for (const each of chain) for (const hook of each.beforeEach) await hook();
      const { expect } = await import("./expect.ts");
      await item.body({ expect });
      for (const each of chain.toReversed()) for (const hook of each.afterEach) await hook();
      results.push({ name, error: undefined });
    } catch (error) {
      results.push({ name, error: textOf(error) });
    }
  }
  for (const hook of one.after) await hook();
}

// Lets the driver see, now and then, that tests end.
async function showProgress(done: number): Promise<void> {
  const now = performance.now();
  if (now - shown < 1000) return;
  shown = now;
  Object.assign(globalThis, { pageProgress: done });
  await new Promise((go) => setTimeout(go, 20));
}

let shown = 0;

function lineage(one: Suite): readonly Suite[] {
  return one.parent === undefined ? [one] : [...lineage(one.parent), one];
}

function spread(body: (...args: never[]) => unknown, one: unknown): unknown {
  return body(...((Array.isArray(one) ? one : [one]) as never[]));
}

function titled(name: string, one: unknown, index: number): string {
  const first: unknown = Array.isArray(one) ? one[0] : one;
  return `${name.replaceAll(/%[sjdio]/g, String(first))} #${index}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
}
