// By its file: the package's index is CommonJS, all of which a bundler keeps.
import satisfies from "semver/functions/satisfies.js";
import { TenonError } from "../../errors.ts";
import { contractName, contractVersion } from "../../interfaces/contract/contract.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import type { OutlinedWorld } from "./component-outline.ts";
import { type ContractFault, contractFaultText } from "./contract-faults.ts";
import { parseInterfaceName } from "./interface-name.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { manifestError } from "../manifest/manifest-error.ts";

const contract = "tenon:plugin";

/**
 * Throws `manifest-api` where the host serves no version of the contract that the plugin works
 * with. A host without any interface of the contract serves only its own worlds, and the check
 * passes.
 */
export function checkApi(manifest: Manifest, offers: readonly InterfaceDefinition[]): void {
  const names = offers.map(({ name }) => parseInterfaceName(name));
  const served = names.flatMap(({ pkg, version }) =>
    pkg === contract && version ? [version] : [],
  );
  if (served.length === 0 || served.some((version) => satisfies(version, manifest.api))) return;
  const versions = [...new Set(served)];
  throw manifestError(
    "manifest-api",
    ["api"],
    `the plugin works with ${contract} ${manifest.api}; this host serves ${versions.join(", ")}`,
    { served: versions },
  );
}

/** What a component must export for each promise of its manifest. */
const promises: readonly {
  readonly local: string;
  readonly what: string;
  made(manifest: Manifest): boolean;
}[] = [
  { local: "commands", what: "commands", made: ({ commands }) => commands.length > 0 },
  {
    local: "events",
    what: "activation by events",
    made: ({ activation }) => activation.some((event) => event.startsWith("event:")),
  },
];

/**
 * Throws `package-exports` where the component does not export what the manifest promises
 * (`data.missing`, names without versions), or exports an interface of the contract with a function
 * of another type (`data.wrong`, as ContractFault). Throws `manifest-concurrency` where a plugin
 * that exports its state would have several instances.
 */
export function checkExports(manifest: Manifest, { exports, faults }: OutlinedWorld): void {
  const exported = new Set(exports.map(({ name }) => name));
  if (manifest.concurrency > 1 && exported.has(contractName("state"))) {
    const message =
      "a plugin that exports state has one instance, or there would be several states";
    throw manifestError("manifest-concurrency", ["concurrency"], message);
  }
  const broken = promises.filter(
    ({ local, made }) => made(manifest) && !exported.has(contractName(local)),
  );
  if (broken.length > 0) throw lacking(manifest, broken);
  const wrong = faults.filter(({ side }) => side === "export");
  if (wrong.length > 0) throw mistyped(manifest, wrong);
}

function lacking(
  { name }: Manifest,
  broken: readonly { readonly local: string; readonly what: string }[],
): TenonError {
  const missing = broken.map(({ local }) => `${contract}/${local}`);
  return new TenonError(
    "package-exports",
    `the manifest has ${broken.map(({ what }) => what).join(" and ")}, but the component does not ` +
      `export ${broken.map(({ local }) => contractName(local)).join(" and ")}`,
    { plugin: name, operation: "install", data: { missing } },
  );
}

function mistyped({ name }: Manifest, wrong: readonly ContractFault[]): TenonError {
  const lines = wrong.slice(0, 8).map((fault) => {
    return `\n  ${fault.interface} ${contractFaultText(fault)}`;
  });
  return new TenonError(
    "package-exports",
    `the component exports what is of another type in the contract:${lines.join("")}\n` +
      `build it against wit/ of ${contract}@${contractVersion}`,
    { plugin: name, operation: "install", data: { wrong } },
  );
}
