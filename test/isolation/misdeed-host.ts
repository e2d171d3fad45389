import { defineInterface, type InterfaceDefinition } from "../../src/index.ts";

/**
 * What the guests of misdeed.ts call. `told` is what they tell, `things` how many of the host's are
 * there.
 */
export interface MisdeedHost {
  readonly told: number[];
  readonly things: Set<object>;
  readonly definition: InterfaceDefinition;
}

export function misdeedHost(): MisdeedHost {
  const told: number[] = [];
  const things = new Set<object>();
  class Thing {
    static make(): Thing {
      const thing = new Thing();
      things.add(thing);
      return thing;
    }
    value(): number {
      return 7;
    }
    [Symbol.dispose](): void {
      things.delete(this);
    }
  }
  const definition = defineInterface({
    name: "acme:test/host@1.0.0",
    functions: { never: { waits: true } },
    implement: () => ({
      Thing,
      tell: (n: number) => void told.push(n),
      take: (bytes: Uint8Array) => void told.push(bytes.length),
      ping: () => {},
      never: () => new Promise<void>(() => {}),
    }),
  });
  return { told, things, definition };
}
