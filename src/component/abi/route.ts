/// The two ways to make a function's code. They share layouts, signatures and runtime.ts, and every
/// test runs on both.
import type { Bind } from "./call-site.ts";
import { adapterFunction, resolveFunction } from "./closures/adapter-function.ts";
import { liftFunction } from "./closures/lift-function.ts";
import { lowerFunction } from "./closures/lower-function.ts";
import { adapterText, resolveText } from "./emit/adapter-text.ts";
import { compileStubs, compileText } from "./emit/compile.ts";
import { liftText } from "./emit/lift-text.ts";
import { lowerText } from "./emit/lower-text.ts";
import type { Text } from "./emit/parts.ts";
import { sharedStub, type Stub, type StubShape } from "./stub.ts";
import type { AdapterOptions, LiftOptions, LowerOptions, Signature } from "./signature.ts";

export interface Route {
  lift(signature: Signature, options: LiftOptions): Bind;
  lower(signature: Signature, options: LowerOptions): Bind;
  /// `given`: the same function as the caller sees it.
  adapter(signature: Signature, given: Signature, options: AdapterOptions): Bind;
  /// What `task.return` does of a function that another guest called: takes where the result is to
  /// go, then core values of the parameters of `returned`.
  resolve(given: Signature, returned: Signature, options: AdapterOptions): Bind;
  /// What stands for functions until they are first called.
  stubs(shapes: readonly StubShape[]): readonly Stub[];
}

export const closureRoute: Route = {
  lift: liftFunction,
  lower: lowerFunction,
  adapter: adapterFunction,
  resolve: resolveFunction,
  stubs: (shapes) => shapes.map(sharedStub),
};

/// Characters of text past which closures serve better: types that nest cases in cases.
const LONGEST_TEXT = 200_000;

export const textRoute: Route = {
  lift: (signature, options) =>
    compiled(liftText(signature, options)) ?? liftFunction(signature, options),
  lower: (signature, options) =>
    compiled(lowerText(signature, options)) ?? lowerFunction(signature, options),
  adapter: (signature, given, options) =>
    compiled(adapterText(signature, given, options)) ?? adapterFunction(signature, given, options),
  resolve: (given, returned, options) =>
    compiled(resolveText(given, returned, options)) ?? resolveFunction(given, returned, options),
  stubs: compileStubs,
};

function compiled(text: Text): Bind | undefined {
  return text.text.length > LONGEST_TEXT ? undefined : compileText(text);
}
