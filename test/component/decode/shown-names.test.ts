// A stranger's names in the stacks of errors, which people print.
import { describe, expect, test } from "vitest";
import { compileSync, instantiate, TenonError } from "../../../src/component/index.ts";
import { showQuotes } from "../../../src/component/abi/trap.ts";
import { withShownNames } from "../../../src/component/decode/shown-names.ts";
import { isHarmless } from "../../../src/visible-text.ts";
import { Bytes } from "../../bytes.ts";
import { CoreModule } from "../../sweep/binary/core-module.ts";
import { fromText } from "../guest.ts";

const EVIL = "\\1b[2Jall is well\\e2\\80\\ae";

async function component(core: string): Promise<Uint8Array<ArrayBuffer>> {
  return await parsed(`(component
    (core module $m ${core})
    (core instance $i (instantiate $m))
    (func (export "run") (canon lift (core func $i "run"))))`);
}

async function parsed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await fromText(text));
}

// As `console.error` prints it.
function printed(error: unknown): string {
  let text = "";
  for (let at = error; at instanceof Error; at = at.cause) text += `${at.message}\n${at.stack}\n`;
  return text;
}

function failure(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("names of functions in a stack", () => {
  test("that are plain are there", async () => {
    const bytes = await component(`(func $plain (export "run") unreachable)`);
    const { exports } = instantiate(compileSync(bytes), {});
    expect(printed(failure(exports["run"] as () => void))).toContain("plain");
  });

  test.each([
    ["a function's", `(func (@name "${EVIL}") (export "run") unreachable)`],
    ["the module's", `(@name "${EVIL}") (func (export "run") unreachable)`],
    [
      "one of 10,000 characters",
      `(func (@name "${"x".repeat(10_000)}") (export "run") unreachable)`,
    ],
  ])("that would act on a terminal, hide or fill it are not: %s", async (_, core) => {
    const bytes = await component(core);
    const { exports } = instantiate(compileSync(bytes), {});
    const error = failure(exports["run"] as () => void);
    expect(error).toMatchObject({ code: "component-trap", data: { kind: "unreachable" } });
    expect(isHarmless(printed(error).replaceAll("\n", ""))).toBe(true);
    expect(printed(error)).not.toContain("xxxx");
  });

  // An engine reads all of them at the first trap, for a fifth of a second.
  test("of which there are more than there can be functions are not read", () => {
    const named = (count: number): unknown => {
      const module = new CoreModule();
      module.export("run", module.function(module.type([], []), new Bytes().op(0x00)));
      const names = new Bytes().unsigned(count).times(count, 0, 1, "n".charCodeAt(0));
      module.custom("name", new Bytes().op(1).sized(names).finish());
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(withShownNames(module.finish()) as BufferSource),
      );
      return failure(exports["run"] as () => void);
    };
    expect(printed(named(1))).toContain("at n (");
    expect(printed(named(200_000))).not.toContain("at n (");
  });

  test("of our own errors, made below the guest, neither", async () => {
    const bytes = await parsed(`(component
      (import "fail" (func $fail))
      (core func $lowered (canon lower (func $fail)))
      (core module $m (import "a" "fail" (func $fail))
        (func (@name "${EVIL}") (export "run") (call $fail)))
      (core instance $i (instantiate $m (with "a" (instance (export "fail" (func $lowered))))))
      (func (export "run") (canon lift (core func $i "run"))))`);
    const fail = (): never => {
      throw new TenonError("usage", "made below");
    };
    const { exports } = instantiate(compileSync(bytes), { fail });
    const text = printed(failure(exports["run"] as () => void));
    expect(text).toContain("made below");
    expect(isHarmless(text.replaceAll("\n", ""))).toBe(true);
  });
});

test("names that an engine quotes when it can't compile or link are quoted as text", () => {
  const name = "\u001b[2Jall is well\u202e";
  for (const type of [WebAssembly.LinkError, WebAssembly.CompileError, TypeError]) {
    const error = new type(`Import #0 "a" "${name}": function import requires a callable`);
    showQuotes(error);
    expect(printed(error)).toContain("\\u{1b}[2Jall is well\\u{202e}");
    expect(isHarmless(printed(error).replaceAll("\n", ""))).toBe(true);
  }
});
