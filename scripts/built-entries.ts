/**
 * What the minified bundle of `npm run test:built` has to import: the package's subpaths, and behind
 * them what a host and the command use of the engine.
 */
export const entries: readonly string[] = [
  "index",
  "errors",
  "component/index",
  "component/compile",
  "component/compile-sync",
  "component/tenon-engine",
  "component/aot/runtime",
  "component/aot/write",
  "identity/index",
  "platform/node/code/index",
  "text/index",
  "pool/index",
  "cache/index",
  "platform/node/index",
  "platform/browser/index",
];

/**
 * What threads start from, by where the bundle puts the module that starts them: a bundler has to be
 * told of these.
 */
export const workers: Readonly<Record<string, string>> = {
  entry: "platform/node/guest-thread/entry",
  "ticker-entry": "platform/node/guest-thread/ticker-entry",
};
