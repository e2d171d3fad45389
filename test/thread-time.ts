/**
 * Microseconds of this thread's processor time so far, where it is told: a page has only the clock.
 */
export function threadMicroseconds(): number {
  const { process: node } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  const used = node?.threadCpuUsage?.();
  return used === undefined ? performance.now() * 1_000 : used.user + used.system;
}
