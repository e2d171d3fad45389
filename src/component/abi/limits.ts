/** The most that a guest may use. Every limit has a default, which the host may change. */
export interface GuestLimits {
  /** Bytes of strings and lists that one call may pass to the host, in total. Default: 8 MiB. */
  readonly liftedBytes: number;
  /**
   * JavaScript values that are made of what one call passes to the host. A typed array inside a
   * list counts as sixteen. Default: 1,048,576.
   */
  readonly liftedElements: number;
  /**
   * Handles in the table of each component instance, and guest resources that the host holds.
   * Default: 10,000.
   */
  readonly handles: number;
  /**
   * Bytes of each linear memory. For an instance that can be stopped (`interrupt`), also of all of
   * them together. Default: 64 MiB.
   */
  readonly memoryBytes: number;
  /** Elements of each table, and in the same case of all of them together. Default: 1,000,000. */
  readonly tableElements: number;
  /**
   * Calls of functions whose types are `async` that the host has under way, those that wait for
   * their turn included. One more is refused by itself. Default: 10,000.
   */
  readonly tasks: number;
  /**
   * Calls that guests have started and not been told the end of, in all component instances
   * together. Each also takes a handle where it was started with `async`. Default: 10,000.
   */
  readonly subtasks: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: GuestLimits = {
  liftedBytes: 8 * MIB,
  liftedElements: MIB,
  handles: 10_000,
  memoryBytes: 64 * MIB,
  tableElements: 1_000_000,
  tasks: 10_000,
  subtasks: 10_000,
};
