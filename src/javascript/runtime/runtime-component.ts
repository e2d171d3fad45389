// Made by `npm run build-javascript`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "sha256:aca712d1d66a2c0b2da5ec688abc0b042f90648805ffdcaf6bad59b1b0b123de";
