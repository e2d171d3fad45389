// The two ways to make a function's code: as text (here), of closures (closures/route.ts). They share
// layouts, signatures and runtime.ts, and every test runs on both.
import type { Bind } from "./call-site.ts";
import { compileStubs, compileText } from "./emit/compile.ts";
import { liftText } from "./emit/lift-text.ts";
import { lowerText } from "./emit/lower-text.ts";
import type { Text } from "./emit/parts.ts";
import type { Stub, StubShape } from "./stub.ts";
import type { AdapterOptions, LiftOptions, LowerOptions, Signature } from "./signature.ts";

export interface Route {
  lift(signature: Signature, options: LiftOptions): Bind;
  lower(signature: Signature, options: LowerOptions): Bind;
  /** `given`: the same function as the caller sees it. */
  adapter(signature: Signature, given: Signature, options: AdapterOptions): Bind;
  /**
   * What `task.return` does of a function that another guest called: takes where the result is to
   * go, then core values of the parameters of `returned`.
   */
  resolve(given: Signature, returned: Signature, options: AdapterOptions): Bind;
  /** What stands for functions until they are first called. */
  stubs(shapes: readonly StubShape[]): readonly Stub[];
}

/** Functions between two components, as text. */
export interface Adapters {
  readonly adapterText: (signature: Signature, given: Signature, options: AdapterOptions) => Text;
  readonly resolveText: (given: Signature, returned: Signature, options: AdapterOptions) => Text;
  readonly compiled: (text: Text) => Bind;
}

/** What not every plan needs of the route, there when its functions are made. */
export interface TextParts {
  readonly adapters?: Adapters;
  /** Takes the place of text that is very long. */
  readonly closures?: Route;
}

/** Characters of text past which closures serve better: types that nest cases in cases. */
const LONGEST_TEXT = 200_000;

export function textRoute(parts: TextParts): Route {
  const made = (
    text: Text,
    compiled: (text: Text) => Bind,
    instead: (route: Route) => Bind,
  ): Bind => {
    const long = text.text.length > LONGEST_TEXT;
    return long && parts.closures !== undefined ? instead(parts.closures) : compiled(text);
  };
  return {
    lift: (signature, options) =>
      made(liftText(signature, options), compileText, ({ lift }) => lift(signature, options)),
    lower: (signature, options) =>
      made(lowerText(signature, options), compileText, ({ lower }) => lower(signature, options)),
    adapter(signature, given, options) {
      const { adapterText, compiled } = parts.adapters!;
      const text = adapterText(signature, given, options);
      return made(text, compiled, ({ adapter }) => adapter(signature, given, options));
    },
    resolve(given, returned, options) {
      const { resolveText, compiled } = parts.adapters!;
      const text = resolveText(given, returned, options);
      return made(text, compiled, ({ resolve }) => resolve(given, returned, options));
    },
    stubs: compileStubs,
  };
}
