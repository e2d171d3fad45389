// The keys of everything that is kept of a component: in memory, on disk, or by another thread.
import { DEFAULT_CAPS, CAP_NAMES } from "../caps/catalogue.ts";
import { ALL_FEATURES } from "../caps/features.ts";
import type { Growth } from "../caps/growth.ts";
import { type Rules, sameRules } from "../caps/rules.ts";
import type { InterruptMode } from "../transform/interrupt.ts";
import { ENGINE_DIGEST } from "./engine-digest.ts";

/** The form in which a core module is compiled. */
export interface ModuleForm extends Growth {
  /** How it can be stopped. Undefined: its code is unchanged. */
  readonly interrupt?: InterruptMode | undefined;
  /** Whether its state is exported, so that it can be restored. Default: false. */
  readonly restorable?: boolean | undefined;
}

/** What a compiled core module depends on in addition to its bytes. */
export interface ModuleKey {
  readonly form: ModuleForm;
  /** The rules that it was checked against. */
  readonly rules: Rules;
}

/** Everything that the result of reading or compiling a component depends on. */
export interface CompiledKey {
  /**
   * What is kept: what the bytes say (`outline`), the result of reading them (`read`), the
   * component in a pool (`pooled`), the plan and text for the caller's thread (`plan`) or for a
   * guests' thread (`thread`).
   */
  readonly kind: "outline" | "read" | "pooled" | "plan" | "thread";
  /** See EngineCompileOptions. */
  readonly digest: string;
  readonly rules: Rules;
  /** What else the result depends on, as a JSON value. Default: nothing. */
  readonly how?: unknown;
}

/** The key as text. Equal keys have equal texts, in this process and in others. */
export function keyText({ kind, digest, rules, how }: CompiledKey): string {
  const rest = how === undefined ? "" : ` ${JSON.stringify(how)}`;
  return `${kind} ${rulesText(rules)} ${digest}${rest}`;
}

/** Identifies what components are checked against: this build of the engine, and these rules. */
export function rulesText({ caps, features }: Rules): string {
  const changed = CAP_NAMES.filter((name) => caps[name] !== DEFAULT_CAPS[name]);
  const missing = ALL_FEATURES.filter((name) => !features.includes(name));
  return [
    ENGINE_DIGEST ?? "sources",
    ...changed.map((name) => `${name}=${caps[name]}`),
    ...missing.map((name) => `-${name}`),
  ].join(" ");
}

export function sameModule(one: ModuleKey, other: ModuleKey): boolean {
  return sameForm(one.form, other.form) && sameRules(one.rules, other.rules);
}

export function sameForm(one: ModuleForm, other: ModuleForm): boolean {
  return (
    one.memoryBytes === other.memoryBytes &&
    one.tableElements === other.tableElements &&
    one.interrupt === other.interrupt &&
    (one.restorable ?? false) === (other.restorable ?? false)
  );
}
