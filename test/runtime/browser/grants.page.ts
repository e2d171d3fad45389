import { indexedDbGrants } from "../../../src/platform/browser/index.ts";
import { grantStoreConformance } from "../../conformance/grant-store.ts";

let places = 0;

grantStoreConformance("IndexedDB", () => {
  const name = `tenon-grants-${Date.now()}-${places++}`;
  return { open: () => indexedDbGrants(name) };
});
