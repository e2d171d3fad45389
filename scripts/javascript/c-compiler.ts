import { execFileSync } from "node:child_process";

/** Compiles C for WebAssembly. */
export interface CCompiler {
  readonly clang: string;
  readonly archiver: string;
  readonly version: string;
}

/** The first clang that knows wasm32, with an archiver beside it. */
export function findCCompiler(): CCompiler {
  for (const suffix of ["", "-19", "-18", "-17", "-16", "-15", "-14"]) {
    const clang = `clang${suffix}`;
    const targets = output(clang, ["--print-targets"]);
    if (targets === undefined || !targets.includes("wasm32")) continue;
    const archiver = [`llvm-ar${suffix}`, "llvm-ar", "ar"].find(
      (name) => output(name, ["--version"]) !== undefined,
    );
    if (archiver === undefined) continue;
    const version = output(clang, ["--version"])?.split("\n", 1)[0] ?? clang;
    return { clang, archiver, version };
  }
  throw new Error('No C compiler for wasm32. On Debian: "apt-get install clang llvm".');
}

function output(command: string, parameters: readonly string[]): string | undefined {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync(command, parameters, { encoding: "utf8", stdio }).trim();
  } catch {
    return undefined;
  }
}
