/// The few words a page's tests need. A page calls `check` for each behaviour and `finish` once.

export interface PageResult {
  readonly name: string;
  /// Undefined where it passed.
  readonly error: string | undefined;
}

const results: PageResult[] = [];

export async function check(name: string, behave: () => unknown): Promise<void> {
  try {
    await behave();
    results.push({ name, error: undefined });
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    results.push({ name, error: text });
  }
}

export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [shown(actual), shown(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

export async function rejects(behave: () => unknown, code: string): Promise<void> {
  let met: unknown;
  try {
    await behave();
  } catch (error) {
    met = error;
  }
  const found = (met as { code?: unknown } | undefined)?.code;
  if (found !== code) throw new Error(`expected ${code}, got ${String(found ?? met)}`);
}

export function finish(): void {
  Object.assign(globalThis, { pageResults: results });
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === "bigint") return `${item}n`;
    if (item instanceof Uint8Array) return [...item];
    return item;
  });
}
