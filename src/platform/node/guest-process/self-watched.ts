import type { ChildProcess } from "node:child_process";
import { PIPES, pipeOf } from "./pipes.ts";
import type { WatchedMemory } from "./memory-watch.ts";

/** A process that looks at what it holds itself, where its host can't. See watch.ts. */
export function selfWatched(child: ChildProcess): WatchedMemory {
  const control = pipeOf(child, PIPES.control);
  let over = false;
  control.on("data", () => {
    over = true;
  });
  return {
    limit(bytes) {
      const told = new DataView(new ArrayBuffer(8));
      told.setFloat64(0, bytes, true);
      control.write(new Uint8Array(told.buffer));
    },
    get over() {
      return over;
    },
    [Symbol.dispose]: () => {},
  };
}
