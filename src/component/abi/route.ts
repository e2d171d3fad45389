/// The two ways to make a function's code: as text (here), of closures (closures/route.ts). They share
/// layouts, signatures and runtime.ts, and every test runs on both.
import type { Bind } from "./call-site.ts";
import { adapterText, resolveText } from "./emit/adapter-text.ts";
import { compileStubs, compileText } from "./emit/compile.ts";
import { liftText } from "./emit/lift-text.ts";
import { lowerText } from "./emit/lower-text.ts";
import type { Text } from "./emit/parts.ts";
import type { Stub, StubShape } from "./stub.ts";
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

/// Characters of text past which closures serve better: types that nest cases in cases.
const LONGEST_TEXT = 200_000;

/// `closures` take the place of text that is very long, where they are there.
export function textRoute(closures: () => Route | undefined): Route {
  const made = (text: Text, instead: (route: Route) => Bind): Bind => {
    const route = text.text.length > LONGEST_TEXT ? closures() : undefined;
    return route === undefined ? compileText(text) : instead(route);
  };
  return {
    lift: (signature, options) =>
      made(liftText(signature, options), ({ lift }) => lift(signature, options)),
    lower: (signature, options) =>
      made(lowerText(signature, options), ({ lower }) => lower(signature, options)),
    adapter: (signature, given, options) =>
      made(adapterText(signature, given, options), ({ adapter }) =>
        adapter(signature, given, options),
      ),
    resolve: (given, returned, options) =>
      made(resolveText(given, returned, options), ({ resolve }) =>
        resolve(given, returned, options),
      ),
    stubs: compileStubs,
  };
}
