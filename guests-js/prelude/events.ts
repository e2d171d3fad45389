// Event, CustomEvent and EventTarget: those of the DOM's standard that need no document.
import { apply, arrayPush, defineGlobal, defineProperty, mapGet } from "./primordials.ts";
import { TARGETS } from "./native.ts";

const NONE = 0;
const AT_TARGET = 2;

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
  readonly detail?: unknown;
}

/** What only this file does with an event. */
interface State {
  target: object | null;
  isDispatched: boolean;
  isStopped: boolean;
  isStoppedAtOnce: boolean;
  isCanceled: boolean;
  inPassive: boolean;
}

let stateOf: (event: Event) => State;

export class Event {
  static readonly NONE = 0;
  static readonly CAPTURING_PHASE = 1;
  static readonly AT_TARGET = 2;
  static readonly BUBBLING_PHASE = 3;

  static {
    stateOf = (event) => event.#state;
  }

  readonly #type: string;
  readonly #init: EventInit;
  readonly #time = native.call(TARGETS.now, []) as number;
  readonly #state: State = {
    target: null,
    isDispatched: false,
    isStopped: false,
    isStoppedAtOnce: false,
    isCanceled: false,
    inPassive: false,
  };

  constructor(type: string, init: EventInit = {}) {
    if (arguments.length === 0) throw new TypeError("An event has a type.");
    this.#type = `${type}`;
    const { bubbles, cancelable, composed } = init ?? {};
    this.#init = { bubbles: !!bubbles, cancelable: !!cancelable, composed: !!composed };
  }

  get type(): string {
    return this.#type;
  }
  get target(): object | null {
    return this.#state.target;
  }
  get srcElement(): object | null {
    return this.#state.target;
  }
  get currentTarget(): object | null {
    return this.#state.isDispatched ? this.#state.target : null;
  }
  get eventPhase(): number {
    return this.#state.isDispatched ? AT_TARGET : NONE;
  }
  get bubbles(): boolean {
    return this.#init.bubbles!;
  }
  get cancelable(): boolean {
    return this.#init.cancelable!;
  }
  get composed(): boolean {
    return this.#init.composed!;
  }
  get defaultPrevented(): boolean {
    return this.#state.isCanceled;
  }
  get returnValue(): boolean {
    return !this.#state.isCanceled;
  }
  set returnValue(value: boolean) {
    if (!value) this.preventDefault();
  }
  get cancelBubble(): boolean {
    return this.#state.isStopped;
  }
  set cancelBubble(value: boolean) {
    if (value) this.#state.isStopped = true;
  }
  get timeStamp(): number {
    return this.#time;
  }
  get isTrusted(): boolean {
    return false;
  }

  composedPath(): object[] {
    return this.#state.isDispatched && this.#state.target !== null ? [this.#state.target] : [];
  }
  stopPropagation(): void {
    this.#state.isStopped = true;
  }
  stopImmediatePropagation(): void {
    this.#state.isStopped = true;
    this.#state.isStoppedAtOnce = true;
  }
  preventDefault(): void {
    if (this.#init.cancelable && !this.#state.inPassive) this.#state.isCanceled = true;
  }
}

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: string, init: EventInit = {}) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Listener {
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  isRemoved: boolean;
}

interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: AbortSignalLike;
}

/** What a listener may be tied to. */
interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: string, callback: () => void): void;
}

export class EventTarget {
  readonly #listeners = new Map<string, Listener[]>();

  addEventListener(
    type: string,
    callback: Callback | null,
    options: boolean | ListenerOptions = {},
  ): void {
    if (arguments.length < 2) throw new TypeError("A listener has a type and a function.");
    const name = `${type}`;
    const given: ListenerOptions =
      typeof options === "object" && options !== null ? options : { capture: !!options };
    const { signal } = given;
    if (signal !== undefined && (typeof signal !== "object" || signal === null)) {
      throw new TypeError("The signal is no AbortSignal.");
    }
    if (callback === null || callback === undefined || signal?.aborted === true) return;
    if (typeof callback !== "function" && typeof callback !== "object") {
      throw new TypeError("A listener is a function, or an object with handleEvent.");
    }
    const capture = !!given.capture;
    const listeners = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, listeners);
    if (listeners.some((one) => one.callback === callback && one.capture === capture)) return;
    listeners.push({
      callback,
      capture,
      once: !!given.once,
      passive: !!given.passive,
      isRemoved: false,
    });
    signal?.addEventListener("abort", () => this.removeEventListener(name, callback, { capture }));
  }

  removeEventListener(
    type: string,
    callback: Callback | null,
    options: boolean | ListenerOptions = {},
  ): void {
    if (arguments.length < 2) throw new TypeError("A listener has a type and a function.");
    const capture = typeof options === "object" ? !!options?.capture : !!options;
    const listeners = this.#listeners.get(`${type}`);
    const at =
      listeners?.findIndex((one) => one.callback === callback && one.capture === capture) ?? -1;
    if (at < 0) return;
    listeners![at]!.isRemoved = true;
    listeners!.splice(at, 1);
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("What is dispatched is no Event.");
    const state = stateOf(event);
    if (state.isDispatched) {
      throw new DOMException("The event is being dispatched already.", "InvalidStateError");
    }
    state.isDispatched = true;
    state.target = this;
    const ordered: Listener[] = [];
    const listeners = mapGet(this.#listeners, event.type) as Listener[] | undefined;
    addOf(listeners, true, ordered);
    addOf(listeners, false, ordered);
    let wasCapture = true;
    for (let at = 0; at < ordered.length; at += 1) {
      const listener = ordered[at]!;
      if (state.isStoppedAtOnce) break;
      if (wasCapture && !listener.capture && state.isStopped) break;
      wasCapture = listener.capture;
      if (!listener.isRemoved) this.#call(listener, event, state);
    }
    state.isDispatched = false;
    state.isStopped = false;
    state.isStoppedAtOnce = false;
    return !state.isCanceled;
  }

  #call(listener: Listener, event: Event, state: State): void {
    if (listener.once) {
      this.removeEventListener(event.type, listener.callback, { capture: listener.capture });
    }
    state.inPassive = listener.passive;
    try {
      const { callback } = listener;
      if (typeof callback === "function") apply(callback, this, [event]);
      else {
        const handle = callback.handleEvent;
        if (typeof handle !== "function") throw new TypeError("handleEvent is no function.");
        apply(handle, callback, [event]);
      }
    } catch (error) {
      native.report(error);
    }
    state.inPassive = false;
  }
}

// Those that hear an event on its way down, or those that hear it on its way up.
function addOf(listeners: Listener[] | undefined, capture: boolean, to: Listener[]): void {
  if (listeners === undefined) return;
  for (let at = 0; at < listeners.length; at += 1) {
    if (listeners[at]!.capture === capture) arrayPush(to, listeners[at]!);
  }
}

/** Gives a class the name that `Object.prototype.toString` says, and lists what it has. */
export function asInterface(type: { readonly prototype: object; readonly name: string }): void {
  const { prototype, name } = type;
  defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (key !== "constructor") defineProperty(prototype, key, { enumerable: true });
  }
}

export function defineEvents(): void {
  for (const type of [Event, CustomEvent, EventTarget]) {
    asInterface(type);
    defineGlobal(type.name, type);
  }
}
