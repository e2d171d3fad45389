import {
  componentEmbed,
  componentNew,
  componentWit,
  parse,
} from "@bytecodealliance/jco-transpile/wasm-tools";

/** A component of the given world whose code does nothing, as a toolchain would make it. */
export async function dummyComponent(wit: string, world: string): Promise<Uint8Array> {
  return componentNew(await componentEmbed({ witSource: wit, world, dummy: true }), []);
}

/** The world that the reference tool reads from a component, without its interfaces. */
export const referenceWit: (component: Uint8Array) => Promise<string> = componentWit;

export const fromText: (text: string) => Promise<Uint8Array> = parse;

/** Most things that an interface can say, a statement a line. */
export const interfaces = `
interface types {
  record point {
    x: f32,
    y: f32,
  }
  variant shape {
    none,
    dot(point),
    many(list<point>),
  }
  enum colour {
    red,
    green,
    deep-blue,
  }
  flags mode {
    read,
    write,
    %static,
  }
  type points = list<point>;
  type pair = tuple<string, option<u64>>;
  type again = pair;
  resource canvas {
    constructor(size: point);
    draw: func(shape: shape, colour: colour) -> result<_, string>;
    open: static func(name: string) -> result<canvas>;
    merge: func(other: borrow<canvas>, given: canvas) -> list<u8>;
  }
  keep: func(a: again, p: points);
}
interface paint {
  use types.{canvas};
  use types.{point as place};
  use types.{mode};
  use types.{shape};
  resource brush;
  fill: func(c: borrow<canvas>, at: place, mode: mode, b: brush) -> option<option<u32>>;
  shapes: func() -> result<list<shape>, tuple<s8, char, bool>>;
  later: async func(s: stream<u8>) -> future<string>;
  %type: func(%record: s64, %func: f64) -> result;
}
`;

/** A world of most things that WIT can say. */
export const everything = `
package acme:all@1.2.3;
${interfaces}
world everything {
  use types.{point};
  import paint;
  import inline: interface { ping: func(n: u16) -> s16; }
  import now: func() -> u64;
  record local { p: point, s: string }
  import show: func(l: local);
  export paint;
  export run: func(args: list<string>) -> result<point, string>;
  export tools: interface {
    use types.{colour};
    pick: func() -> colour;
  }
}
`;
