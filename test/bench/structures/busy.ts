/// Milliseconds of the processor's time that this thread spent on `act`: what else the machine does
/// counts less than in `timed`. For what waits for nothing.
export function busy(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e3;
}
