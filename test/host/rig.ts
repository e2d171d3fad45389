import { onTestFinished } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  memoryKeyValue,
  WitError,
} from "../../src/index.ts";
import type {
  Host,
  HostEvent,
  HostOptions,
  InstallOptions,
  InterfaceDefinition,
  Platform,
} from "../../src/index.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { scriptedGuest, type Part } from "./scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

/**
 * What the plugin called `plugin` answers when it is asked to do `what`. A WitError is its `err`.
 */
export type Script = (plugin: string, what: string, detail: string) => string | Promise<string>;

export interface Rig {
  readonly host: Host;
  readonly events: readonly HostEvent[];
  /** What a plugin is told to do. */
  step(plugin: string, what: string, detail: string): string | Promise<string>;
  /** Replaces what plugins do from now on. */
  play(script: Script): void;
  /** `plugin what detail`, in order. */
  readonly steps: readonly string[];
  install(name: string, options?: ScriptedOptions): Promise<void>;
  told<Tag extends HostEvent["tag"]>(tag: Tag): Extract<HostEvent, { tag: Tag }>[];
}

export interface ScriptedOptions extends Pick<InstallOptions, "replace"> {
  readonly parts?: readonly Part[];
  readonly manifest?: Readonly<Record<string, unknown>>;
}

export interface RigOptions extends Partial<Omit<HostOptions, "platform">> {
  readonly platform?: Partial<Platform>;
  /** Whether `step` may answer with a promise. Default: true. */
  readonly suspends?: boolean;
  /** In place of the interface that plugins take their steps from. */
  readonly script?: InterfaceDefinition;
  /** Whether there is one. Default: true. */
  readonly bystander?: boolean;
}

const usual: readonly Part[] = ["lifecycle", "commands", "events"];

// One for all tests of a file: what one component does must not be felt by the next.
const engine = componentEngine();

/** A host with a bystander, `test/bystander`, which answers `"fine"` whatever the others do. */
export async function rig({
  platform,
  suspends = true,
  script: given,
  bystander = true,
  ...options
}: RigOptions = {}): Promise<Rig> {
  let script: Script = () => "";
  const steps: string[] = [];
  const events: HostEvent[] = [];
  const step = (plugin: string, what: string, detail: string): string | Promise<string> => {
    if (plugin === "test/bystander") return '"fine"';
    steps.push([plugin, what, detail].filter(Boolean).join(" "));
    return script(plugin, what, detail);
  };
  const scripted =
    given ??
    defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: suspends } },
      implement: ({ caller }) => ({
        step: (what: string, detail: string) => step(caller.plugin, what, detail),
      }),
    });
  // An engine that is given runs all guests on the caller's thread.
  const own = platform?.timers !== undefined;
  const host = createHost({
    policy: grantAll([], "any"),
    // Another thread knows nothing of a time that stands still.
    ...(own ? { isolation: () => "caller" as const } : {}),
    ...options,
    interfaces: [scripted, ...(options.interfaces ?? [])],
    platform: {
      ...nodePlatform(),
      ...(own ? { engine: async () => engine } : {}),
      keyValue: memoryKeyValue(),
      ...platform,
    },
  });
  host.on((event) => void events.push(event));
  onTestFinished(() => host[Symbol.asyncDispose]());
  const made: Rig = {
    host,
    events,
    steps,
    step,
    play: (next) => {
      script = next;
    },
    install: async (name, { parts = usual, manifest, replace } = {}) => {
      await host.install(await scriptedGuest(...parts), {
        // Its updates are the same maker's, whatever their bytes are.
        place: "rig",
        manifest: manifestOf(name, parts, manifest),
        ...(replace === undefined ? {} : { replace }),
      });
    },
    told: (tag) => events.filter((event) => event.tag === tag) as never,
  };
  if (bystander) await made.install("test/bystander", { parts: ["commands"] });
  return made;
}

/** Whether the plugin that has nothing to do with it goes on. */
export async function bystanderAnswers({ host }: Rig): Promise<boolean> {
  return (await host.execute("bystander.run")) === "fine";
}

function manifestOf(
  name: string,
  parts: readonly Part[],
  manifest: Readonly<Record<string, unknown>> = {},
): string {
  const short = name.split("/")[1]!;
  return manifestText(name, {
    ...(parts.includes("commands") ? { commands: [{ id: `${short}.run`, title: "Run" }] } : {}),
    ...manifest,
  });
}

export const err = (payload: unknown): never => {
  throw new WitError(payload);
};
