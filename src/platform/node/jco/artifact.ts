import { createHash } from "node:crypto";

/// What the transpiler made of a component: the glue in JavaScript and the core modules it names.
export interface Artifact {
  readonly glue: string;
  readonly modules: readonly CoreModule[];
  /// The functions that the component calls, and those that it offers.
  readonly imports: readonly FunctionName[];
  readonly exports: readonly FunctionName[];
  /// Top-level names, exact.
  readonly exported: readonly string[];
}

export interface CoreModule {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/// A function by the exact name of its interface and its own WIT name. A function that is itself an
/// import or export of the component carries its name twice.
export interface FunctionName {
  readonly interface: string;
  readonly name: string;
}

const MAGIC = "tenon-jco-1";
const DIGEST_BYTES = 32;

/// One file: a line of JSON with the sizes, the pieces, and the SHA-256 of all before it.
export function encodeArtifact(artifact: Artifact): Uint8Array<ArrayBuffer> {
  const { glue, modules, ...rest } = artifact;
  const pieces = [Buffer.from(glue), ...modules.map(({ bytes }) => bytes)];
  const head = JSON.stringify({
    magic: MAGIC,
    ...rest,
    modules: modules.map(({ name }) => name),
    sizes: pieces.map(({ length }) => length),
  });
  const body = Buffer.concat([Buffer.from(`${head}\n`), ...pieces]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/// Undefined where the bytes are torn, altered or of another version: then it is made anew.
export function decodeArtifact(bytes: Uint8Array<ArrayBuffer>): Artifact | undefined {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const digest = createHash("sha256").update(body).digest();
  if (!digest.equals(bytes.subarray(body.length))) return undefined;
  const lineEnd = body.indexOf(0x0a);
  const head: Head = JSON.parse(Buffer.from(body.subarray(0, lineEnd)).toString());
  if (head.magic !== MAGIC) return undefined;
  let at = lineEnd + 1;
  const pieces = head.sizes.map((size) => body.slice(at, (at += size)));
  return {
    glue: Buffer.from(pieces[0]!).toString(),
    modules: head.modules.map((name, index) => ({ name, bytes: pieces[index + 1]! })),
    imports: head.imports,
    exports: head.exports,
    exported: head.exported,
  };
}

interface Head extends Pick<Artifact, "imports" | "exports" | "exported"> {
  readonly magic: string;
  readonly modules: readonly string[];
  readonly sizes: readonly number[];
}
