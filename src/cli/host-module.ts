import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type HostOptions, TenonError } from "../index.ts";

/** What the command brings itself: docs/command.md lists it. */
export const BROUGHT = ["platform", "audit", "documents"] as const;

/**
 * What an application makes its host with, without what the command brings: its own interfaces and
 * capabilities, limits, policy and so on. All of it may be missing.
 */
export type OwnHost = Partial<Omit<HostOptions, (typeof BROUGHT)[number]>>;

/**
 * What `--host FILE` names: the export `host` of a module, run as this user's own code. Empty without
 * it. Rejects with `usage`, naming the file and what is wrong with it; its options are for createHost
 * to check (`madeHost`).
 */
export async function readHostModule(path: string | undefined): Promise<OwnHost> {
  if (path === undefined) return {};
  const file = resolve(path);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw wrong(path, "there is no such file");
  }
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw wrong(path, `it could not be loaded: ${reason}`, cause);
  }
  return checked(path, module);
}

function checked(path: string, module: Readonly<Record<string, unknown>>): OwnHost {
  const { host } = module;
  if (host === undefined) {
    const names = Object.keys(module);
    const found = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
    throw wrong(path, `it should export an object named host; ${found}`);
  }
  if (typeof host !== "object" || host === null || Array.isArray(host)) {
    throw wrong(path, "its export host should be an object of createHost's options");
  }
  const own: Readonly<Record<string, unknown>> = { ...host };
  const brought = BROUGHT.find((name) => own[name] !== undefined);
  if (brought === undefined) return own;
  throw wrong(path, `host has no option ${brought}; the command brings its own`);
}

function wrong(path: string, what: string, cause?: unknown): TenonError {
  return new TenonError("usage", `--host ${path}: ${what}`, { cause, data: { path } });
}
