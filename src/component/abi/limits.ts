/** What a guest may take. Every cap has a default; a lower or higher one is the host's choice. */
export interface GuestLimits {
  /** Bytes of strings and lists that one call may hand to the host, summed. Default: 8 MiB. */
  readonly liftedBytes: number;
  /**
   * JavaScript values made of what one call hands to the host; typed arrays within lists count as sixteen.
   * Default: 1,048,576.
   */
  readonly liftedElements: number;
  /**
   * Handles in each component instance's table, and guest resources that the host holds.
   * Default: 10,000.
   */
  readonly handles: number;
  /**
   * Bytes of each linear memory, and, of an instance that can be stopped (`interrupt`), of all of them
   * together. Default: 64 MiB.
   */
  readonly memoryBytes: number;
  /** Elements of each table, and of all of them together likewise. Default: 1,000,000. */
  readonly tableElements: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: GuestLimits = {
  liftedBytes: 8 * MIB,
  liftedElements: MIB,
  handles: 10_000,
  memoryBytes: 64 * MIB,
  tableElements: 1_000_000,
};
