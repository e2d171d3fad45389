// A guest made of JavaScript: memory, a bump allocator, functions of core values.
import {
  CallSite,
  type CoreFunction,
  type HostFunction,
} from "../../../src/component/abi/call-site.ts";
import { ALL_VIEWS, LiftLowerContext } from "../../../src/component/abi/context.ts";
import { Layouts } from "../../../src/component/abi/layout.ts";
import { DEFAULT_LIMITS, type GuestLimits } from "../../../src/component/abi/limits.ts";
import { closureRoute } from "../../../src/component/abi/closures/route.ts";
import { adapters } from "../../../src/component/abi/emit/adapters.ts";
import { type Route, textRoute } from "../../../src/component/abi/route.ts";
import {
  type LiftOptions,
  type LowerOptions,
  type Signature,
  signatureOf,
  type SideOptions,
} from "../../../src/component/abi/signature.ts";
import { ComponentInstance, ResourceState, Store } from "../../../src/component/abi/store.ts";
import type { FuncType, ValueType } from "../../../src/component/types.ts";

export const routes: readonly (readonly [string, Route])[] = [
  ["generated text", textRoute({ adapters, closures: closureRoute })],
  ["closures", closureRoute],
];

export type Encoding = SideOptions["encoding"];

export class FakeGuest {
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1, maximum: 1000 });
  readonly store: Store;
  readonly instance: ComponentInstance;
  readonly cx: LiftLowerContext;
  readonly encoding: Encoding;
  readonly route: Route;
  readonly allocations: (readonly [number, number, number, number])[] = [];
  realloc = (old: number, oldSize: number, align: number, size: number): number => {
    this.allocations.push([old, oldSize, align, size]);
    const pointer = Math.ceil(this.#next / align) * align;
    this.#next = pointer + size;
    const missing = Math.ceil((this.#next - this.memory.buffer.byteLength) / 65536);
    if (missing > 0) this.memory.grow(missing);
    if (old !== 0) new Uint8Array(this.memory.buffer).copyWithin(pointer, old, old + oldSize);
    return pointer;
  };
  #next = 1024;

  constructor(
    route: Route,
    encoding: Encoding = "utf8",
    {
      limits = {},
      store = new Store({ ...DEFAULT_LIMITS, ...limits }),
    }: {
      limits?: Partial<GuestLimits>;
      store?: Store;
    } = {},
  ) {
    this.route = route;
    this.encoding = encoding;
    this.store = store;
    this.store.state = 0;
    this.instance = new ComponentInstance(this.store, undefined);
    this.store.instances.push(this.instance);
    this.cx = new LiftLowerContext(
      this.instance,
      this.memory,
      (...args) => this.realloc(...args),
      undefined,
      ALL_VIEWS,
    );
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  resource(name: string, by: "self" | "host"): ResourceState {
    const type = new ResourceState(this.store, name, by === "self" ? this.instance : undefined);
    this.store.resources.push(type);
    return type;
  }

  readonly implementer = (slot: number): "host" | "self" | "other" => {
    const by = this.store.resources[slot]!.implementer;
    return by === undefined ? "host" : by === this.instance ? "self" : "other";
  };

  get side(): SideOptions {
    return { encoding: this.encoding, implementer: this.implementer };
  }

  /** The host's view of a guest function. */
  lift(
    type: FuncType,
    core: CoreFunction,
    options: Partial<LiftOptions> = {},
    post?: CoreFunction,
  ) {
    const signature = signatureOf(new Layouts(), type);
    const bind = this.route.lift(signature, {
      ...this.side,
      postReturn: post !== undefined,
      entered: 0,
      style: "function",
      suspends: false,
      begins: false,
      ...options,
    });
    return bind(new CallSite({ signature, name: "test", m: this.cx, core, post }));
  }

  /** The guest's view of a host function. */
  lower(type: FuncType, host: HostFunction, options: Partial<LowerOptions> = {}): CoreFunction {
    const signature = signatureOf(new Layouts(), type);
    const bind = this.route.lower(signature, {
      ...this.side,
      call: "function",
      suspends: false,
      ...options,
    });
    return bind(new CallSite({ signature, name: "host#test", m: this.cx, host }));
  }

  /** The guest's view of a function of another guest of the same store. */
  adapt(type: FuncType, callee: FakeGuest, core: CoreFunction): CoreFunction {
    const signature = signatureOf(new Layouts(), type);
    const bind = this.route.adapter(signature, signature, {
      caller: this.side,
      callee: callee.side,
      postReturn: false,
      entered: 0,
      suspends: false,
      begins: false,
    });
    const [m, k] = [this.cx, callee.cx];
    return bind(new CallSite({ signature, name: "guest#test", m, k, core }));
  }

  /**
   * A core function that passes what it gets to an import, and answers what the import does: all
   * that is lowered is lifted again, twice over.
   */
  through(type: FuncType, lowered: CoreFunction): CoreFunction {
    const signature: Signature = signatureOf(new Layouts(), type);
    if (!signature.spills) return lowered;
    const { size, align } = signature.result!;
    return (...flat) => {
      const pointer = this.realloc(0, 0, align, size);
      // As a core function does, it passes over arguments that it has no parameters for.
      lowered(...flat.slice(0, signature.flat?.length ?? 1), pointer);
      return pointer;
    };
  }
}

export function func(params: readonly ValueType[], result?: ValueType): FuncType {
  return {
    async: false,
    params: params.map((type, index) => ({ name: `p${index}`, type })),
    result,
  };
}

/** A function that sends a value into the guest, out to the host, back in and back out. */
export function echo(guest: FakeGuest, type: ValueType): CoreFunction {
  const signature = func([type], type);
  const lowered = guest.lower(signature, (value) => value);
  return guest.lift(signature, guest.through(signature, lowered));
}
