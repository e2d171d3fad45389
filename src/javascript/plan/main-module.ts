// The module that the host calls: it brings what an author exports into the form of the world.
import { contractName } from "../../interfaces/contract/contract.ts";
import type { MadeExport } from "./surface.ts";

/** The name of the module, which no file of a program can have. */
export const MAIN = "tenon:main";

/** An export, and under what the main module has its functions. */
export interface Slot {
  readonly made: MadeExport;
  readonly key: string;
}

export function slotsOf(exports: readonly MadeExport[]): readonly Slot[] {
  return exports.map((made, index) => ({ made, key: `e${index}` }));
}

/**
 * The text of the main module. `main`: the program's own. `modules`: what else has to be there, because
 * resources of it may come.
 */
export function mainModule(
  main: string,
  slots: readonly Slot[],
  modules: readonly string[],
): string {
  return [
    ...modules.map((name) => `import ${text(name)};`),
    `import * as plugin from ${text(main)};`,
    ADAPTERS,
    ...slots.map(({ made, key }) => `export const ${key} = ${slotText(made)};`),
    "",
  ].join("\n");
}

function slotText({ name, from, known, functions }: MadeExport): string {
  const given = `plugin[${text(from)}]`;
  if (name === contractName("commands")) return `commandsOf(${given})`;
  if (name === contractName("events")) return `eventsOf(${given})`;
  const names = text(functions.map(({ js }) => js));
  if (known === undefined) {
    return `bound({ [${text(functions[0]!.js)}]: ${given} }, ${text(from)}, ${names})`;
  }
  const isOptional = name === contractName("lifecycle");
  return `bound(${given}, ${text(from)}, ${names}, ${isOptional})`;
}

const ADAPTERS = `
const { hasOwn } = Object;
const { apply } = Reflect;
const { parse, stringify } = JSON;

function bound(given, name, keys, isOptional = false) {
  if (given === null || (typeof given !== "object" && typeof given !== "function")) {
    throw new TypeError("the export " + name + " is no object");
  }
  const made = {};
  for (const key of keys) {
    const found = given[key];
    if (typeof found === "function") made[key] = (...args) => apply(given[key], given, args);
    else if (isOptional && found === undefined) made[key] = () => undefined;
    else throw new TypeError("the export " + name + " has no function " + key);
  }
  return made;
}

function commandsOf(given) {
  if (typeof given?.run === "function") return bound(given, "commands", ["run"]);
  if (typeof given !== "object" || given === null) {
    throw new TypeError("the export commands is no object of functions");
  }
  return {
    async run({ id, input, document }) {
      const command = hasOwn(given, id) ? given[id] : undefined;
      if (typeof command !== "function") {
        const error = new Error("there is no command " + id);
        error.payload = { tag: "unknown-command" };
        throw error;
      }
      const value = await apply(command, given, [{ id, input: parse(input), document }]);
      const answer = stringify(value === undefined ? null : value);
      if (answer === undefined) throw new TypeError(id + " answered what is no JSON: " + typeof value);
      return answer;
    },
  };
}

function eventsOf(given) {
  if (typeof given?.handle === "function") return bound(given, "events", ["handle"]);
  if (typeof given !== "object" || given === null) {
    throw new TypeError("the export events is no object of functions");
  }
  return {
    async handle({ name, payload }) {
      const handler = hasOwn(given, name) ? given[name] : undefined;
      if (typeof handler === "function") await apply(handler, given, [{ name, payload: parse(payload) }]);
    },
  };
}
`;

function text(value: unknown): string {
  return JSON.stringify(value);
}
