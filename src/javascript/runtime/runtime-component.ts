// Made by `npm run build-javascript`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "sha256:1301786c29d02f81b617834d9f33795a3c887785b0b1e0f1514915debdaa3ce7";
