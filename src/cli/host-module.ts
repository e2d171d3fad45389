import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type HostOptions, TenonError } from "../index.ts";
import { nearest } from "../near-names.ts";

/** What the command brings itself. */
type Brought = "platform" | "audit" | "documents";

/**
 * What an application makes its host with, without what the command brings: its own interfaces and
 * capabilities, limits, policy and so on. All of it may be missing.
 */
export type OwnHost = Partial<Omit<HostOptions, Brought>>;

// A record, so that an option without a row does not compile.
const OPTIONS: Readonly<Record<keyof Omit<HostOptions, Brought>, true>> = {
  policy: true,
  interfaces: true,
  capabilities: true,
  application: true,
  locale: true,
  settings: true,
  trust: true,
  keys: true,
  limits: true,
  budgets: true,
};

/**
 * What `--host FILE` names: the export `host` of a module, run as this user's own code. Empty without
 * it. Rejects with `usage`, naming the file and what is wrong with it.
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
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || Object.hasOwn(OPTIONS, name)) continue;
    const near = nearest(name, Object.keys(OPTIONS));
    const hint = ["platform", "audit", "documents"].includes(name)
      ? "the command brings its own"
      : `${near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `}There are ${Object.keys(OPTIONS).join(", ")}`;
    throw wrong(path, `host has no option ${name}; ${hint}`);
  }
  return host;
}

function wrong(path: string, what: string, cause?: unknown): TenonError {
  return new TenonError("usage", `--host ${path}: ${what}`, { cause, data: { path } });
}
