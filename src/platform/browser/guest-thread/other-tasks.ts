/**
 * Returns a function whose promises resolve after the messages that have arrived by the time of the
 * call. `scheduler.yield` would not do: it continues before those messages.
 */
export function otherTasks(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.addEventListener("message", () => waiting.shift()?.());
  port1.start();
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      port2.postMessage(undefined);
    });
}
