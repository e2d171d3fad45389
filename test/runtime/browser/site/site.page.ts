import { expect, it } from "vitest";
import type { WrittenComponent } from "../../../../src/component/aot/runtime.ts";
import { describeSite } from "./suite.ts";

const from = (folder: string) => async (name: string) =>
  (await import(new URL(`/${folder}/${name}/index.js`, location.href).href)) as WrittenComponent;

describeSite("written components, as they are", from("written"));
describeSite("written components, bundled", from("bundled"));

it("text becomes code only where the page allows it", () => {
  const made = () => new Function("return 1")() as unknown;
  if (location.pathname.endsWith(".strict")) expect(made).toThrow();
  else expect(made()).toBe(1);
});
