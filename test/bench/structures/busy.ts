/// Milliseconds of the processor's time that this thread spent on `act`: what else the machine does
/// counts less than in `timed`. For what waits for nothing.
export function busy(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  return since(before);
}

/// The same of what awaits nothing but promises that are settled soon.
export async function busyAwaiting(act: () => Promise<void>): Promise<number> {
  const before = process.threadCpuUsage();
  await act();
  return since(before);
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e3;
}
