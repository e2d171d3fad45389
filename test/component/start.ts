import {
  compileSync,
  instantiate,
  type Imports,
  type Instance,
  type InstantiateOptions,
} from "../../src/component/index.ts";
import { TenonError, type TenonErrorCode } from "../../src/errors.ts";
import { expect } from "vitest";
import { fromText } from "./guest.ts";

export type Exported = (...args: readonly unknown[]) => unknown;
export type Exports = Readonly<Record<string, Exported>>;

export const routes = ["text", "closures"] as const;

/** An instance of a component's text. */
export async function start(
  text: string,
  imports: Imports = {},
  options: InstantiateOptions = {},
): Promise<Instance> {
  return instantiate(compileSync((await fromText(text)) as BufferSource), imports, options);
}

export function exportsOf(instance: Instance, name?: string): Exports {
  return (name === undefined ? instance.exports : instance.exports[name]) as Exports;
}

/** The TenonError with this code that `run` throws or rejects with. */
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

export async function trapKind(run: () => unknown): Promise<unknown> {
  return (await failure("component-trap", run)).data["kind"];
}
