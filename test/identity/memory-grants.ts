import type { GrantStore } from "../../src/index.ts";

export function memoryGrants(): GrantStore {
  let text: string | undefined;
  return {
    read: async () => text,
    write: async (next) => void (text = next),
    setAside: async () => "aside",
  };
}
