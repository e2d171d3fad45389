// Made by `npm run build-javascript`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "sha256:3aa26ee449b1ce8d25f3f7cdcf787d58499da5c1f59ba018351dea8a7be61af0";
