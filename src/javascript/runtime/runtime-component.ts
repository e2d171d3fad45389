// Made by `npm run build-javascript`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "sha256:ea50cd6018c1f0c9d6d08f43359c764848da4ea81ae791fab4661ff885c63a99";
