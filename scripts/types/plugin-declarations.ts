// The contract as a plugin in TypeScript sees it: `declare module "tenon:plugin/kv"`, made from what jco
// declares for a guest. What may wait is a promise, and static functions are functions of the module too.
import { JsNames, parseFuncName } from "../../src/component/js-names.ts";
import { MAY_WAIT } from "../../src/interfaces/contract/may-wait.ts";

const HEAD = `/** What functions that answer later may be given behind their own arguments. */
interface TenonWaiting {
  /** Gives the call up: its promise is rejected. */
  readonly signal?: { readonly aborted: boolean };
}
`;

/** What `commands` and `events` may be besides what the contract calls them. */
const MORE: Readonly<Record<string, string>> = {
  commands: `
  /** What a command is given. */
  export interface CommandCall<Input = unknown> {
    /** The command as the manifest names it. */
    readonly id: string;
    /** A JSON value, checked against the command's schema where the manifest has one. */
    readonly input: Input;
    /** The document that the command is run on, if any. */
    readonly document?: Document;
  }
  /**
   * The export \`commands\`: a function for each of the manifest's commands. It answers a JSON value, or a
   * promise of one. What it throws is \`failed\`, or what the error's \`payload\` says.
   */
  export type Commands = Readonly<Record<string, { run(call: CommandCall): unknown }["run"]>>;
`,
  events: `
  /** What a function for an event is given. */
  export interface EventCall<Payload = unknown> {
    readonly name: string;
    /** A JSON value. */
    readonly payload: Payload;
  }
  /** The export \`events\`: a function for each event that the plugin listens to. */
  export type Events = Readonly<Record<string, { handle(event: EventCall): unknown }["handle"]>>;
`,
};

/** `text`: the modules of a guest, `declare module 'tenon:plugin/kv@0.1.0' { … }`. */
export function pluginDeclarations(text: string): string {
  const modules = [...text.matchAll(/^declare module '([^']+)' \{\n([\s\S]*?)^\}/gmu)];
  const written = modules.flatMap(([, name = "", body = ""]) => {
    const local = name.replaceAll(/^.*\/|@.*$/gu, "");
    if (local.endsWith("plugin")) return [];
    const more = MORE[local] ?? "";
    const own = promised(local, body.replaceAll(/(import\('[^'@]+)@[^']*'/gu, "$1'"));
    return [`declare module "tenon:plugin/${local}" {\n${own}${more}}`];
  });
  return [HEAD, ...written].join("\n").replaceAll(/import\('([^']+)'\)/gu, 'import("$1")');
}

function promised(local: string, body: string): string {
  const names = [...MAY_WAIT].flatMap((one) =>
    one.startsWith(`${local}#`) ? [one.slice(local.length + 1)] : [],
  );
  const waits = new Set(
    names.map((name) => {
      const { resource } = parseFuncName(name);
      const js = new JsNames([name], resource === undefined ? [] : [resource]);
      return `${resource === undefined ? "" : js.class(resource)}.${js.function(name)}`;
    }),
  );
  let within = "";
  const lines: string[] = [];
  for (const line of body.split("\n")) {
    const opened = /^ {2}export class (\w+)/u.exec(line)?.[1];
    if (opened !== undefined) within = opened;
    const found = /^( +)(export function |static |)('?\w+'?)\((.*)\): (.*);$/u.exec(line);
    const key = found && `${found[1]!.length > 2 ? within : ""}.${found[3]!.replaceAll("'", "")}`;
    if (found === null || key === null || !waits.has(key)) {
      lines.push(line);
      continue;
    }
    const [, indent, kind, name, params, result] = found;
    const all = [params, "options?: TenonWaiting"].filter(Boolean).join(", ");
    lines.push(`${indent}${kind}${name}(${all}): Promise<${result}>;`);
  }
  return lines.join("\n") + statics(body);
}

/** `open` beside `Bucket.open`, where no other has the name. */
function statics(body: string): string {
  const names = new Set(Array.from(body.matchAll(/^ {2}export \w+ (\w+)/gmu), ([, name]) => name));
  const found: string[] = [];
  let within = "";
  for (const line of body.split("\n")) {
    within = /^ {2}export class (\w+)/u.exec(line)?.[1] ?? within;
    const name = /^ {4}static (\w+)\(/u.exec(line)?.[1];
    if (name === undefined || names.has(name)) continue;
    found.push(
      `  /** \`${within}.${name}\`. */\n  export const ${name}: typeof ${within}.${name};\n`,
    );
  }
  return found.length === new Set(found.map((one) => /const (\w+)/u.exec(one)![1])).size
    ? found.join("")
    : "";
}
