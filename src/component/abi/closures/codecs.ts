import type { Layout } from "../layout.ts";
import { casesCodec } from "./cases.ts";
import type { Codec, CodecSource, Side } from "./codec.ts";
import { endCodec } from "./ends.ts";
import { handleCodec } from "./handles.ts";
import { listCodec } from "./lists.ts";
import { recordCodec, tupleCodec } from "./parts.ts";
import { flagsCodec, scalarCodec } from "./scalars.ts";
import { stringCodec } from "./strings.ts";

/** The codecs of one side. Each is made once. */
export class Codecs implements CodecSource {
  readonly side: Side;
  readonly #known: Map<Layout, Codec> = new Map();

  constructor(side: Side) {
    this.side = side;
  }

  of(layout: Layout): Codec {
    let codec = this.#known.get(layout);
    if (codec === undefined) {
      // All codecs have the same shape, so that engines compile their callers for one.
      const { fits, take, load, store, lift, lower } = this.#make(layout);
      codec = { fits, take, load, store, lift, lower };
      this.#known.set(layout, codec);
    }
    return codec;
  }

  #make(layout: Layout): Codec {
    switch (layout.form) {
      case "scalar":
        return scalarCodec(layout);
      case "string":
        return stringCodec(this.side);
      case "record":
        return recordCodec(this, layout);
      case "tuple":
        return tupleCodec(this, layout);
      case "cases":
        return casesCodec(this, layout);
      case "flags":
        return flagsCodec(layout);
      case "list":
        return listCodec(this, layout);
      case "handle":
        return handleCodec(this.side, layout);
      case "async":
        return endCodec(this.side, layout);
    }
  }
}
