/**
 * Answers what resolves after the messages that have arrived by then. `scheduler.yield` would not do:
 * it goes on before them.
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
