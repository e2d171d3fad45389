import { pluginWords, TenonError, visibleJson } from "../index.ts";
import { compileSync } from "../component/index.ts";
import { readHostModule } from "./host-module.ts";
import { type ReadPlugin, readStatus } from "./read-status.ts";
import { knownKeys } from "./packages/keys.ts";
import { readPlugin, readSidecar, readSignature } from "./packages/package-files.ts";
import { type ShownWorld, worldOfSource } from "./packages/source-world.ts";
import { bytes, table, type Terminal } from "./terminal.ts";

export interface InspectOptions {
  readonly state: string;
  /** The file of `--host`. */
  readonly host?: string;
  readonly json?: boolean;
}

/**
 * Shows a plugin without running it: everything is read from the component. Rejects with the reason
 * why a host would refuse it.
 */
export async function inspect(file: string, options: InspectOptions, out: Terminal): Promise<void> {
  try {
    await show(file, options, out);
  } catch (error) {
    if (options.json === true && error instanceof TenonError) {
      out.raw(`${visibleJson({ error: errorJson(error) }, 2)}\n`);
    }
    throw error;
  }
}

export function errorJson({ code, message, data }: TenonError): object {
  return { code, message, data };
}

async function show(file: string, options: InspectOptions, out: Terminal): Promise<void> {
  const component = readPlugin(file);
  const { host: module } = options;
  const own = await readHostModule(module);
  const [sidecar, signature, keys] = [readSidecar(file), readSignature(file), knownKeys(options)];
  const read = await readStatus({ component, sidecar, signature, keys, own, module });
  const { status, notOffered } = read;
  const { imports, exports, wit } =
    typeof component === "string" ? await worldOfSource(component) : worldOf(component);
  if (options.json === true) {
    const { name, version, title, size, digest, identity, maker, commands, standing, limits } =
      status;
    const asks = standing.map(({ capability, scope, sentence, optional, reason }) => ({
      capability,
      scope,
      sentence,
      optional,
      reason,
    }));
    const shown = {
      name,
      version,
      title,
      size,
      digest,
      identity,
      maker,
      commands,
      asks,
      notOffered,
      limits,
      imports,
      exports,
      wit,
    };
    out.raw(`${visibleJson(shown, 2)}\n`);
    return;
  }
  print(read, wit, out);
}

function worldOf(component: Uint8Array): ShownWorld {
  const compiled = compileSync(new Uint8Array(component));
  const names = (externs: readonly { readonly name: string }[]): string[] =>
    externs.map(({ name }) => name);
  return {
    imports: names(compiled.imports),
    exports: names(compiled.exports),
    wit: compiled.toWit(),
  };
}

function print({ status, notOffered }: ReadPlugin, wit: string, out: Terminal): void {
  const heading = (text: string): void => {
    out.line();
    out.line(out.style("underline", text));
  };
  out.line(out.style("bold", status.name), ` ${status.version}  ${pluginWords(status.title)}`);
  out.line(`${bytes(status.size)}  ${status.digest}`);
  out.line(status.maker);
  heading("asks for");
  if (status.standing.length === 0) out.line("  nothing");
  for (const { capability, sentence, optional, reason } of status.standing) {
    out.line(`  ${capability}${optional ? " (works without)" : ""}: it ${sentence}`);
    out.line(out.style("dim", `    ${pluginWords(reason)}`));
  }
  const missing = [...notOffered.capabilities, ...notOffered.interfaces];
  if (missing.length > 0) {
    heading("not offered by this host");
    for (const name of missing) out.line(`  ${name}`);
    out.line(
      out.style("dim", "  an application may offer it; its own host is read with --host FILE"),
    );
  }
  if (status.commands.length > 0) heading("commands");
  const rows = status.commands.map(({ id, title }) => [id, pluginWords(title)]);
  for (const row of table(rows)) out.line(`  ${row}`);
  heading("gets at most");
  const most = Object.entries(status.limits).map(([name, value]) => [name, amount(name, value)]);
  for (const row of table(most)) out.line(`  ${row}`);
  heading("world");
  out.lines(wit.trimEnd());
}

/** The name of a limit tells its unit. */
function amount(
  name: string,
  value: number | { readonly ms: number; readonly withinMs: number },
): string {
  const count = (n: number): string => n.toLocaleString("en");
  if (typeof value !== "number") return `${count(value.ms)} ms in each ${count(value.withinMs)} ms`;
  if (/Bytes(?:PerSecond)?$/u.test(name)) return bytes(value);
  return name.endsWith("Ms") ? `${count(value)} ms` : count(value);
}
