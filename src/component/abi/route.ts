/// The two ways to make a function's code. They share layouts, signatures and runtime.ts, and every
/// test runs on both.
import type { Bind } from "./call-site.ts";
import { adapterFunction } from "./closures/adapter-function.ts";
import { liftFunction } from "./closures/lift-function.ts";
import { lowerFunction } from "./closures/lower-function.ts";
import { adapterText } from "./emit/adapter-text.ts";
import { compileText } from "./emit/compile.ts";
import { liftText } from "./emit/lift-text.ts";
import { lowerText } from "./emit/lower-text.ts";
import type { Text } from "./emit/parts.ts";
import type { AdapterOptions, LiftOptions, LowerOptions, Signature } from "./signature.ts";

export interface Route {
  lift(signature: Signature, options: LiftOptions): Bind;
  lower(signature: Signature, options: LowerOptions): Bind;
  adapter(signature: Signature, options: AdapterOptions): Bind;
}

export const closureRoute: Route = {
  lift: liftFunction,
  lower: lowerFunction,
  adapter: adapterFunction,
};

/// Characters of text past which closures serve better: types that nest cases in cases.
const LONGEST_TEXT = 200_000;

export const textRoute: Route = {
  lift: (signature, options) =>
    compiled(liftText(signature, options)) ?? liftFunction(signature, options),
  lower: (signature, options) =>
    compiled(lowerText(signature, options)) ?? lowerFunction(signature, options),
  adapter: (signature, options) =>
    compiled(adapterText(signature, options)) ?? adapterFunction(signature, options),
};

function compiled(text: Text): Bind | undefined {
  return text.text.length > LONGEST_TEXT ? undefined : compileText(text);
}
