import { onTestFinished } from "vitest";
import {
  createHost,
  grantAll,
  type Host,
  type HostEvent,
  type HostOptions,
  type InstallOptions,
  type LoggedRecord,
} from "../../../src/index.ts";
import { javascript, type JavaScriptOptions } from "../../../src/javascript/index.ts";
import { nodePlatform, type NodePlatformOptions } from "../../../src/platform/node/index.ts";

export interface RigOptions extends Partial<Omit<HostOptions, "platform" | "languages">> {
  readonly grants?: readonly string[];
  readonly javascript?: JavaScriptOptions;
  readonly platform?: NodePlatformOptions;
}

export interface Rig {
  readonly host: Host;
  readonly events: readonly HostEvent[];
  /** What plugins wrote to the log. */
  readonly logged: readonly LoggedRecord[];
  /** Installs a source, with a manifest that names its commands. */
  install(source: string, about?: About): Promise<void>;
}

export interface About extends InstallOptions {
  readonly name?: string;
  readonly commands?: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A host with JavaScript, and a bystander whose command `bystander.ask` answers "fine". */
export async function rig({
  grants = [],
  platform = {},
  ...options
}: RigOptions = {}): Promise<Rig> {
  const { javascript: how, ...others } = options;
  const host = createHost({
    policy: grantAll(["log", ...grants], "any"),
    ...others,
    platform: nodePlatform(platform),
    languages: [javascript(how)],
  });
  onTestFinished(() => host.close());
  const events: HostEvent[] = [];
  const logged: LoggedRecord[] = [];
  host.on((event) => {
    events.push(event);
    if (event.tag === "log") logged.push(event.record);
  });
  const install = async (source: string, about: About = {}): Promise<void> => {
    const { name = "acme/shout", commands = ["run"], more = {}, ...rest } = about;
    await host.install(new TextEncoder().encode(source), {
      file: "shout.js",
      manifest: manifestOf(name, commands, grants, more),
      ...rest,
    });
  };
  await install('export const commands = { "bystander.ask": () => "fine" };', {
    name: "acme/bystander",
    commands: ["ask"],
    file: "bystander.js",
  });
  return { host, events, logged, install };
}

export function manifestOf(
  name: string,
  commands: readonly string[],
  grants: readonly string[] = [],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const prefix = name.replace(/^.*\//u, "");
  return JSON.stringify({
    name,
    version: "1.0.0",
    title: prefix,
    description: "A plugin of a test.",
    api: "^0.1.0",
    capabilities: Object.fromEntries(["log", ...grants].map((one) => [one, { reason: "a test" }])),
    commands: commands.map((id) => ({ id: `${prefix}.${id}`, title: id })),
    ...more,
  });
}
