import { describe, expect, it } from "vitest";
import { decode } from "../../../src/component/decode/decode.ts";
import { Substitution } from "../../../src/component/substitute.ts";
import type {
  AbstractResource,
  ExternType,
  FuncType,
  ResourceType,
  ValueType,
} from "../../../src/component/types.ts";
import type {
  Reference,
  ResolvedComponent,
  ResolvedItem,
} from "../../../src/component/validate/resolved.ts";
import { partsOf } from "../../../src/component/validate/parts.ts";
import { validate } from "../../../src/component/validate/validate.ts";
import { dummyComponent, everything } from "../guest.ts";
import { resolve } from "./text.ts";

// What an execution would have: per index space a value, per static resource type an actual one.
interface Entity {
  readonly sort: string;
  readonly exports: ReadonlyMap<string, Entity>;
  readonly actual?: string;
  readonly run?: (args: ReadonlyMap<string, Entity>) => Entity;
}

const plain = (sort: string): Entity => ({ sort, exports: new Map() });

// Follows the contract of resolved.ts with names in place of functions, and fails where the items
// mention what is not there: an index, or a resource type that nothing has bound yet.
class Execution {
  readonly spaces = new Map<string, Entity[]>();
  readonly resources = new Map<ResourceType, string>();
  readonly calls: { readonly item: ResolvedItem; readonly resources: readonly string[] }[] = [];
  readonly outer: Execution | undefined;
  readonly #path: string;
  readonly nested: Execution[] = [];

  constructor(path: string, outer: Execution | undefined) {
    this.#path = path;
    this.outer = outer;
  }

  run(component: ResolvedComponent, args: ReadonlyMap<string, Entity>): Entity {
    const exports = new Map<string, Entity>();
    for (const item of component.items) this.#item(item, args, exports);
    return { sort: "instance", exports };
  }

  #push(sort: string, entity: Entity): void {
    const space = this.spaces.get(sort) ?? [];
    this.spaces.set(sort, space);
    space.push(entity);
  }

  #at(sort: string, index: number): Entity {
    const found = this.spaces.get(sort)?.[index];
    if (found === undefined) throw new Error(`no ${sort} ${index}`);
    return found;
  }

  #enclosing(count: number): Execution {
    return count === 0 ? this : this.outer!.#enclosing(count - 1);
  }

  #reference(item: Reference): Entity {
    if (item.sort !== "type") return this.#at(item.sort, item.index);
    if (item.resource === undefined) return plain("type");
    return { ...plain("type"), actual: this.#actual(item.resource) };
  }

  #actual(resource: ResourceType): string {
    const actual = this.resources.get(resource);
    if (actual === undefined) throw new Error(`resource ${resource.slot} is not bound`);
    return actual;
  }

  #bind(list: readonly AbstractResource[], from: Entity): void {
    for (const { resource, path } of list) {
      let at = from;
      for (const name of path) {
        const next = at.exports.get(name);
        if (next === undefined) throw new Error(`no ${path.join(".")}`);
        at = next;
      }
      if (at.actual === undefined) throw new Error(`${path.join(".")} is no resource type`);
      this.resources.set(resource, at.actual);
    }
  }

  #called(item: ResolvedItem, type: FuncType): void {
    const resources: string[] = [];
    const walk = (one: ValueType): void => {
      if (one.kind === "own" || one.kind === "borrow") resources.push(this.#actual(one.resource));
      for (const part of partsOf(one)) if (part !== undefined) walk(part);
    };
    for (const param of type.params) walk(param.type);
    if (type.result !== undefined) walk(type.result);
    this.calls.push({ item, resources });
  }

  #item(item: ResolvedItem, args: ReadonlyMap<string, Entity>, exports: Map<string, Entity>): void {
    switch (item.kind) {
      case "core-module":
        return this.#push("module", plain("module"));
      case "component": {
        const run = (given: ReadonlyMap<string, Entity>) => {
          const inner = new Execution(`${this.#path}/${item.offset}:${this.nested.length}`, this);
          this.nested.push(inner);
          return inner.run(item.component, given);
        };
        return this.#push("component", { ...plain("component"), run });
      }
      case "core-instantiate":
        this.#at("module", item.module);
        for (const { instance } of item.args) this.#at("core instance", instance);
        return this.#push("core instance", plain("core instance"));
      case "core-bundle":
        for (const { sort, index } of item.exports) this.#at(`core ${sort}`, index);
        return this.#push("core instance", plain("core instance"));
      case "instantiate": {
        const given = new Map(item.args.map((arg) => [arg.name, this.#reference(arg)] as const));
        const made = this.#at("component", item.component).run!(given);
        this.#bind(item.resources, made);
        expect([...made.exports.keys()]).toEqual(
          expect.arrayContaining([...item.type.exports.keys()]),
        );
        return this.#push("instance", made);
      }
      case "bundle": {
        const bundled = item.exports.map((one) => [one.name, this.#reference(one)] as const);
        return this.#push("instance", { sort: "instance", exports: new Map(bundled) });
      }
      case "alias-export": {
        const found = this.#at("instance", item.instance).exports.get(item.name);
        if (found === undefined) throw new Error(`no export ${item.name}`);
        if (item.sort !== "type") this.#push(item.sort, found);
        return;
      }
      case "alias-core-export":
        this.#at("core instance", item.instance);
        return this.#push(`core ${item.sort}`, plain(item.sort));
      case "alias-outer": {
        return this.#push(item.sort, this.#enclosing(item.count).#at(item.sort, item.index));
      }
      case "resource":
        if (item.destructor !== undefined) this.#at("core func", item.destructor);
        this.resources.set(item.resource, `${this.#path}#${item.offset}`);
        return;
      case "lift":
        this.#at("core func", item.func);
        if (item.options.memory !== undefined) this.#at("core memory", item.options.memory);
        if (item.options.realloc !== undefined) this.#at("core func", item.options.realloc);
        this.#called(item, item.type);
        return this.#push("func", plain("func"));
      case "lower":
        this.#at("func", item.func);
        this.#called(item, item.type);
        return this.#push("core func", plain("core func"));
      case "resource-new":
      case "resource-drop":
      case "resource-rep":
        this.#actual(item.resource);
        return this.#push("core func", plain("core func"));
      case "builtin":
        return this.#push("core func", plain("core func"));
      case "start":
      case "value":
        throw new Error("not in these components");
      case "import": {
        const { type, name } = item.extern;
        const given = args.get(name) ?? this.#hostEntity(item.extern.type, name);
        this.#bind(item.resources, given);
        if (type.kind !== "type") this.#push(type.kind, given);
        return;
      }
      case "export": {
        const entity = this.#reference(item.item);
        exports.set(item.extern.name, entity);
        this.#bind(item.resources, entity);
        if (item.item.sort !== "type") this.#push(item.item.sort, entity);
      }
    }
  }

  // What a host would give: every resource type its own.
  #hostEntity(type: ExternType, path: string): Entity {
    if (type.kind === "instance") {
      const exports = [...type.type.exports].map(
        ([name, extern]) => [name, this.#hostEntity(extern.type, `${path}.${name}`)] as const,
      );
      return { sort: "instance", exports: new Map(exports) };
    }
    if (type.kind === "type" && type.type.kind === "resource") {
      return { ...plain("type"), actual: this.resources.get(type.type.resource) ?? `host:${path}` };
    }
    return plain(type.kind);
  }
}

function execute(component: ResolvedComponent): Execution {
  const execution = new Execution("", undefined);
  execution.run(component, new Map());
  return execution;
}

describe("a resolved component", () => {
  it("made by a toolchain can be run by its items alone", async () => {
    const bytes = await dummyComponent(everything, "everything");
    const execution = execute(validate(bytes, decode(bytes)));
    expect(execution.calls.length).toBeGreaterThan(5);
    const names = new Set(execution.calls.flatMap((call) => call.resources));
    // The canvas is imported; the brush is imported and exported.
    expect([...names].filter((name) => name.startsWith("host:")).sort()).toEqual([
      "host:acme:all/paint@1.2.3.brush",
      "host:acme:all/types@1.2.3.canvas",
    ]);
    expect([...names].filter((name) => !name.startsWith("host:"))).toHaveLength(1);
  });

  it("tells apart the resource types of two instances of one component", async () => {
    const execution = execute(
      await resolve(`(component
        (component $c
          (type $r (resource (rep i32)))
          (export $s "r" (type $r))
          (core func $drop (canon resource.drop $s))
          (func $f (param "x" (own $s)) (canon lift (core func $drop)))
          (export "f" (func $f)))
        (instance $one (instantiate $c))
        (instance $two (instantiate $c))
        (alias export $one "f" (func $f1))
        (alias export $two "f" (func $f2))
        (core func (canon lower (func $f1)))
        (core func (canon lower (func $f2))))`),
    );
    const [one, two] = execution.calls.map((call) => call.resources);
    expect(one).not.toEqual(two);
    expect(execution.nested.map((inner) => inner.calls[0]?.resources)).toEqual([one, two]);
  });

  it("passes the resource types of arguments through", async () => {
    const execution = execute(
      await resolve(`(component
        (import "host" (instance $host (export "r" (type (sub resource)))))
        (component $c
          (import "i" (instance $i (export "r" (type (sub resource)))))
          (alias export $i "r" (type $r))
          (export $s "s" (type $r))
          (core func $drop (canon resource.drop $r))
          (func $f (param "x" (own $s)) (canon lift (core func $drop)))
          (export "f" (func $f)))
        (instance $c (instantiate $c (with "i" (instance $host))))
        (alias export $c "f" (func $f))
        (core func (canon lower (func $f))))`),
    );
    expect(execution.calls.at(-1)?.resources).toEqual(["host:host.r"]);
    expect(execution.nested[0]?.calls[0]?.resources).toEqual(["host:host.r"]);
  });

  it("binds the type that an ascription hides", async () => {
    const execution = execute(
      await resolve(`(component
        (type $r (resource (rep i32)))
        (export $a "a" (type $r) (type (sub resource)))
        (core func $drop (canon resource.drop $a))
        (func $f (param "x" (own $a)) (canon lift (core func $drop)))
        (export "f" (func $f)))`),
    );
    expect(new Set(execution.resources.values()).size).toBe(1);
    expect(execution.resources.size).toBe(2);
  });

  it("reaches modules and components of components around it", async () => {
    const execution = execute(
      await resolve(`(component $outer
        (core module $m)
        (component $d)
        (component $c
          (component
            (alias outer $outer $m (core module $n))
            (alias outer $outer $d (component $e))
            (core instance (instantiate $n))
            (instance (instantiate $e)))
          (instance (instantiate 0)))
        (instance (instantiate $c)))`),
    );
    expect(execution.nested.length).toBeGreaterThan(0);
  });

  it("carries the options of each canonical definition", async () => {
    const { items } = await resolve(`(component
      (core module $m
        (memory (export "a") 1) (memory (export "b") 1)
        (func (export "allocate") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "free") (param i32))
        (func (export "f") (param i32 i32) (result i32) unreachable))
      (core instance $i (instantiate $m))
      (func (param "s" string) (result string) (canon lift (core func $i "f")
        string-encoding=latin1+utf16 (memory (core memory $i "b"))
        (realloc (core func $i "allocate")) (post-return (core func $i "free")))))`);
    expect(items.at(-1)).toMatchObject({
      kind: "lift",
      options: {
        stringEncoding: "latin1+utf16",
        memory: 0,
        realloc: 1,
        postReturn: 2,
        callback: undefined,
        async: false,
        wide: false,
      },
      core: { params: ["i32", "i32"], results: ["i32"] },
    });
  });
});

describe("a substitution", () => {
  it("puts other resource types into types and leaves the rest as it is", () => {
    const [a, b] = [
      { slot: 0, name: "a" },
      { slot: 1, name: "b" },
    ];
    const handle: ValueType = { kind: "own", resource: a };
    const pair: ValueType = { kind: "tuple", items: [handle, handle] };
    const list: ValueType = { kind: "list", item: { kind: "u8" }, length: undefined };
    const type: FuncType = {
      async: false,
      params: [
        { name: "x", type: { kind: "option", item: pair } },
        { name: "y", type: list },
      ],
      result: { kind: "result", ok: pair, err: undefined },
    };
    const substitution = new Substitution((resource) => (resource === a ? b : resource));
    const done = substitution.func(type);
    expect(done).toEqual({
      ...type,
      params: [
        {
          name: "x",
          type: {
            kind: "option",
            item: {
              kind: "tuple",
              items: [
                { kind: "own", resource: b },
                { kind: "own", resource: b },
              ],
            },
          },
        },
        { name: "y", type: list },
      ],
      result: {
        kind: "result",
        ok: {
          kind: "tuple",
          items: [
            { kind: "own", resource: b },
            { kind: "own", resource: b },
          ],
        },
        err: undefined,
      },
    });
    expect(done.params[1]!.type).toBe(list);
    expect(new Substitution((resource) => resource).func(type)).toBe(type);
  });
});
