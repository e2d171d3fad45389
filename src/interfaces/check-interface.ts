import { TenonError, type TenonErrorCode } from "../errors.ts";
import { checkCount, checkNames, checkOptions, checkShape, type Known } from "../options.ts";
import { saidBy } from "../component/engine.ts";
import type { LocalAnswers } from "../platform/local-answers.ts";
import { visibleText } from "../visible-text.ts";
import type { InterfaceDefinition } from "./define.ts";
import type { FunctionRules } from "./functions.ts";

const KEYS: Known<InterfaceDefinition> = {
  name: true,
  capability: true,
  functions: true,
  local: true,
  counted: true,
  refuse: true,
  implement: true,
};

const RULES: Known<FunctionRules> = {
  waits: true,
  asksPerson: true,
  ungated: true,
  use: true,
  cacheable: true,
  local: true,
  oneWay: true,
  says: true,
};

const INTERFACE = /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*@\d+\.\d+\.\d+[\w.+-]*$/u;
const LABEL = "[A-Za-z][A-Za-z0-9-]*";
const FUNCTION = new RegExp(
  `^(?:${LABEL}|\\[constructor\\]${LABEL}|\\[(?:method|static)\\]${LABEL}\\.${LABEL})$`,
  "u",
);

/**
 * Checks a definition. Throws `interface-name` for a name that no component could import,
 * `interface-cacheable` for answers that can't be kept as declared, and `usage` for any other
 * mistake.
 */
export function checkInterface(definition: InterfaceDefinition): void {
  checkShape("what defineInterface is given", definition, [], "an object");
  const { name, functions, local, counted } = definition;
  if (typeof name !== "string" || !INTERFACE.test(name)) throw misnamed(name);
  checkShape(`implement of ${name}`, definition, ["implement"], "a function");
  checkNames(`the interface ${name}`, definition, KEYS);
  if (functions !== undefined) checkOptions(`functions of ${name}`, functions);
  if (definition.capability !== undefined) {
    checkShape(`capability of ${name}`, definition.capability, ["covers"], "a Capability");
  }
  for (const [func, rules] of Object.entries(functions ?? {})) {
    if (rules === undefined) continue;
    const fault = faultOf(func, rules, definition);
    if (fault !== undefined) throw wrong(definition, func, "usage", fault);
    const unkept = rules.cacheable && unkeptFor(func, rules, definition);
    if (unkept !== undefined) throw wrong(definition, func, "interface-cacheable", unkept);
  }
  for (const [quantity, { most, policy }] of Object.entries(counted ?? {})) {
    checkCount(`most of ${visibleText(quantity, { limit: 60 })} of ${name}`, most, 0);
    if (policy === undefined || policy === "refuse" || policy === "disable") continue;
    throw new TenonError("usage", `${name}: the policy of ${quantity} is refuse or disable.`, {
      data: { interface: name, quantity },
    });
  }
  const anyLocal = Object.values(functions ?? {}).some((rules) => rules?.local);
  const fault = local && localFault(local, anyLocal);
  if (fault !== undefined) {
    throw new TenonError("usage", `${name}: ${fault.says}`, {
      cause: fault.cause,
      data: { interface: name },
    });
  }
}

/** `data` is cloned here once: the clone that fails for each instance would fail its plugin. */
function localFault(
  local: LocalAnswers,
  anyLocal: boolean,
): { readonly says: string; readonly cause?: unknown } | undefined {
  if (!anyLocal) return { says: "local is given, and no function is marked as local." };
  if (local.tag !== "module") return undefined;
  if (typeof local.module?.href !== "string") {
    return { says: 'the module of local is a URL, such as new URL("tasks.js", import.meta.url).' };
  }
  try {
    structuredClone(local.data);
    return undefined;
  } catch (cause) {
    const why = `the data of local can't be cloned for guests' threads: ${saidBy(cause)}`;
    return { says: visibleText(why, { limit: 500 }), cause };
  }
}

function faultOf(
  func: string,
  rules: FunctionRules,
  { name, local }: InterfaceDefinition,
): string | undefined {
  if (typeof rules !== "object") return "rules are an object, such as { waits: true }";
  checkNames(`${visibleText(func, { limit: 60 })} of ${name}`, rules, RULES);
  if (!FUNCTION.test(func)) {
    return "no function has such a name; fetch, [method]response.read and [static]bucket.open are names";
  }
  for (const flag of ["waits", "asksPerson", "ungated", "local"] as const) {
    if (!["boolean", "undefined"].includes(typeof rules[flag])) {
      return `\`${flag}\` is true or false`;
    }
  }
  if (rules.asksPerson && !rules.waits) return "what asks a person waits: say `waits: true`, too";
  if (rules.oneWay && rules.waits) return "the host is not waited for where `oneWay` is said";
  const alone = rules.oneWay ? "oneWay" : rules.local ? "local" : undefined;
  if (alone && func.startsWith("[")) return `\`${alone}\` is for functions that take no resources`;
  if (rules.local && local === undefined) return "`local` of the interface says who answers it";
  if (rules.says !== undefined && typeof rules.says !== "function") {
    return "`says` is a function that makes one line of the arguments";
  }
  if (rules.says && (rules.local || rules.cacheable)) {
    return "what a guest says is heard at each call: neither `local` nor `cacheable`";
  }
  if (rules.local && (rules.waits || rules.oneWay || rules.cacheable)) {
    return "what is answered locally is answered at once, each time";
  }
  return undefined;
}

function unkeptFor(
  func: string,
  { cacheable, asksPerson, ungated }: FunctionRules,
  { capability }: InterfaceDefinition,
): string | undefined {
  const { ttlMs, errors, use } = cacheable!;
  if (func.startsWith("[")) return "what a resource answers depends on the resource";
  if (!(ttlMs >= 1)) return "ttlMs is 1 or more";
  if (errors !== undefined && !(errors.ttlMs >= 1)) return "errors.ttlMs is 1 or more";
  if (asksPerson) return "a person's answer is for the one who asked";
  if (capability === undefined) return undefined;
  if (ungated) return "a function that never asks the gate has no sharers";
  return use === undefined ? "say with `use` what a call does, for the check" : undefined;
}

function misnamed(name: unknown): TenonError {
  const shown =
    typeof name === "string" ? JSON.stringify(visibleText(name, { limit: 60 })) : typeof name;
  return new TenonError(
    "interface-name",
    `${shown} is not the name of a WIT interface with its version, such as acme:app/tasks@1.0.0.`,
    { data: { name } },
  );
}

function wrong(
  { name }: InterfaceDefinition,
  func: string,
  code: TenonErrorCode,
  fault: string,
): TenonError {
  return new TenonError(code, `${name}#${visibleText(func, { limit: 60 })}: ${fault}`, {
    data: { interface: name, function: func },
  });
}
