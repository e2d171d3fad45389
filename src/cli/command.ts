import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { TenonError } from "../index.ts";
import { audit } from "./audit.ts";
import { componentAot } from "./component-aot.ts";
import { build, type BuildOptions } from "./packages/build.ts";
import { exitCodeHelp, exitCodeOf, exitCodes } from "./exit-code.ts";
import { grants } from "./grants.ts";
import { inspect } from "./inspect.ts";
import {
  addKey,
  exportKey,
  type KeysOptions,
  listKeys,
  makeKey,
  revokeKey,
  rotateKey,
} from "./packages/keys.ts";
import { list } from "./list.ts";
import { LeftQuestion } from "./person.ts";
import { run } from "./run.ts";
import { sign, type SignOptions, verify, type VerifyOptions } from "./packages/sign.ts";
import { terminal } from "./terminal.ts";
import { top, wholeHostHelp } from "./top.ts";
import { types } from "./types.ts";
import { version } from "./input.ts";

const err = terminal(process.stderr, () => endWith(exitCodes.fault));
const out = terminal(process.stdout, ({ message }) => {
  err.failure("storage-failed", `standard output could not be written: ${message}`);
  endWith(exitCodes.fault);
});

/** Lets what is under way end first, such as the writing of a document. */
function endWith(code: number): void {
  process.once("exit", () => (process.exitCode = code));
}

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [
  ...previous,
  value,
];

const program: Command = new Command("tenon")
  .description("Run WebAssembly component plugins with exactly the capabilities you grant.")
  .version(version)
  .option(
    "--state <folder>",
    "keep grants, plugins' data and the audit trail in this folder",
    ".tenon",
  )
  .option(
    "--host <file>",
    "a module that exports host: what an application makes its own host with",
  )
  .hook("preAction", () => assertState(program.opts<{ state: string }>().state))
  .addHelpText("after", `\n${exitCodeHelp}`)
  .exitOverride()
  .configureOutput({ outputError: (text) => err.lines(text.trimEnd()) });

program
  .command("run")
  .argument(
    "<file>",
    "a component (.wasm) or a source (.js, .ts), with its manifest inside or beside it",
  )
  .argument("[command]", "a command of the plugin, with or without its prefix")
  .description("run one command of a plugin and print its answer")
  .option("-i, --input <json>", "the command's input: JSON, @FILE, or - for standard input")
  .option("-d, --document <file>", "open this file and hand it to the command")
  .option("-w, --write", "write the document back if the command changed it")
  .option(
    "-a, --allow <capability>",
    "grant a capability (CAP), or part of it (CAP=SCOPE, with SCOPE in JSON)",
    collect,
  )
  .option("--deny <capability>", "refuse a capability, whatever else allows it", collect)
  .option("--folder <folder>", "let the capability workspace read this folder")
  .option(
    "--deadline <ms>",
    "stop the plugin if it has not answered after so many milliseconds (default: 10000, or what --host says)",
  )
  .option("--downgrade", "run this version although a newer one ran before")
  .option("--own", "the plugin is yours: it is known by its folder, whatever its bytes are")
  .option("--json", "print one JSON object: answer, document, refusals, figures")
  .option("-q, --quiet", "print the answer and errors, and nothing else")
  .option(
    "--log-level <level>",
    "show what the plugin logs from this level on: trace, debug, info, warn, error, none",
    "info",
  )
  .addHelpText(
    "after",
    `
In a terminal, tenon asks you once about all that the plugin wants and no option settles. Ctrl-C or
Ctrl-D at a question decides nothing and ends the run with exit code 130.
Without a terminal it asks nobody and grants nothing; each refusal names the option that grants it.

Examples:
  tenon run word-count.wasm count --input '{"text":"one two three"}'
  tenon run markdown.wasm render --document README.md
  tenon run web-fetch.wasm fetch -i '{"url":"https://example.com"}' --allow http
  tenon run find-replace.wasm replace -d notes.txt -w -i '{"pattern":"colou?r","replacement":"hue"}'
  echo '{"text":"a b"}' | tenon run word-count.wasm count --input - --json`,
  )
  .action(async (file: string, command: string | undefined, options: Parameters<typeof run>[2]) => {
    process.exitCode = await run(file, command, { ...program.opts(), ...options }, out, err);
  });

program
  .command("inspect")
  .argument("<file>", "a component (.wasm), or a source (.js, .ts)")
  .description("show a plugin without running it: world, manifest, capabilities, size, digest")
  .option("--json", "print one JSON object")
  .addHelpText("after", "\nExample:\n  tenon inspect plugins-rs/web-fetch/web-fetch.wasm")
  .action((file: string, options: { json?: boolean }) =>
    inspect(file, { ...program.opts(), ...options }, out),
  );

program
  .command("build")
  .argument("<source>", "a source (.js, .ts), or a folder with package.json")
  .description("write a plugin from source as one file, with the npm packages that it imports")
  .option("-o, --out <file>", "where it goes (default: dist/NAME.js beside the source)")
  .option("--minify", "make it small")
  .option("--no-source-map", "leave out where its code was written, which errors say")
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    "\nIt needs rolldown: npm install --save-dev rolldown\n\nExample:\n  tenon build shout.ts -o shout.js",
  )
  .action((source: string, options: BuildOptions) => build(source, options, out));

program
  .command("list")
  .argument("[paths...]", "components and sources, or folders that hold some", ["."])
  .description("list the plugins in folders: name, version, size, commands, what they ask for")
  .option("--json", "print a JSON array")
  .addHelpText("after", "\nExample:\n  tenon list plugins-rs")
  .action(async (paths: string[], options: { json?: boolean }) => {
    process.exitCode = await list(paths, { ...program.opts(), ...options }, out);
  });

const keys = program
  .command("keys")
  .description("make the keys that you sign with, and remember those of others")
  .option("--keys <folder>", "your keys are in this folder (default: tenon/keys in ~/.config)")
  .option(
    "--passphrase <file>",
    "a file whose first line is the key's passphrase; - for stdin, where a terminal asks for it",
  );

const keysOptions = (options: object = {}): KeysOptions => ({
  ...program.opts<{ state: string }>(),
  ...keys.opts(),
  ...options,
});

keys
  .command("make")
  .argument("<name>", "what you call the key")
  .description("make a key, in a file that only you can read")
  .action((name: string) => makeKey(name, keysOptions(), out));

keys
  .command("list")
  .description("list your keys, and those of others that you know")
  .action(() => listKeys(keysOptions(), out, err));

keys
  .command("export")
  .argument("<name>", "one of your keys")
  .description("print the public part of a key, for others to add")
  .action((name: string) => exportKey(name, keysOptions(), out));

keys
  .command("rotate")
  .argument("<name>", "one of your keys")
  .description("put a new key in the place of one, which vouches for it; it is kept as NAME.1")
  .action((name: string) => rotateKey(name, keysOptions(), out));

keys
  .command("revoke")
  .argument("<key>", "one of your keys, or key:… for another's")
  .requiredOption("--reason <text>", "why, for those who meet a package of this key")
  .description("end a key: what it signed is refused; prints its word for others to add")
  .action((name: string, options: { reason: string }) =>
    revokeKey(name, keysOptions(options), out),
  );

keys
  .command("add")
  .argument("<file>", "what tenon keys export or revoke printed")
  .option("--name <name>", "what you call the key")
  .description("remember another's key: a name for it, or that it was revoked")
  .action((file: string, options: { name?: string }) => addKey(file, keysOptions(options), out));

program
  .command("sign")
  .argument(
    "<file>",
    "a component (.wasm) or a source (.js, .ts), with its manifest inside or beside it",
  )
  .requiredOption("-k, --key <name>", "one of your keys")
  .option(
    "--beside",
    "write the signature to FILE.sig and leave the component as it is, as for a source",
  )
  .option("--keys <folder>", "your keys are in this folder (default: tenon/keys in ~/.config)")
  .option(
    "--passphrase <file>",
    "a file whose first line is the key's passphrase; - for stdin, where a terminal asks for it",
  )
  .description("sign a plugin")
  .action((file: string, options: Omit<SignOptions, "state">) =>
    sign(file, { ...program.opts<{ state: string }>(), ...options }, out),
  );

program
  .command("verify")
  .argument("<file>", "a component (.wasm), or a source (.js, .ts)")
  .option(
    "--by <key>",
    "fail unless it is signed with this key, or one that it vouches for: key:…, or what you call it",
  )
  .option("--json", "print who made it as one JSON object")
  .description("verify a plugin's signature, and say who made it")
  .action((file: string, options: Omit<VerifyOptions, "state">) =>
    verify(file, { ...program.opts<{ state: string }>(), ...options }, out),
  );

program
  .command("grants")
  .description("show remembered decisions, or forget them")
  .option("--revoke <plugin>", "forget every decision about this plugin; it has to ask again")
  .option("--capability <name>", "with --revoke: only this capability")
  .option("--json", "print a JSON array")
  .addHelpText(
    "after",
    "\nExamples:\n  tenon grants\n  tenon grants --revoke tenon/web-fetch --capability http",
  )
  .action((options: Parameters<typeof grants>[0]) =>
    grants({ ...program.opts(), ...options }, out),
  );

program
  .command("audit")
  .description("show what plugins were granted and refused, and why they were stopped")
  .option("--plugin <name>", "only this plugin")
  .option("--refused", "only refusals")
  .option("-n, --last <count>", "only the last COUNT entries", "50")
  .option("--json", "print JSON lines")
  .addHelpText("after", "\nExample:\n  tenon audit --plugin tenon/web-fetch --refused")
  .action((options: Parameters<typeof audit>[0]) =>
    audit({ ...program.opts(), ...options }, out, err),
  );

program
  .command("top")
  .description("watch what the plugins of a running host use, and stop one with a key")
  .addHelpText(
    "after",
    `\nThe host must call shareUsage of tenon/node with the folder that --state names.\n\n${wholeHostHelp}\n\nExample:\n  tenon --state .tenon top`,
  )
  .option("--json", "print what is used now as one JSON object, and end")
  .action(async (options: { json?: boolean }) =>
    top(program.opts<{ state: string }>().state, out, process.stdin, options),
  );

program
  .command("types")
  .argument("<path>", "a folder of WIT, a .wit file, or a component (.wasm)")
  .description("write TypeScript types for a world: what to implement, what to call")
  .option("-w, --world <name>", "the world; needed where the WIT has several")
  .option("-o, --out <path>", "write this file, or <world>.ts in this folder (default: print)")
  .option("--check", "write nothing; fail if the file of --out is not what would be written")
  .addHelpText(
    "after",
    "\nExamples:\n  tenon types wit --world planner -o src/planner.ts\n  tenon types planner.wasm",
  )
  .action((path: string, options: Parameters<typeof types>[1]) => {
    process.exitCode = types(path, options, out, err);
  });

const component = program
  .command("component")
  .description("work with WebAssembly components, plugins or not");

component
  .command("aot")
  .argument("<file>", "a component (.wasm)")
  .requiredOption("-o, --out <folder>", "where index.js, index.d.ts and the core modules go")
  .option(
    "-s, --suspend <function>",
    "an import, written interface#function, that may answer with a promise",
    collect,
  )
  .option("--suspend-all", "let every import answer with a promise")
  .option(
    "--runtime <specifier>",
    "import the runtime from here in place of tenon/component/runtime",
  )
  .description("write a component as a plain ES module, for bundlers and pages without eval")
  .option("--json", "print one JSON object: each file with its size in bytes")
  .addHelpText("after", "\nExample:\n  tenon component aot word-count.wasm -o src/word-count")
  .action((file: string, options: Parameters<typeof componentAot>[1]) =>
    componentAot(file, options, out),
  );

/** Throws `usage` where the folder can't be one. */
function assertState(path: string): void {
  if (path === "") throw new TenonError("usage", "--state names a folder; not nothing");
  let at = resolve(path);
  while (statSync(at, { throwIfNoEntry: false }) === undefined && at !== dirname(at)) {
    at = dirname(at);
  }
  if (statSync(at).isDirectory()) return;
  throw new TenonError("usage", `--state ${path}: ${at} is a file, and should be a folder`);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof TenonError) err.failure(error.code, error.message);
  else if (error instanceof LeftQuestion) {
    err.failure("command-cancelled", "it was ended at a question; nothing was done");
  } else err.lines(`fault of the host: ${String((error as Error).stack ?? error)}`);
  return exitCodeOf(error);
}
