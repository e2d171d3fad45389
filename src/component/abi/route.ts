// The two ways to make a function's code: as text (here), or of closures (closures/route.ts). They
// share layouts, signatures and runtime.ts, and every test runs on both.
import type { Bind } from "./call-site.ts";
import { compileStubs, compileText } from "./emit/compile.ts";
import { liftText } from "./emit/lift-text.ts";
import { lowerText } from "./emit/lower-text.ts";
import type { Text } from "./emit/parts.ts";
import type { Stub, StubShape } from "./stub.ts";
import type { Layout } from "./layout.ts";
import type {
  AdapterOptions,
  ItemOptions,
  LiftOptions,
  LowerOptions,
  Signature,
} from "./signature.ts";

export interface Route {
  lift(signature: Signature, options: LiftOptions): Bind;
  lower(signature: Signature, options: LowerOptions): Bind;
  /** `given`: the signature of the same function as the caller sees it. */
  adapter(signature: Signature, given: Signature, options: AdapterOptions): Bind;
  /**
   * What `task.return` runs for a function that another guest has called. It takes the pointer for
   * the result, then the core values of the parameters of `returned`.
   */
  resolve(given: Signature, returned: Signature, options: AdapterOptions): Bind;
  /**
   * The elements of a stream or future: `load` makes a function of a pointer and a number of
   * elements that returns an array of them; `store`, one of such an array and a pointer.
   */
  items(item: Layout, options: ItemOptions): Bind;
  /** Makes the stubs that functions are until they are first called. */
  stubs(shapes: readonly StubShape[]): readonly Stub[];
}

/** Functions between two components, as text. */
export interface Adapters {
  readonly adapterText: (signature: Signature, given: Signature, options: AdapterOptions) => Text;
  readonly resolveText: (given: Signature, returned: Signature, options: AdapterOptions) => Text;
  readonly itemsText: (item: Layout, options: ItemOptions) => Text;
  readonly compiled: (text: Text) => Bind;
}

/**
 * Parts of the route that not every plan needs. They must be there when its functions are made.
 * Made by `compile` (`load-features.ts`, `compile-sync.ts`).
 */
export interface TextParts {
  readonly adapters?: Adapters;
  /** Used in place of text that would be very long. */
  readonly closures?: Route;
}

/** Characters of text above which closures are better: types with nested cases can get there. */
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
    items(item, options) {
      const { itemsText, compiled } = parts.adapters!;
      return made(itemsText(item, options), compiled, ({ items }) => items(item, options));
    },
    stubs: compileStubs,
  };
}
