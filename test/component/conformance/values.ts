// Values of the .wast scripts, as `wasm-tools json-from-wast` writes them, to and from JavaScript.

export type ScriptValue =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "char" | "string" | "enum"; readonly value: string }
  | { readonly type: IntegerKind | "f32" | "f64"; readonly value: string }
  | { readonly type: "list" | "tuple"; readonly value: readonly ScriptValue[] }
  | { readonly type: "record"; readonly value: readonly (readonly [string, ScriptValue])[] }
  | {
      readonly type: "variant";
      readonly value: { readonly case: string; readonly payload?: ScriptValue | null };
    }
  | { readonly type: "flags"; readonly value: readonly string[] }
  | { readonly type: "option"; readonly value: ScriptValue | null }
  | {
      readonly type: "result";
      readonly value: { readonly Ok?: ScriptValue | null; readonly Err?: ScriptValue | null };
    };

type IntegerKind = "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64";

export function camelCase(label: string): string {
  return label.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The JavaScript value that the engine takes for it. */
export function toJs(value: ScriptValue): unknown {
  switch (value.type) {
    case "u64":
    case "s64":
      return BigInt(value.value);
    case "f32":
    case "f64":
      return float(value.type, value.value);
    case "list":
    case "tuple":
      return value.value.map(toJs);
    case "record":
      return Object.fromEntries(
        value.value.map(([name, field]) => [camelCase(name), toJs(field)] as const),
      );
    case "variant": {
      const { case: tag, payload } = value.value;
      return payload == null ? { tag } : { tag, val: toJs(payload) };
    }
    case "flags":
      return Object.fromEntries(value.value.map((name) => [camelCase(name), true] as const));
    case "option":
      return value.value === null ? undefined : toJs(value.value);
    case "result":
      return outcome(value.value);
    case "bool":
    case "char":
    case "string":
    case "enum":
      return value.value;
    default:
      return Number(value.value);
  }
}

function outcome(value: { readonly Ok?: ScriptValue | null; readonly Err?: ScriptValue | null }): {
  tag: string;
  val: unknown;
} {
  const [tag, inner] = "Ok" in value ? ["ok", value.Ok] : ["err", value.Err];
  return { tag: tag!, val: inner == null ? undefined : toJs(inner as ScriptValue) };
}

// The numbers stand in the scripts as their bits.
function float(type: "f32" | "f64", bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  if (type === "f32") {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(bits));
  return view.getFloat64(0);
}

/** Whether `found` is the value that the script expects. */
export function matches(found: unknown, expected: ScriptValue): boolean {
  switch (expected.type) {
    case "list":
    case "tuple": {
      const items = ArrayBuffer.isView(found)
        ? Array.from(found as unknown as ArrayLike<unknown>)
        : found;
      return (
        Array.isArray(items) &&
        items.length === expected.value.length &&
        expected.value.every((item, index) => matches(items[index], item))
      );
    }
    case "record":
      return expected.value.every(([name, field]) => matches(get(found, camelCase(name)), field));
    case "variant": {
      const { case: tag, payload } = expected.value;
      return get(found, "tag") === tag && (payload == null || matches(get(found, "val"), payload));
    }
    case "flags": {
      const set = new Set(expected.value.map(camelCase));
      const entries = Object.entries(found ?? {});
      return (
        entries.filter(([, on]) => on === true).every(([name]) => set.delete(name)) &&
        set.size === 0
      );
    }
    case "option":
      return matchesOption(found, expected.value);
    case "result": {
      const { tag } = outcome(expected.value);
      const inner = "Ok" in expected.value ? expected.value.Ok : expected.value.Err;
      return get(found, "tag") === tag && (inner == null || matches(get(found, "val"), inner));
    }
    default:
      return Object.is(found, toJs(expected));
  }
}

// An option inside an option is a variant.
function matchesOption(found: unknown, expected: ScriptValue | null): boolean {
  const tag = get(found, "tag");
  if (tag === "some" || tag === "none") {
    return expected === null
      ? tag === "none"
      : tag === "some" && matches(get(found, "val"), expected);
  }
  return expected === null ? found === undefined : matches(found, expected);
}

function get(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
