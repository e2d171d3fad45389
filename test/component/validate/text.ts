import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decode } from "../../../src/component/decode/decode.ts";
import type { ResolvedComponent } from "../../../src/component/validate/resolved.ts";
import { validate } from "../../../src/component/validate/validate.ts";

/** A component's text, validated. */
export async function resolve(text: string): Promise<ResolvedComponent> {
  const bytes = await parse(text);
  return validate(bytes, decode(bytes));
}

/**
 * Why a component's text is refused: the code, then what the message says; `valid` if it is not.
 */
export async function verdict(text: string): Promise<string> {
  const bytes = await parse(text);
  try {
    validate(bytes, decode(bytes));
    return "valid";
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code ?? "raw"}: ${message}`;
  }
}
