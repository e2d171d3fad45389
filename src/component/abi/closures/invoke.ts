// Calls with arguments that are in an array. Spreading the array would be most of the cost of a
// short call.

export function invoke(
  call: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
): unknown {
  switch (args.length) {
    case 0:
      return call();
    case 1:
      return call(args[0]);
    case 2:
      return call(args[0], args[1]);
    case 3:
      return call(args[0], args[1], args[2]);
    case 4:
      return call(args[0], args[1], args[2], args[3]);
    case 5:
      return call(args[0], args[1], args[2], args[3], args[4]);
    case 6:
      return call(args[0], args[1], args[2], args[3], args[4], args[5]);
    case 7:
      return call(args[0], args[1], args[2], args[3], args[4], args[5], args[6]);
    case 8:
      return call(args[0], args[1], args[2], args[3], args[4], args[5], args[6], args[7]);
    default:
      return call(...args);
  }
}
