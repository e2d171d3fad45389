import type { Checksum } from "../levels/crc32.ts";
import type { Clock } from "../clock.ts";
import type { LevelListener } from "../levels/level.ts";
import type { PackFiles } from "./files.ts";

/** What a pack is made of, checked and complete. */
export interface PackOptions {
  readonly files: PackFiles;
  readonly checksum: Checksum;
  readonly bytes: number;
  readonly segmentBytes: number;
  readonly isShared: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly listener: () => LevelListener | undefined;
}
