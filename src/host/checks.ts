import { isUint8Array } from "../realms.ts";
import { TenonError } from "../errors.ts";
import type { HostOptions, InstallAllOptions, InstallOptions } from "./options.ts";
import {
  checkCallOptions,
  checkNames,
  checkShape,
  isOptions,
  type Known,
  wrongOption,
} from "../options.ts";

const OPTIONS: Known<HostOptions> = {
  platform: true,
  policy: true,
  interfaces: true,
  capabilities: true,
  audit: true,
  application: true,
  locale: true,
  settings: true,
  isolation: true,
  trust: true,
  sharesProcess: true,
  keys: true,
  limits: true,
  budgets: true,
  documents: true,
  languages: true,
};

/**
 * Checks the options before anything is made of them, so that a mistake is reported to the
 * application by `createHost` and not later by a plugin's first call. Throws `usage`, naming the
 * option.
 */
export function checkHostOptions(options: HostOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TenonError("usage", "createHost takes an object with a platform and a policy");
  }
  checkNames("createHost", options, OPTIONS);
  const { platform, policy, audit, documents, keys } = options;
  checkShape(
    "platform",
    platform,
    ["letOthersRun", "read"],
    "a Platform, as nodePlatform() makes it",
  );
  checkShape("policy", policy, ["decide"], 'a Policy, as grantAll([…], "any") makes it');
  if (audit !== undefined) checkShape("audit", audit, ["write", "flush"], "an AuditTrail");
  if (keys !== undefined) checkShape("keys", keys, ["find"], "a KnownKeys");
  if (documents !== undefined) checkShape("documents", documents, ["open"], "a Documents");
  for (const name of ["isolation", "trust", "sharesProcess", "settings"] as const) {
    checkType(options, name, "function");
  }
  if (options.isolation !== undefined && options.trust !== undefined) {
    const message =
      "createHost takes isolation or trust, which say the same thing twice: leave one out";
    throw new TenonError("usage", message, { data: { option: "trust" } });
  }
  for (const name of ["application", "locale"] as const) checkType(options, name, "string");
  for (const name of ["limits", "budgets"] as const) checkType(options, name, "object");
  for (const name of ["interfaces", "capabilities", "languages"] as const) {
    if (options[name] === undefined || Array.isArray(options[name])) continue;
    throw wrongOption(name, "an array", options[name]);
  }
  for (const language of options.languages ?? []) {
    checkShape("each of languages", language, ["on"], "a Language, as javascript() makes it");
  }
}

function checkType(
  options: HostOptions,
  name: keyof HostOptions,
  type: "function" | "object" | "string",
): void {
  const value: unknown = options[name];
  // eslint-disable-next-line valid-typeof
  const fits = type === "object" ? isOptions(value) : typeof value === type;
  if (value === undefined || fits) return;
  const article = type === "object" ? "an" : "a";
  throw wrongOption(name, `${article} ${type}`, value);
}

const DIGEST = /^sha256:[0-9a-f]{64}$/iu;

const FILE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/u;

const INSTALL_OPTIONS: Known<InstallOptions> = {
  manifest: true,
  digest: true,
  signature: true,
  place: true,
  file: true,
  replace: true,
  signal: true,
};

/** Throws `usage`, naming the option. */
export function checkInstall(given: InstallOptions): void {
  checkCallOptions("install", given, INSTALL_OPTIONS);
  const { manifest, digest, signature, place, file } = given;
  if (file !== undefined && !(typeof file === "string" && FILE.test(file))) {
    throw wrongOption("file", "the name of a file, such as `shout.ts`", file);
  }
  if (digest !== undefined && !(typeof digest === "string" && DIGEST.test(digest))) {
    throw wrongOption("digest", "`sha256:` and 64 hexadecimal digits", digest);
  }
  if (manifest !== undefined && typeof manifest !== "string" && !isUint8Array(manifest)) {
    throw wrongOption("manifest", "a text or a Uint8Array", manifest);
  }
  if (signature !== undefined && !isUint8Array(signature)) {
    throw wrongOption("signature", "a Uint8Array", signature);
  }
  checkPlace(place);
  checkReplace(given.replace);
}

function checkReplace(replace: unknown): void {
  if (replace === undefined || replace === "newer" || replace === "any") return;
  throw wrongOption("replace", '"newer" or "any"', replace);
}

/** Throws `usage`, naming the option or the folder. */
export function checkInstallAll(folder: unknown, options: InstallAllOptions): void {
  checkCallOptions("installAll", options, { place: true, replace: true, signal: true });
  const isUrl = typeof (folder as URL | undefined)?.href === "string";
  if (folder === "" || (typeof folder !== "string" && !isUrl)) {
    throw wrongOption("the folder of installAll", "a path or a URL", folder);
  }
  checkPlace(options.place);
  checkReplace(options.replace);
}

function checkPlace(place: unknown): void {
  if (place === undefined || (typeof place === "string" && place !== "" && place.length <= 4096)) {
    return;
  }
  throw wrongOption("place", "a text of 1 to 4,096 characters", place);
}
