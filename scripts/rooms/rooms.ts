// The rooms of src/ and the arrows between them, as src/README.md tells them.
import type { RoomPlan } from "./faults.ts";

/** Most files of one folder, and most lines of one file. Generated ones have no limit of lines. */
export const MAX_FILES = 24;
export const MAX_LINES = 400;

/** Files directly in src/, and rooms, that every room may import. */
const LEAVES: RoomPlan["leaves"] = new Set([
  "errors.ts",
  "utf8.ts",
  "error-bounds.ts",
  "visible-text.ts",
  "long-timers.ts",
  "options.ts",
  "storage-watch.ts",
  "option-rules.ts",
  "near-names.ts",
  "realms.ts",
  "catalogues",
]);

/** For each room the rooms that it may import from, those within them included; or only files, by name. */
const ROOMS: RoomPlan["rooms"] = {
  "": [
    "capability",
    "component",
    "host",
    "identity",
    "interfaces",
    "platform",
    "plugin",
    "telemetry",
  ],
  ambient: [],
  catalogues: [],
  text: [],
  pool: [],
  cache: [],
  telemetry: [],
  platform: ["cache", "component"],
  component: ["pool"],
  identity: [],
  javascript: ["component", "pool", "interfaces", "platform", "plugin/manifest", "plugin/package"],
  code: ["capability", "component", "isolation", "javascript", "platform"],
  capability: ["identity"],
  interfaces: ["cache", "capability", "component", "identity", "platform", "text"],
  "plugin/manifest": ["capability"],
  "plugin/package": [
    "capability",
    "identity",
    "component",
    "interfaces",
    "platform",
    "plugin/manifest",
  ],
  "plugin/limits": ["component", "interfaces", "platform", "telemetry", "plugin/manifest"],
  "plugin/gate": [
    "capability",
    "component",
    "interfaces",
    "platform",
    "telemetry",
    "cache",
    "plugin/limits",
  ],
  "plugin/calls": [
    "capability",
    "component",
    "interfaces",
    "platform",
    "telemetry",
    "plugin/limits",
    "plugin/gate",
  ],
  "plugin/instance": [
    "capability",
    "component",
    "interfaces",
    "platform",
    "telemetry",
    "plugin/package",
    "plugin/limits",
    "plugin/gate",
    "plugin/calls",
  ],
  "plugin/life": [
    "capability",
    "identity",
    "component",
    "interfaces",
    "platform",
    "telemetry",
    "plugin/manifest",
    "plugin/package",
    "plugin/limits",
    "plugin/gate",
    "plugin/calls",
    "plugin/instance",
  ],
  "plugin/installed": [
    "capability",
    "identity",
    "component",
    "interfaces",
    "platform",
    "telemetry",
    "plugin/manifest",
    "plugin/package",
    "plugin/limits",
    "plugin/calls",
    "plugin/life",
  ],
  isolation: ["component", "platform", "interfaces"],
  host: [
    "capability",
    "component",
    "identity",
    "interfaces",
    "isolation",
    "platform",
    "plugin",
    "telemetry",
  ],
  "platform/node": [
    "cache",
    "capability",
    "code",
    "component",
    "identity",
    "isolation",
    "platform",
  ],
  "platform/browser": ["cache", "capability", "code", "isolation", "platform"],
  // What any application has: the entries of the package; and what must run before they are loaded.
  cli: {
    files: [
      "near-names.ts",
      "index.ts",
      "plugin/package/description.ts",
      "plugin/package/package-source.ts",
      "plugin/package/source-files.ts",
      "component/index.ts",
      "identity/index.ts",
      "javascript/index.ts",
      "javascript/source/manifest-comment.ts",
      "platform/node/index.ts",
      "platform/node/supported-node.ts",
    ],
  },
};

/** Of these rooms others import only what is named here, whatever is in them. */
const DOORS: RoomPlan["doors"] = {
  component: [
    // tenon/component, for applications.
    "component/index.ts",
    // What runs components, as hosts have it: the seam, and the types that its calls speak of.
    "component/engine.ts",
    // Worlds of WIT text, for who runs programs that know no WIT.
    "component/wit-world.ts",
    // Makes an engine, for platforms.
    "component/tenon-engine.ts",
    // What the bytes of a package's component say, for who installs it.
    "component/outline.ts",
    // Components that go from thread to thread.
    "component/compiled/thread.ts",
    // Values that go from thread to thread.
    "component/wire/index.ts",
  ],
};

/** Files directly in src/ that are no leaf: the entry of the package. */
const TOP: RoomPlan["top"] = new Set(["index.ts"]);

export const PLAN: RoomPlan = { rooms: ROOMS, doors: DOORS, leaves: LEAVES, top: TOP };
