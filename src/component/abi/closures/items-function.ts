// The elements of streams and futures, between memory and values. See Route.items.
import type { Bind } from "../call-site.ts";
import type { Layout } from "../layout.ts";
import type { ItemOptions } from "../signature.ts";
import { Codecs } from "./codecs.ts";

export function itemsFunction(item: Layout, options: ItemOptions): Bind {
  const { encoding, implementer, host, way } = options;
  const codec = new Codecs({ encoding, implementer, host, lends: false }).of(item);
  const { size, align, nodes } = item;
  if (way === "store") {
    return ({ m }) =>
      (given, pointer) => {
        m.fresh();
        let at = pointer as number;
        for (const value of given as unknown[]) {
          codec.store(m, value, at);
          at += size;
        }
      };
  }
  return ({ m }) =>
    (pointer, count) => {
      const n = count as number;
      m.fresh();
      if (host) m.budget();
      else m.budgetWithin();
      m.list(pointer as number, n, size, align, nodes);
      const items: unknown[] = [];
      for (let at = 0; at < n; at++) items.push(codec.load(m, (pointer as number) + at * size));
      return items;
    };
}
