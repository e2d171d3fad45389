import { WitError } from "../../errors.ts";
import type * as Http from "../../interfaces/generated/host/http.ts";
import { isUint8Array } from "../../realms.ts";
import { type BegunCall, GuestError, type Targets } from "../realm/targets.ts";

/** The numbers of what `fetch` asks for. */
const FETCH = 5;
const READ = 6;
const CLOSE = 7;

/** The most bytes of a body that are read at once. */
const AT_ONCE = 256 * 1024;

/** As the gate has it: what waits is a promise. */
interface HttpInterface {
  fetch(request: Http.Request): Http.Response | Promise<Http.Response>;
  readonly Response: { readonly prototype: ResponseMethods };
}

interface ResponseMethods {
  status(this: object): number;
  url(this: object): string;
  headers(this: object): readonly (readonly [string, string])[];
  read(this: object, max: number): Uint8Array | Promise<Uint8Array>;
}

/** `fetch` of a program, which asks the interface `http` for all of it, through its gate. */
export class FetchTargets implements Pick<Targets, "call" | "start"> {
  readonly #http: HttpInterface | undefined;
  readonly #further: Pick<Targets, "call" | "start">;
  readonly #bodies: Map<number, object> = new Map();
  #last = 0;

  /** `http`: undefined where the plugin may not ask for it. `further`: all other targets. */
  constructor(http: unknown, further: Pick<Targets, "call" | "start">) {
    this.#http = http as HttpInterface | undefined;
    this.#further = further;
  }

  call(target: number, args: readonly unknown[]): unknown {
    return target === CLOSE ? this.#close(Number(args[0])) : this.#further.call(target, args);
  }

  start(target: number, args: readonly unknown[], call: BegunCall): unknown {
    if (target === FETCH) return this.#fetch(args[0]);
    if (target === READ) return this.#read(Number(args[0]));
    return this.#further.start(target, args, call);
  }

  async #fetch(given: unknown): Promise<object> {
    const http = this.#http;
    if (http === undefined) {
      const message = "fetch needs the capability http: ask for it in the manifest";
      throw new GuestError(new TypeError(message));
    }
    const request = requestOf(given);
    const response = await told(() => http.fetch(request));
    const methods = http.Response.prototype;
    const id = ++this.#last;
    this.#bodies.set(id, response);
    const url = methods.url.call(response);
    return {
      url,
      status: methods.status.call(response),
      statusText: "",
      redirected: url !== request.url,
      headers: methods.headers.call(response),
      body: id,
    };
  }

  /** The next bytes of a body; none at its end. */
  async #read(id: number): Promise<Uint8Array> {
    const response = this.#bodies.get(id);
    if (response === undefined) return new Uint8Array();
    const chunk = await told(() => this.#http!.Response.prototype.read.call(response, AT_ONCE));
    if (chunk.length === 0) this.#close(id);
    return chunk;
  }

  #close(id: number): void {
    const response = this.#bodies.get(id);
    this.#bodies.delete(id);
    (response as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
  }
}

/** What the interface answers with an err, `fetch` throws as a TypeError, as in a page. */
async function told<Value>(ask: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof WitError)) throw thrown;
    const { tag, val } = thrown.payload as { readonly tag: string; readonly val?: unknown };
    const why = typeof val === "string" ? `${tag}: ${val}` : tag;
    const refused = val as { readonly tag?: unknown; readonly val?: unknown } | undefined;
    const said =
      typeof refused?.tag === "string" ? `${tag}: ${refused.tag}: ${String(refused.val)}` : why;
    throw new GuestError(new TypeError(`fetch failed: ${said}`));
  }
}

/** A program's words: anything. */
function requestOf(given: unknown): Http.Request {
  const { url, method, headers, body } = (given ?? {}) as Readonly<Record<string, unknown>>;
  const list = Array.isArray(headers) ? (headers as readonly unknown[]) : [];
  return {
    url: String(url),
    method: String(method),
    headers: list.map((one): [string, string] => {
      const [name, value] = Array.isArray(one) ? (one as readonly unknown[]) : [];
      return [String(name), String(value)];
    }),
    ...(isUint8Array(body) ? { body } : {}),
  };
}
