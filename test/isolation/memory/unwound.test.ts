// A stack that is suspended when its instance ends comes to its end, too: else it would be kept for ever, with
// the memory on it.
import { expect, test } from "vitest";
import { compileSync, instantiateAsync, type Interrupt } from "../../../src/component/index.ts";
import type { TenonError } from "../../../src/errors.ts";
import { garbageCollector } from "../../../src/platform/node/guest-thread/collect-garbage.ts";
import { fromText } from "../../component/guest.ts";

const collect = garbageCollector()!;

const bytes = (await fromText(`(component
  (import "never" (func $never))
  (core func $never-core (canon lower (func $never)))
  (core module $m
    (import "" "never" (func $never)) (memory 1) (tag $t)
    (func (export "wait") (call $never))
    (func (export "catch") (try_table (catch_all 0) (call $never)) (loop $l (br $l)))
    (func (export "spin") (loop $l (br $l))))
  (core instance $i (instantiate $m (with "" (instance (export "never" (func $never-core))))))
  (func (export "wait") (canon lift (core func $i "wait")))
  (func (export "catch") (canon lift (core func $i "catch")))
  (func (export "spin") (canon lift (core func $i "spin"))))`)) as Uint8Array<ArrayBuffer>;

// Begins a call that is suspended, ends its instance, and answers what nobody holds any more then.
async function endedIn(name: string): Promise<WeakRef<object>> {
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const word = new Int32Array(flag.buffer);
  word[0] = 1;
  const interrupt: Interrupt = {
    flag,
    ask: (pausable) => (pausable ? "pause" : "go-on"),
    pause: () => new Promise((resolve) => void setTimeout(resolve, 5)),
  };
  const never = (): Promise<void> => new Promise(() => {});
  const options = { interrupt, suspend: ["never"] };
  const instance = await instantiateAsync(compileSync(bytes), { never }, options);
  const call = (instance.exports[name] as () => Promise<void>)();
  const failed = call.then(
    () => "answered",
    (error: TenonError) => error.code,
  );
  await new Promise((resolve) => void setTimeout(resolve, 20));
  word[0] = 0;
  instance[Symbol.dispose]();
  expect(await failed).toBe("component-closed");
  return new WeakRef(never);
}

test.each([
  ["that waits for a host function that never answers", "wait"],
  ["that catches what it gets then, and goes on", "catch"],
  ["that was set aside in its own code", "spin"],
])("an instance is let go with a guest %s", async (_, name) => {
  const left = await endedIn(name);
  for (let tries = 50; tries > 0 && left.deref() !== undefined; tries--) {
    await new Promise((resolve) => void setTimeout(resolve, 20));
    collect();
  }
  expect(left.deref()).toBeUndefined();
});
