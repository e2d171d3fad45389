import { expect, it } from "vitest";
import { exposeState } from "../../../src/component/transform/expose-state.ts";
import { fromText } from "../guest.ts";

it("finds what grows a memory behind instructions that name any global or local", async () => {
  const indices = Array.from({ length: 300 }, (_, index) => index);
  const bytes = await fromText(`(module (memory 1)
    ${"(global (mut i32) (i32.const 0))".repeat(indices.length)}
    (func (export "run") (param ${"i32 ".repeat(indices.length)})
      ${indices.map((index) => `(global.set ${index} (local.get ${index})) (local.set ${index} (global.get ${index}))`).join(" ")}
      (drop (memory.grow (i32.const 1)))))`);
  const { bytes: exposed, state } = exposeState(bytes, 0);
  expect(state?.memories).toHaveLength(1);
  // Its pages are counted in a global of their own.
  expect(state?.globals).toHaveLength(indices.length + 1);
  expect(WebAssembly.validate(exposed as BufferSource)).toBe(true);
});
