import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The target of every sample plugin: no WASI, so a component imports nothing but the contract. */
export const target = "wasm32-unknown-unknown";

/** A way to build for the target on this machine. */
export interface Toolchain {
  /** Which of the ways it is, for a person. */
  readonly way: string;
  /** The compiler and its host. Two toolchains of one identity give the same bytes. */
  readonly identity: string;
  readonly cargo: string;
  /** What `cargo build` needs besides `--target`. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const debianPackages = "rustc-web cargo-web rust-web-src lld-19";

/**
 * The first way that works: the target's standard library beside the compiler on the path, added by
 * rustup where it is missing, or built from source with Debian's compiler for the web.
 */
export function findToolchain(): Toolchain {
  const installed = ready("the installed toolchain") ?? added();
  const found = installed ?? debian();
  if (found !== undefined) return found;
  throw new Error(
    `No Rust compiler for ${target}. Install rustup (https://rustup.rs) and run ` +
      `"rustup target add ${target}", or on Debian "apt-get install ${debianPackages}".`,
  );
}

function ready(way: string): Toolchain | undefined {
  const libraries = output("rustc", ["--print", "target-libdir", "--target", target]);
  if (libraries === undefined || !existsSync(libraries) || output("cargo", ["-V"]) === undefined) {
    return undefined;
  }
  return { way, identity: identify("rustc"), cargo: "cargo", flags: [], environment: {} };
}

function added(): Toolchain | undefined {
  if (output("rustup", ["--version"]) === undefined) return undefined;
  if (output("rustup", ["target", "add", target]) === undefined) return undefined;
  return ready(`rustup, which added ${target}`);
}

// Debian's rustup-less compiler lacks the target's standard library and ships its source instead.
function debian(): Toolchain | undefined {
  const [rustc, cargo, linker] = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/wasm-ld-19"];
  const sysroot = output(rustc, ["--print", "sysroot"]);
  if (sysroot === undefined) return undefined;
  const source = join(sysroot, "lib/rustlib/src/rust/library/std");
  if (![cargo, linker, source].every((path) => existsSync(path))) return undefined;
  return {
    way: "Debian's compiler, the standard library from source",
    identity: `${identify(rustc)}, std from source`,
    cargo,
    flags: ["-Zbuild-std=std,panic_abort"],
    environment: {
      RUSTC: rustc,
      RUSTC_BOOTSTRAP: "1",
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
  };
}

function identify(rustc: string): string {
  const verbose = output(rustc, ["-vV"]) ?? "";
  const host = /^host: (.+)$/m.exec(verbose)?.[1] ?? "unknown host";
  return `${verbose.split("\n", 1)[0]} on ${host}`;
}

/** Flags that keep this machine's paths out of a module: panic messages name source files. */
export function pathFlags(workspace: string, shown = "plugins-rs"): readonly string[] {
  const home = process.env["CARGO_HOME"] ?? join(homedir(), ".cargo");
  const registries = join(home, "registry", "src");
  const crates = existsSync(registries) ? readdirSync(registries) : [];
  return [
    `--remap-path-prefix=${workspace}=${shown}`,
    ...crates.map((registry) => `--remap-path-prefix=${join(registries, registry)}=crates`),
  ];
}

function output(command: string, parameters: readonly string[]): string | undefined {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync(command, parameters, { encoding: "utf8", stdio }).trim();
  } catch {
    return undefined;
  }
}
