// The modules that stand for interfaces: JavaScript, made of names from WIT and of numbers.
import { pascalCase } from "../../component/wit-world.ts";
import type { KnownFunction } from "../worlds/interface.ts";
import type { PlannedClass, PlannedFunction, PlannedModule } from "./plan.ts";

/** A module's text under its name. */
export interface HostFile {
  readonly name: string;
  readonly source: string;
}

/** The modules of one interface: itself, and each other name that it is imported under. */
export function bindingFiles(module: PlannedModule): readonly HostFile[] {
  const { name } = module.owner;
  const all = `export * from ${text(name)};\n`;
  return [
    { name, source: bindings(module) },
    ...module.aliases.map((alias) => ({ name: alias, source: all })),
  ];
}

function bindings(module: PlannedModule): string {
  const { owner, functions, classes } = module;
  const lines = ['import { call, forget, resourceClass, start } from "tenon:internal";'];
  const exported = new Map<string, string>();
  for (const one of classes) {
    const js = owner.resources.find(({ label }) => label === one.label)?.js;
    const name = js ?? pascalCase(one.label);
    const local = `C${one.kind}`;
    lines.push(...classLines(module, one, local, name));
    exported.set(name, local);
  }
  const add = (one: PlannedFunction): void => {
    const { js } = one.function;
    const local = `f${one.target}`;
    lines.push(`function ${local}(${parameters(one)}) {`, body(one), "}", named(local, js));
    exported.set(js, local);
  };
  for (const one of functions) if (one.function.call === "function") add(one);
  for (const one of freeStatics(functions, exported)) add(one);
  const list = Array.from(exported, ([name, local]) => `${local} as ${exportName(name)}`);
  return [...lines, `export { ${list.join(", ")} };`, ""].join("\n");
}

/** Static functions are functions of the module as well, where their names are free: `open`. */
function freeStatics(
  functions: readonly PlannedFunction[],
  taken: ReadonlyMap<string, string>,
): readonly PlannedFunction[] {
  const all = functions.filter(({ function: one }) => one.call === "static");
  const byName = Map.groupBy(all, ({ function: one }) => one.js);
  return [...byName].flatMap(([js, same]) => (same.length === 1 && !taken.has(js) ? same : []));
}

function classLines(
  { owner, functions }: PlannedModule,
  { kind, label }: PlannedClass,
  local: string,
  name: string,
): readonly string[] {
  const planned = new Map(functions.map((one) => [one.function.name, one]));
  const members = owner.membersOf(label);
  const made = members.find(({ call }) => call === "constructor");
  return [
    `class ${local} {`,
    ...constructorLines(made && planned.get(made.name), name),
    ...members.flatMap((member) =>
      member.call === "constructor"
        ? []
        : memberLines(member, planned.get(member.name), owner.base),
    ),
    "}",
    named(local, name),
    `resourceClass(${kind}, ${local});`,
  ];
}

function constructorLines(made: PlannedFunction | undefined, name: string): readonly string[] {
  if (made !== undefined) return [`  constructor(${parameters(made)}) {`, body(made), "  }"];
  const message = `${name} has no constructor that this plugin imports`;
  return [`  constructor() { throw new TypeError(${text(message)}); }`];
}

function memberLines(
  member: KnownFunction,
  planned: PlannedFunction | undefined,
  base: string,
): readonly string[] {
  const key = `${member.call === "static" ? "static " : ""}[${text(member.js)}]`;
  if (planned !== undefined) return [`  ${key}(${parameters(planned)}) {`, body(planned), "  }"];
  const message = `this plugin does not import ${member.js}: add import ${text(base)}`;
  return [`  ${key}() { throw new TypeError(${text(message)}); }`];
}

/** One that waits takes `{ signal }` behind its own arguments. */
function parameters({ function: one, waits }: PlannedFunction): string {
  const own = one.type.params.slice(one.call === "method" ? 1 : 0).map((_, index) => `a${index}`);
  return [...own, ...(waits ? ["options"] : [])].join(", ");
}

function body({ target, function: one, waits }: PlannedFunction): string {
  const self = one.call === "method" ? ["this"] : [];
  const rest = one.type.params.slice(self.length).map((_, index) => `a${index}`);
  const args = [...self, ...rest];
  const list = `[${args.join(", ")}]`;
  const made = waits ? `start(${target}, ${list}, options?.signal)` : `call(${target}, ${list})`;
  const given = one.type.params.flatMap(({ type }, index) =>
    type.kind === "own" ? [`forget(${args[index]});`] : [],
  );
  if (given.length === 0) return `    return ${made};`;
  return `    const answer = ${made}; ${given.join(" ")} return answer;`;
}

function named(local: string, name: string): string {
  return `Object.defineProperty(${local}, "name", { value: ${text(name)}, configurable: true });`;
}

function exportName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/u.test(name) ? name : text(name);
}

/** A text as JavaScript writes it. */
function text(value: string): string {
  return JSON.stringify(value);
}
