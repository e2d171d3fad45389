// How console shows values: like Node, but bounded in depth, breadth and length, and without running
// a getter.
import {
  arrayJoin,
  arrayPush,
  charCodeAt,
  getDescriptor,
  getPrototype,
  getTime,
  isArray,
  mapForEach,
  mapSize,
  objectKeys,
  regexpFlags,
  regexpSource,
  regexpTest,
  setForEach,
  setSize,
  stringIndexOf,
  stringRepeat,
  stringReplace,
  stringSlice,
  toISOString,
  toText,
  typedLength,
  typedName,
} from "./primordials.ts";

const DEEPEST = 4;
const BROADEST = 100;
const LONGEST = 64 * 1024;
const LINE = 72;

interface Walk {
  readonly within: unknown[];
  // Characters that may still be written.
  left: number;
}

/** One line or more of what `console.log` was given: the first argument may be a format. */
export function format(args: readonly unknown[]): string {
  const walk: Walk = { within: [], left: LONGEST };
  let text = "";
  let at = 0;
  if (typeof args[0] === "string") {
    at = 1;
    text = substituted(args[0], args, walk, (used) => {
      at = used;
    });
  }
  for (; at < args.length; at += 1) {
    const value = args[at];
    const shown = typeof value === "string" ? value : inspect(value, walk);
    text = text === "" && at === 0 ? shown : `${text} ${shown}`;
    if (text.length > LONGEST) break;
  }
  return text.length > LONGEST ? `${stringSlice(text, 0, LONGEST)}…` : text;
}

// `%s`, `%d`, `%i`, `%f`, `%j`, `%o`, `%O`, `%c` and `%%`.
function substituted(
  pattern: string,
  args: readonly unknown[],
  walk: Walk,
  tell: (used: number) => void,
): string {
  let used = 1;
  let text = "";
  let from = 0;
  for (;;) {
    const at = stringIndexOf(pattern, "%", from);
    if (at < 0 || at + 1 >= pattern.length) break;
    const kind = pattern[at + 1]!;
    text += stringSlice(pattern, from, at);
    from = at + 2;
    if (kind === "%") text += "%";
    else if (stringIndexOf("sdifjoOc", kind) < 0 || used >= args.length) text += `%${kind}`;
    else {
      text += converted(kind, args[used], walk);
      used += 1;
    }
  }
  tell(used);
  return text + stringSlice(pattern, from);
}

function converted(kind: string, value: unknown, walk: Walk): string {
  switch (kind) {
    case "c":
      return "";
    case "s":
      return typeof value === "string" ? value : inspect(value, walk);
    case "d":
    case "i":
    case "f": {
      if (typeof value === "bigint") return `${toText(value)}n`;
      if (typeof value === "symbol" || (typeof value === "object" && value !== null)) return "NaN";
      const number = Number(value);
      return toText(kind === "i" ? Math.trunc(number) : number);
    }
    default:
      return inspect(value, walk);
  }
}

export function inspect(value: unknown, walk: Walk = { within: [], left: LONGEST }): string {
  let shown: string;
  try {
    shown = walk.left <= 0 ? "…" : show(value, walk);
  } catch {
    // A proxy's trap threw, or the like.
    shown = "[object]";
  }
  walk.left -= shown.length;
  return shown;
}

function show(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case "string":
      return walk.within.length === 0 ? value : quoted(value);
    case "bigint":
      return `${toText(value)}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : toText(value);
    case "symbol":
      return toText(value);
    case "function": {
      const name = own(value, "name");
      const isClass = regexpTest(/^class\b/, toText(value));
      const shown = typeof name === "string" && name !== "" ? ` ${name}` : " (anonymous)";
      return isClass ? `[class${shown}]` : `[Function${stringReplace(shown, /^ \(/, " (")}]`;
    }
    case "object":
      return value === null ? "null" : object(value, walk);
    default:
      return toText(value);
  }
}

function quoted(text: string): string {
  const cut = text.length > 10_000 ? `${stringSlice(text, 0, 10_000)}…` : text;
  return `'${stringReplace(cut, /[\u0000-\u001f'\\]/g, escape)}'`;
}

function escape(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "'" || character === "\\") return `\\${character}`;
  return `\\x${stringSlice(`0${charCodeAt(character, 0).toString(16)}`, -2)}`;
}

// The value of an own property that is no accessor.
function own(object: object, name: PropertyKey): unknown {
  return getDescriptor(object, name)?.value as unknown;
}

function object(value: object, walk: Walk): string {
  for (let at = 0; at < walk.within.length; at += 1) {
    if (walk.within[at] === value) return "[Circular]";
  }
  const plain = leaf(value);
  if (plain !== undefined) return plain;
  if (isError(value)) return error(value, walk);
  if (walk.within.length >= DEEPEST) return isArray(value) ? "[Array]" : `[${className(value)}]`;
  walk.within[walk.within.length] = value;
  try {
    return entries(value, walk);
  } finally {
    walk.within.length -= 1;
  }
}

// What shows in one word, and has no parts.
function leaf(value: object): string | undefined {
  try {
    const ms = getTime(value);
    return Number.isNaN(ms) ? "Invalid Date" : toISOString(value);
  } catch {
    // No date.
  }
  try {
    return `/${regexpSource(value)}/${regexpFlags(value)}`;
  } catch {
    return undefined;
  }
}

function isError(value: object): boolean {
  const type = native.classOf(value);
  return type === "Error" || type === "DOMException";
}

function error(value: object, walk: Walk): string {
  const { name, message, stack } = value as { name: unknown; message: unknown; stack: unknown };
  const title = `${text(name) || "Error"}${text(message) === "" ? "" : `: ${text(message)}`}`;
  const trace = stringReplace(text(stack), /\s+$/, "");
  const cause = own(value, "cause");
  const reason =
    cause === undefined
      ? ""
      : `\n  [cause]: ${walk.within.length < DEEPEST ? deeper(value, cause, walk) : "…"}`;
  if (trace === "") return (walk.within.length === 0 ? title : `[${title}]`) + reason;
  return (stringIndexOf(trace, title) === 0 ? trace : `${title}\n${trace}`) + reason;
}

function deeper(value: object, inner: unknown, walk: Walk): string {
  walk.within[walk.within.length] = value;
  try {
    return inspect(inner, walk);
  } finally {
    walk.within.length -= 1;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function className(value: object): string {
  const prototype = getPrototype(value) as object | null;
  if (prototype === null) return "Object: null prototype";
  const constructor = own(prototype, "constructor");
  const name = typeof constructor === "function" ? own(constructor, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}

function entries(value: object, walk: Walk): string {
  const parts: string[] = [];
  const name = className(value);
  let open = "{";
  let close = "}";
  let title = name === "Object" ? "" : `${name} `;
  let skipped = 0;
  const add = (part: () => string): void => {
    if (parts.length < BROADEST && walk.left > 0) arrayPush(parts, part());
    else skipped += 1;
  };
  const typed = typedName(value);
  const isList = isArray(value) || typed !== undefined;
  if (isList) {
    const list = value as ArrayLike<unknown>;
    const length = typed === undefined ? list.length : typedLength(value);
    open = "[";
    close = "]";
    title = typed === undefined && name === "Array" ? "" : `${name}(${length}) `;
    for (let at = 0; at < length && at < BROADEST; at += 1) {
      const descriptor = getDescriptor(list, at);
      add(() => (descriptor === undefined ? "<empty>" : inspectProperty(descriptor, walk)));
    }
    skipped += Math.max(0, length - BROADEST);
  } else if (isMap(value)) {
    title = `${name}(${mapSize(value)}) `;
    mapForEach(value, (inner, key) =>
      add(() => `${inspect(key, walk)} => ${inspect(inner, walk)}`),
    );
  } else if (isSet(value)) {
    title = `${name}(${setSize(value)}) `;
    setForEach(value, (inner) => add(() => inspect(inner, walk)));
  }
  if (!isList) {
    const keys = objectKeys(value);
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at]!;
      const descriptor = getDescriptor(value, key);
      if (descriptor === undefined) continue;
      const shown = regexpTest(/^[A-Za-z_$][\w$]*$/, key) ? key : quoted(key);
      add(() => `${shown}: ${inspectProperty(descriptor, walk)}`);
    }
  }
  if (skipped > 0) arrayPush(parts, `… ${skipped} more`);
  return title + joined(parts, open, close, walk);
}

function joined(parts: string[], open: string, close: string, walk: Walk): string {
  if (parts.length === 0) return open + close;
  const line = arrayJoin(parts, ", ");
  if (line.length <= LINE && stringIndexOf(line, "\n") < 0) {
    return open === "{" ? `{ ${line} }` : `[ ${line} ]`;
  }
  const indent = stringRepeat("  ", walk.within.length);
  const outer = stringRepeat("  ", walk.within.length - 1);
  return `${open}\n${indent}${arrayJoin(parts, `,\n${indent}`)}\n${outer}${close}`;
}

function inspectProperty(descriptor: PropertyDescriptor, walk: Walk): string {
  if (descriptor.get !== undefined)
    return descriptor.set === undefined ? "[Getter]" : "[Getter/Setter]";
  if (descriptor.set !== undefined) return "[Setter]";
  return inspect(descriptor.value, walk);
}

function isMap(value: object): boolean {
  try {
    mapSize(value);
    return true;
  } catch {
    return false;
  }
}

function isSet(value: object): boolean {
  try {
    setSize(value);
    return true;
  } catch {
    return false;
  }
}
