// A worker for guests that stands still while it reads a text with `stand-still-MS` in it.
const { decode } = TextDecoder.prototype;
TextDecoder.prototype.decode = function (this: TextDecoder, ...args): string {
  const text = decode.apply(this, args);
  const ms = Number(/stand-still-(\d+)/u.exec(text)?.[1] ?? 0);
  const until = performance.now() + ms;
  while (ms > 0 && performance.now() < until);
  return text;
};
await import("../../../../src/platform/browser/guest-thread/guest-worker.ts");
export {};
