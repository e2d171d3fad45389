import { expect } from "vitest";
import type { Engine, EngineImports, EngineInstance } from "../../src/component/engine.ts";
import { TenonError, type TenonErrorCode } from "../../src/errors.ts";

/** What `run` throws or rejects with, which must be a TenonError with this code. */
export async function failure(code: TenonErrorCode, run: () => unknown): Promise<TenonError> {
  let caught: unknown;
  try {
    await run();
  } catch (error) {
    caught = error;
  }
  expect(caught, `expected ${code}`).toBeInstanceOf(TenonError);
  expect((caught as TenonError).code).toBe(code);
  return caught as TenonError;
}

export async function start(
  engine: Engine,
  bytes: Uint8Array | Promise<Uint8Array>,
  imports: EngineImports = {},
  suspend: readonly string[] = [],
): Promise<EngineInstance> {
  const compiled = await engine.compile(await bytes, { suspend });
  return await compiled.instantiate(imports);
}

type Exported = (...args: unknown[]) => unknown;

/** A top-level exported function by its exact name. */
export function fn(instance: EngineInstance, name: string): Exported {
  return instance.exports[name] as Exported;
}

/** An exported interface by its exact name. */
export function api<T = Record<string, Exported>>(instance: EngineInstance, name: string): T {
  return instance.exports[name] as T;
}

export const HOST = "acme:test/host@1.0.0";
export const API = "acme:test/api@1.0.0";

/** What an engine on another thread tells a little later. */
export async function eventually(check: () => void): Promise<void> {
  for (let left = 4_000; ; left--) {
    try {
      return check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise<void>((resolve) => void setTimeout(resolve, 5));
    }
  }
}
