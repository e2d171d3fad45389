import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { withManifest } from "../../scripts/plugins/component.ts";
import { readSamples, SampleRun } from "../../scripts/plugins/samples.ts";
import { grantAll } from "../../src/capability/static-policy.ts";
import type { HostOptions, Host } from "../../src/host/options.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform, type NodePlatformOptions } from "../../src/platform/node/index.ts";
import { HttpFailure, type HttpPower } from "../../src/platform/http.ts";
import type { Platform } from "../../src/platform/platform.ts";
import type { UiPower } from "../../src/platform/ui.ts";

const folder = join(import.meta.dirname, "..", "..", "plugins-rs");

export function folderOf(name: string): string {
  return join(folder, name);
}

export function componentOf(name: string): Promise<Uint8Array> {
  return readFile(join(folder, name, `${name}.wasm`));
}

export function manifestOf(name: string): Promise<string> {
  return readFile(join(folder, name, "manifest.json"), "utf8");
}

/** The plugin with some of its manifest replaced. */
export async function changedPlugin(
  name: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<Uint8Array> {
  const manifest = await manifestOf(name);
  const other = JSON.stringify({ ...(JSON.parse(manifest) as object), ...changes });
  return withManifest(await componentOf(name), manifest, other);
}

/** Every sample of a plugin as a test. They build on each other, in order. */
export function sampleTests(name: string, samples: Awaited<ReturnType<typeof readSamples>>): void {
  describe(`${name}: its samples`, () => {
    let run: SampleRun;
    beforeAll(async () => {
      run = await SampleRun.start(await componentOf(name), await manifestOf(name));
    });
    afterAll(() => run[Symbol.asyncDispose]());

    test.for(samples)("$name", async (sample) => {
      expect(await run.fault(sample)).toBeUndefined();
    });
  });
}

export interface SampleHostOptions extends Partial<Omit<HostOptions, "platform" | "policy">> {
  readonly platform?: NodePlatformOptions;
  /** In place of the platform's own. */
  readonly powers?: Partial<Platform>;
  /** Capabilities, granted to all. */
  readonly grants?: readonly string[];
}

/** A host with these plugins. */
export async function hostWith(
  names: readonly string[],
  { platform = {}, powers = {}, grants = [], ...options }: SampleHostOptions = {},
): Promise<Host> {
  const host = createHost({
    ...options,
    platform: { ...nodePlatform(platform), ...powers },
    policy: grantAll(grants, "any"),
  });
  for (const name of names) await host.install(await componentOf(name));
  return host;
}

/** A person who sees everything and answers nothing. `shown` tells what is on the screen. */
export function watchingPerson(options: { readonly patience?: number } = {}): {
  readonly ui: UiPower;
  readonly shown: string[];
} {
  const shown: string[] = [];
  const remove = (text: string): void => void shown.splice(shown.indexOf(text), 1);
  const ui: UiPower = {
    message: () => undefined,
    pick: () => undefined,
    input: () => undefined,
    progress: ({ title }) => {
      let reports = 0;
      shown.push(title);
      return {
        report: () => ++reports <= (options.patience ?? Number.POSITIVE_INFINITY),
        [Symbol.dispose]: () => remove(title),
      };
    },
    status: ({ text }) => {
      let current = text;
      shown.push(text);
      return {
        update: (next) => {
          remove(current);
          current = next;
          shown.push(next);
        },
        [Symbol.dispose]: () => remove(current),
      };
    },
  };
  return { ui, shown };
}

/** A network where every host answers the same page, or where no host can be reached. */
export function networkOf(html: string | undefined): HttpPower {
  return {
    abilities: { checksAddresses: true, showsRedirects: true },
    exchange: async () => {
      if (html === undefined) throw new HttpFailure("connection-failed");
      const body = [new TextEncoder().encode(html)];
      return {
        status: 200,
        headers: [["content-type", "text/html"]],
        read: async () => body.pop() ?? new Uint8Array(),
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}
