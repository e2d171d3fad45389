// Made by `npm run build-javascript`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "sha256:d1757cf965ab89f7d2d126b658fa2811068857eeeda1afbc3f4b47b188507b97";
