import * as z from "zod/mini";
import { defineCapability, type Capability } from "../capability/capability.ts";
import type { Clock } from "../platform/clock.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/log.ts";
import type { Implementation } from "./contract/implementation.ts";
import { cutUtf8, utf8Length } from "../utf8.ts";
import { visibleText } from "../visible-text.ts";

export type LogLevel = Contract.Level;

/** The levels in ascending order. */
const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

export interface LogScope {
  /** The lowest level that is written. */
  readonly level: LogLevel;
}

export interface LogUse {
  readonly level: LogLevel;
}

export interface LogRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly plugin: string;
  readonly level: LogLevel;
  /** The plugin's words: at most 4 KiB, with control and bidirectional characters made visible. */
  readonly message: string;
  /** At most 32; a name has at most 256 bytes, a value 1 KiB. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How many records of the plugin's were dropped since the last one that was written. */
  readonly dropped: number;
}

export interface LogPower {
  write(record: LogRecord): void;
}

/** Limits of log.wit, in bytes. */
const maxMessageBytes = 4 << 10;
const maxFieldBytes = 1 << 10;
const maxFieldNameBytes = 256;
const maxFields = 32;
/** What a record counts in addition to its text, so that empty records are limited, too. */
const recordCost = 64;

export const logCapability: Capability<LogScope, LogUse> = defineCapability<LogScope, LogUse>({
  name: "log",
  scope: z.strictObject({ level: z._default(z.literal(levels), "info") }),
  describe: ({ level }) => `may write to the log (${level} and above)`,
  intersect: (one, other) => (weight(one.level) >= weight(other.level) ? one : other),
  covers: (scope, { level }) =>
    weight(level) >= weight(scope.level) || `its scope for log starts at ${scope.level}`,
});

export function logInterface(powers: {
  readonly log: LogPower;
  readonly clock: Clock;
}): InterfaceDefinition<LogScope, LogUse> {
  // One for each plugin, shared by all of its instances.
  const allowances = new Map<string, Allowance>();
  return defineInterface({
    name: contractName("log"),
    capability: logCapability,
    functions: {
      write: {
        oneWay: { items: maxFields, units: maxMessageBytes },
        says: (_: LogLevel, message: string, fields: LogRecord["fields"]) =>
          lineOf(message, fields),
      },
    },
    // Logging never makes a plugin fail: a record that is not granted is dropped.
    refuse: (functionName) => ({ value: functionName === "enabled" ? false : undefined }),
    implement: ({ caller, may, limits }) => {
      const allowance = allowances.get(caller.plugin) ?? new Allowance(powers.clock);
      allowances.set(caller.plugin, allowance);
      // A record below the scope's level is no violation and must not fill the audit trail. So this
      // asks only whether the plugin may log at all, and from which level.
      const kept = (level: LogLevel): boolean => {
        const permission = may({ level: "error" });
        return permission.allowed && weight(level) >= weight(permission.scope.level);
      };
      return {
        enabled: kept,
        write: (level, message, fields) => {
          if (!kept(level)) return;
          const record = {
            at: powers.clock.now(),
            plugin: caller.plugin,
            level,
            message: shown(message, maxMessageBytes),
            fields: fields
              .slice(0, maxFields)
              .map(
                ([name, value]) =>
                  [shown(name, maxFieldNameBytes), shown(value, maxFieldBytes)] as const,
              ),
          };
          const dropped = allowance.take(costOf(record), limits.logBytesPerSecond);
          if (dropped === undefined) limits.passed("logBytes");
          else powers.log.write({ ...record, dropped });
        },
      } satisfies Implementation<typeof Contract>;
    },
  });
}

/**
 * Allows so many bytes a second. Records beyond that are counted, and reported with the next one.
 */
class Allowance {
  readonly #clock: Clock;
  #second = -1;
  #bytes = 0;
  #dropped = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many records were dropped before this one; undefined where this one is dropped, too. */
  take(bytes: number, perSecond: number): number | undefined {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#bytes = 0;
    }
    if (this.#bytes + bytes > perSecond) {
      this.#dropped++;
      return undefined;
    }
    this.#bytes += bytes;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

/** A record as one text. */
function lineOf(message: string, fields: LogRecord["fields"]): string {
  const start = message.slice(0, maxMessageBytes);
  if (fields.length === 0) return start;
  const named = fields
    .slice(0, maxFields)
    .map(([name, value]) => `${name.slice(0, maxFieldNameBytes)}=${value.slice(0, maxFieldBytes)}`);
  return `${start} ${named.join(" ")}`;
}

function weight(level: LogLevel): number {
  return levels.indexOf(level);
}

/** Cut before and after, because a character that is made visible is longer. */
function shown(text: string, maxBytes: number): string {
  return cutUtf8(visibleText(cutUtf8(text, maxBytes), { limit: Infinity }), maxBytes);
}

function costOf(record: Pick<LogRecord, "message" | "fields">): number {
  let bytes = recordCost + utf8Length(record.message);
  for (const [name, value] of record.fields) bytes += utf8Length(name) + utf8Length(value);
  return bytes;
}
