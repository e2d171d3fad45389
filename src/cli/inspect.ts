import {
  createHost,
  type PluginStatus,
  pluginWords,
  staticPolicy,
  TenonError,
  visibleJson,
} from "../index.ts";
import { compileSync } from "../component/index.ts";
import { nodePlatform } from "../platform/node/index.ts";
import { readComponent, readSidecar } from "./run.ts";
import { bytes, table, type Terminal } from "./terminal.ts";

export interface InspectOptions {
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
  const component = readComponent(file);
  const status = await readStatus(component, readSidecar(file));
  const compiled = compileSync(new Uint8Array(component));
  const names = (externs: readonly { readonly name: string }[]): string[] =>
    externs.map(({ name }) => name);
  if (options.json === true) {
    const { name, version, title, size, digest, commands, standing, limits } = status;
    const asks = standing.map(({ capability, scope, sentence, optional, reason }) => ({
      capability,
      scope,
      sentence,
      optional,
      reason,
    }));
    const imports = names(compiled.imports);
    const exports = names(compiled.exports);
    const wit = compiled.toWit();
    const shown = {
      name,
      version,
      title,
      size,
      digest,
      commands,
      asks,
      limits,
      imports,
      exports,
      wit,
    };
    out.raw(`${visibleJson(shown, 2)}\n`);
    return;
  }
  print(status, compiled.toWit(), out);
}

/** The status that a host reports for the plugin when it is installed and granted nothing. */
export async function readStatus(
  component: Uint8Array,
  sidecar: string | undefined,
): Promise<PluginStatus> {
  await using host = createHost({ platform: nodePlatform(), policy: staticPolicy({}) });
  return await host.install(component, sidecar === undefined ? {} : { manifest: sidecar });
}

function print(status: PluginStatus, wit: string, out: Terminal): void {
  const heading = (text: string): void => {
    out.line();
    out.line(out.style("underline", text));
  };
  out.line(out.style("bold", status.name), ` ${status.version}  ${pluginWords(status.title)}`);
  out.line(`${bytes(status.size)}  ${status.digest}`);
  heading("asks for");
  if (status.standing.length === 0) out.line("  nothing");
  for (const { capability, sentence, optional, reason } of status.standing) {
    out.line(`  ${capability}${optional ? " (works without)" : ""}: it ${sentence}`);
    out.line(out.style("dim", `    ${pluginWords(reason)}`));
  }
  heading("commands");
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
