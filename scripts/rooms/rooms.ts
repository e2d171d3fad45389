// The rooms of src/ and the arrows between them, as src/README.md tells them.

/** Most files of one folder, and most lines of one file. Generated ones have no limit of lines. */
export const MAX_FILES = 24;
export const MAX_LINES = 400;

/** Files directly in src/, and folders, that every room may import. */
export const leaves: ReadonlySet<string> = new Set([
  "errors.ts",
  "utf8.ts",
  "error-bounds.ts",
  "visible-text.ts",
  "long-timers.ts",
  "options.ts",
  "near-names.ts",
  "realms.ts",
  "catalogues",
]);

const belowPlugins = [
  "capability",
  "identity",
  "component",
  "interfaces",
  "platform",
  "telemetry",
  "cache",
];

/** For each room the rooms that it may import from, those within them included; or only files, by name. */
export const ROOMS: Readonly<
  Record<string, readonly string[] | { readonly files: readonly string[] }>
> = {
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
  capability: ["identity"],
  interfaces: ["cache", "capability", "component", "identity", "platform", "text"],
  "plugin/manifest": belowPlugins,
  "plugin/package": [...belowPlugins, "plugin/manifest"],
  "plugin/limits": [...belowPlugins, "plugin/manifest"],
  "plugin/gate": [...belowPlugins, "plugin/limits", "plugin/package"],
  "plugin/calls": [...belowPlugins, "plugin/limits", "plugin/gate"],
  "plugin/instance": [
    ...belowPlugins,
    "plugin/package",
    "plugin/limits",
    "plugin/gate",
    "plugin/calls",
  ],
  "plugin/life": [
    ...belowPlugins,
    "plugin/manifest",
    "plugin/package",
    "plugin/limits",
    "plugin/gate",
    "plugin/calls",
    "plugin/instance",
  ],
  "plugin/installed": [
    ...belowPlugins,
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
  "platform/node": ["cache", "capability", "component", "identity", "isolation", "platform"],
  "platform/browser": ["cache", "capability", "component", "isolation", "platform"],
  // What any application has: the entries of the package; and what must run before they are loaded.
  cli: {
    files: [
      "near-names.ts",
      "index.ts",
      "component/index.ts",
      "identity/index.ts",
      "platform/node/index.ts",
      "platform/node/supported-node.ts",
    ],
  },
};

/** Of these rooms others import only what is named here, whatever is in them. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  component: [
    // tenon/component, for applications.
    "component/index.ts",
    // What runs components, as hosts have it: the seam, and the types that its calls speak of.
    "component/engine.ts",
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
