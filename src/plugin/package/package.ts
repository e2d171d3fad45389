import type { Capability } from "../../capability/capability.ts";
import type { Isolation } from "../../catalogues/isolations.ts";
import { sameJson } from "../../capability/scope.ts";
import type { Engine, Rules } from "../../component/engine.ts";
import type { Steps } from "../../component/outline.ts";
import { TenonError } from "../../errors.ts";
import { hex } from "../../identity/hex.ts";
import { identifyPackage, type IdentityOptions } from "../../identity/identify.ts";
import type { Identity } from "../../identity/identity.ts";
import { manifestSection, signedBytesSteps } from "../../identity/signed-bytes.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import { tooLarge } from "../../platform/source-errors.ts";
import type { OutlinedWorld } from "./component-outline.ts";
import { type DerivedOutlinePowers, derivedOutline } from "./derived-outline.ts";
import { linkImports, type ImportLink } from "./import-links.ts";
import { readerOf, type ReadSource, type SourceReader } from "./language.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { manifestError } from "../manifest/manifest-error.ts";
import { checkApi, checkExports } from "./package-contract.ts";
import type { SaysIsolation } from "./said-isolation.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";

const defaultMaxSize: number = 64 * 1024 * 1024;

/**
 * A plugin as it is installed: one component, its manifest, and what was found in both. Nothing in
 * it has been compiled.
 */
export interface Package {
  /** `sha256:` and 64 hexadecimal digits: the digest of the component's bytes. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly manifest: Manifest;
  /** Who made it, as far as that is known. */
  readonly identity: Identity;
  /**
   * Where it runs, as the application says. It is asked once; for a package that is known from an
   * index when this is first called. Throws `policy-failed` and `isolation-unavailable`.
   */
  isolation(): Isolation;
  /**
   * What the package is compiled from. For a package that is known from an index it is read at each
   * call, and rejects as `readPackage` does, also where the bytes are not those that were indexed.
   */
  contents(): Promise<PackageContents>;
  /** The `links` of its contents. */
  links(): Promise<PackageContents["links"]>;
}

export interface PackageContents {
  /** The package's own copy. */
  readonly bytes: Uint8Array;
  /** The rules that the bytes, code included, were checked against and passed. */
  readonly rules: Rules;
  readonly outline: OutlinedWorld;
  /** How each imported instance is served, in the component's order. */
  readonly links: readonly ImportLink[];
  /**
   * For a plugin from source: the engine that runs it, in front of one that runs components. Undefined:
   * the bytes are a component.
   */
  readonly front?: ((inner: Engine) => Engine) | undefined;
}

/** A package whose bytes are in memory. */
export interface ReadPackage extends Package {
  readonly contained: PackageContents;
}

export interface ReadPackageOptions
  extends DerivedOutlinePowers, Pick<IdentityOptions, "signature" | "place" | "keys"> {
  /**
   * A manifest beside the component. Where the component contains one, too, both must say the same.
   */
  readonly manifest?: string | Uint8Array | undefined;
  /** `sha256:…`, the digest that the component must have. Checked before anything is parsed. */
  readonly digest?: string | undefined;
  readonly offers: readonly InterfaceDefinition[];
  /** The languages that plugins from source may be written in. Default: components only. */
  readonly languages?: readonly SourceReader[] | undefined;
  /** What the source's first file is called. Default: it is not known. */
  readonly file?: string | undefined;
  /** The capabilities that manifests may ask for. Default: those of `offers`. */
  readonly capabilities?: Iterable<Capability<unknown, unknown>> | undefined;
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /**
   * Says where a plugin runs. It may throw `policy-failed` and `isolation-unavailable`. Default: on a
   * thread that it shares.
   */
  readonly isolation?: SaysIsolation | undefined;
  /**
   * The rules for a component that breaks `rules` and is to run in a process of its own. Default: it
   * is refused.
   */
  readonly processRules?: Rules | undefined;
  /** In bytes. Default: 64 MiB. */
  readonly maxSize?: number | undefined;
}

/**
 * Reads a plugin and compiles nothing. The bytes are copied first, so that what was checked is what
 * runs. Holds the thread for a slice at a time, whatever the bytes are. Rejects with
 * `package-too-large`, `-digest-mismatch`, `signature-*`, `key-revoked`, `-not-a-component`,
 * `-malformed`, `-language`, `-source`, `-imports`, `-exports`, `manifest-*`; with `policy-failed` and
 * `isolation-unavailable`; and, for a component that could never start, with `component-limit` (it is
 * over a cap, or uses a feature that is not allowed) or `component-unsupported`.
 */
export async function readPackage(
  source: Uint8Array,
  options: ReadPackageOptions,
): Promise<ReadPackage> {
  const limit = options.maxSize ?? defaultMaxSize;
  if (source.length > limit) {
    throw tooLarge("the component", limit, source.length);
  }
  const { slices } = options;
  const copying = copySteps(source);
  const copied = copying.next();
  const bytes = copied.done === true ? copied.value : await slices.run(copying);
  const digest = `sha256:${hex(await options.sha256(bytes))}`;
  checkDigest(digest, options.digest);
  const reader = readerOf(options.languages ?? [], bytes, options.file);
  const program = await reader?.read(bytes, options.file);
  const isSource = program !== undefined;
  const identity = await identifyPackage(bytes, digest, { ...options, isSource });
  const identified = { bytes, digest, identity };
  const { manifest, isolation, contained } =
    program === undefined
      ? await judged(identified, options)
      : judgedSource(program, identified, options);
  return {
    digest,
    size: bytes.length,
    manifest,
    identity,
    isolation: () => isolation,
    contained,
    contents: () => Promise.resolve(contained),
    links: () => Promise.resolve(contained.links),
  };
}

interface Identified {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly identity: Identity;
}

interface Judged {
  readonly manifest: Manifest;
  readonly isolation: Isolation;
  readonly contained: PackageContents;
}

/**
 * What a package is, under the rules for where it is to run. Who says where has to know its manifest: it
 * is looked up first, so that the component is read once. A manifest that can't be had, or where is no
 * say, is refused when its turn comes.
 */
async function judged(identified: Identified, options: ReadPackageOptions): Promise<Judged> {
  const { isolation, processRules, rules } = options;
  if (isolation === undefined || processRules === undefined) return read(identified, options);
  const says = askedOnce(isolation);
  const manifest = await manifestAhead(identified, options);
  const isProcess = manifest !== undefined && says.ahead(manifest, identified.identity);
  return read(identified, {
    ...options,
    isolation: says.isolation,
    rules: isProcess ? processRules : rules,
  });
}

/** A component's manifest, before the component is read. Undefined: there is none, or no valid one. */
async function manifestAhead(
  { bytes }: Identified,
  options: ReadPackageOptions,
): Promise<Manifest | undefined> {
  const { manifest } = await options.slices.run(signedBytesSteps(bytes));
  try {
    return readManifest(manifest === undefined ? [] : [manifest], options);
  } catch {
    return undefined;
  }
}

interface AskedOnce {
  readonly isolation: SaysIsolation;
  /** Whether the plugin is to run in a process. */
  ahead(manifest: Manifest, identity: Identity): boolean;
}

/** The application is asked once; where its function fails, that is told when it is asked again. */
function askedOnce(isolation: SaysIsolation): AskedOnce {
  let answer: (() => Isolation) | undefined;
  const asked: SaysIsolation = (manifest, identity) => {
    if (answer === undefined) {
      try {
        const said = isolation(manifest, identity);
        answer = () => said;
      } catch (thrown) {
        answer = () => {
          throw thrown;
        };
      }
    }
    return answer();
  };
  return {
    isolation: asked,
    ahead(manifest, identity) {
      try {
        return asked(manifest, identity) === "process";
      } catch {
        return false;
      }
    },
  };
}

async function read(
  { bytes, digest, identity }: Identified,
  options: ReadPackageOptions,
): Promise<Judged> {
  const { offers, rules } = options;
  const { outline, sections } = await derivedOutline(bytes, manifestSection, digest, options);
  const manifest = readManifest(sections, options);
  checkApi(manifest, offers);
  checkExports(manifest, outline);
  const links = linkImports(outline, manifest, offers);
  const isolation = options.isolation?.(manifest, identity) ?? "thread";
  return { manifest, isolation, contained: { bytes, rules, outline, links } };
}

/** A plugin from source: under what rules its code may run is said to the engine that runs it. */
function judgedSource(
  program: ReadSource,
  { bytes, identity }: Identified,
  options: ReadPackageOptions,
): Judged {
  const { offers, rules } = options;
  const manifest = readManifest(program.manifest === undefined ? [] : [program.manifest], options);
  checkApi(manifest, offers);
  const outline = program.outline(manifest);
  checkExports(manifest, outline);
  const links = linkImports(outline, manifest, offers);
  const front = program.front(links);
  const isolation = options.isolation?.(manifest, identity) ?? "thread";
  return { manifest, isolation, contained: { bytes, rules, outline, links, front } };
}

/** Bytes that are copied in a millisecond or two. */
const COPIED_AT_ONCE = 2 ** 21;

/**
 * Up to one step, bytes are copied before the caller continues. `slice` would not do: for a Node
 * Buffer it shares memory.
 */
function* copySteps(source: Uint8Array): Steps<Uint8Array> {
  const bytes = new Uint8Array(source.length);
  for (let at = 0; at < source.length; at += COPIED_AT_ONCE) {
    if (at > 0) yield;
    bytes.set(source.subarray(at, at + COPIED_AT_ONCE), at);
  }
  return bytes;
}

function checkDigest(digest: string, expected: string | undefined): void {
  if (expected === undefined || expected.toLowerCase() === digest) return;
  throw new TenonError(
    "package-digest-mismatch",
    `the component is not the one that was expected: it has ${digest}`,
    { operation: "install", data: { digest, expected } },
  );
}

function readManifest(
  sections: readonly (Uint8Array | string)[],
  options: ReadPackageOptions,
): Manifest {
  const known = options.capabilities ?? capabilitiesOf(options.offers);
  if (sections.length > 1) {
    throw manifestError("manifest-invalid", [], `the component has ${sections.length} manifests`);
  }
  const inside = sections[0] === undefined ? undefined : parseManifest(sections[0], known);
  const beside =
    options.manifest === undefined ? undefined : parseManifest(options.manifest, known);
  if (inside && beside && !sameJson(inside, beside)) {
    const message = "the manifest beside the component says something else than the one in it";
    throw manifestError("manifest-invalid", [], message);
  }
  const manifest = inside ?? beside;
  if (manifest) return manifest;
  throw new TenonError(
    "manifest-missing",
    `the component has no section "${manifestSection}" and there is no manifest beside it`,
    { operation: "install" },
  );
}

/** Each capability once, however many interfaces need it. */
function capabilitiesOf(
  offers: readonly InterfaceDefinition[],
): ReadonlySet<Capability<unknown, unknown>> {
  return new Set(offers.flatMap(({ capability }) => (capability ? [capability] : [])));
}
