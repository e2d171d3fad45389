import { TenonError } from "../../src/errors.ts";
import { ByteReader } from "./bytes.ts";
import { checkModuleSection, checkName } from "./core-names.ts";

const CORE_MODULE = 1;
const COMPONENT = 4;
const IMPORTS = 10;
const EXPORTS = 11;

/** What the outermost component imports and exports, by exact name. */
export interface ComponentNames {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

interface Frame {
  readonly reader: ByteReader;
  readonly core: boolean;
  readonly outermost: boolean;
}

/**
 * Reads the frame of a component binary before the transpiler sees it: every nested size is checked
 * against the bytes that are there, and every name that would be written into the glue against what
 * names look like. Not a validation: that is the transpiler's.
 */
export function scanComponent(bytes: Uint8Array): ComponentNames {
  const names = { imports: [] as string[], exports: [] as string[] };
  const reader = new ByteReader(bytes);
  const open: Frame[] = [{ reader, core: readPreamble(reader), outermost: true }];
  if (open[0]!.core) throw reader.malformed("is a core module");
  for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
    while (!frame.reader.done) {
      const id = frame.reader.byte();
      const size = frame.reader.unsigned();
      const start = frame.reader.offset;
      frame.reader.take(size);
      const section = new ByteReader(bytes, start, start + size);
      if (frame.core) checkModuleSection(id, section);
      else if (id === CORE_MODULE || id === COMPONENT) {
        open.push({ reader: section, core: readPreamble(section), outermost: false });
      } else if (frame.outermost && id === IMPORTS) readImports(section, names.imports);
      else if (frame.outermost && id === EXPORTS) readExports(section, names.exports);
    }
  }
  return names;
}

// Answers whether it is a core module's.
function readPreamble(reader: ByteReader): boolean {
  const [a, b, c, d, version, , layer, zero] = reader.take(8);
  if (a !== 0 || b !== 0x61 || c !== 0x73 || d !== 0x6d || zero !== 0) {
    throw reader.malformed("does not start as WebAssembly does");
  }
  if (layer === 0 && version === 1) return true;
  if (layer === 1 && version === 0x0d) return false;
  throw reader.malformed("has a version that this engine does not know");
}

// Binary.md, "Import and Export Definitions".
function readImports(section: ByteReader, names: string[]): void {
  for (let left = section.unsigned(); left > 0; left--) {
    names.push(readExternName(section));
    skipExternType(section);
  }
}

function readExports(section: ByteReader, names: string[]): void {
  for (let left = section.unsigned(); left > 0; left--) {
    names.push(readExternName(section));
    if (section.byte() === 0) section.byte();
    section.unsigned();
    if (section.byte() === 1) skipExternType(section);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const PLAIN_OR_INTERFACE = /^[a-zA-Z0-9%:/@.+\-[\]]+$/;

function readExternName(section: ByteReader): string {
  const form = section.byte();
  if (form > 1) throw unsupported(section, "an import or export name with options");
  const start = section.offset;
  checkName(section);
  const end = section.offset;
  section.offset = start;
  const name = decoder.decode(section.take(section.unsigned()));
  section.offset = end;
  if (!PLAIN_OR_INTERFACE.test(name)) throw unsupported(section, "an import by address");
  return name;
}

function skipExternType(section: ByteReader): void {
  const sort = section.byte();
  if (sort === 0) section.byte();
  else if (sort === 3) {
    if (section.byte() === 1) return;
  } else if (sort === 2) throw unsupported(section, "a value import or export");
  section.unsigned();
}

function unsupported(section: ByteReader, feature: string): TenonError {
  return new TenonError(
    "component-unsupported",
    `The component has ${feature}, at byte ${section.offset}.`,
    { data: { offset: section.offset, feature } },
  );
}
