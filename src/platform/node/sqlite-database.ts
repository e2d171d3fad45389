import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TenonError } from "../../errors.ts";
import {
  entryCost,
  type KeyRange,
  type StoredEntry,
  type WriteOutcome,
  type WriteRule,
} from "../key-value.ts";
import { makeFolder, makePrivate, restrict } from "./own-files.ts";
import { utf8Encoder } from "../../utf8.ts";

/** The version of the tables below. A file with another version is refused, and not changed. */
const schemaVersion = 1n;

/**
 * Owners and buckets are rows, and keys are blobs (compared byte for byte): a name that a plugin
 * chose is never part of a path or of a statement.
 */
const schema = `
  CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
  CREATE TABLE bucket (
    id INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (owner, name)
  );
  CREATE TABLE entry (
    bucket INTEGER NOT NULL,
    key BLOB NOT NULL,
    revision INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (bucket, key)
  );
  PRAGMA user_version = ${schemaVersion};
`;

interface EntryRow {
  readonly revision: bigint;
  readonly size: bigint;
}

const decoder = new TextDecoder();

/**
 * Asked for when it is needed: a static import of it would keep an older Node from reading any of the
 * library, its message about that Node included.
 */
function sqlite(): typeof import("node:sqlite") {
  return process.getBuiltinModule("node:sqlite");
}

/** The tables of the store. Throws what SQLite throws. */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements: Map<string, StatementSync> = new Map();

  constructor(file: string) {
    makeFolder(dirname(file));
    // SQLite gives the files that it adds the mode of this one.
    makePrivate(file);
    for (const added of ["-wal", "-shm"]) restrict(file + added);
    this.#connection = new (sqlite().DatabaseSync)(file, { timeout: 5000 });
    try {
      this.#connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
      this.#prepareTables(file);
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  erase(owner: string): void {
    this.#transaction(() => {
      const id = this.#ownerId(owner);
      if (id === undefined) return;
      this.#run("DELETE FROM entry WHERE bucket IN (SELECT id FROM bucket WHERE owner = ?)", id);
      this.#run("DELETE FROM bucket WHERE owner = ?", id);
      this.#run("DELETE FROM owner WHERE id = ?", id);
    });
  }

  openBucket(owner: string, name: string, limit: number): boolean {
    if (this.#bucketId(owner, name) !== undefined) return true;
    return this.#transaction(() => {
      const id = this.#ownerId(owner);
      const count = this.#one("SELECT count(*) AS n FROM bucket WHERE owner = ?", id ?? -1);
      if (Number(count?.["n"]) >= limit) return false;
      this.#makeBucket(owner, name);
      return true;
    });
  }

  get(owner: string, bucket: string, key: string): StoredEntry | undefined {
    const row = this.#one(
      `SELECT entry.value, entry.revision FROM owner
       JOIN bucket ON bucket.owner = owner.id AND bucket.name = ?
       JOIN entry ON entry.bucket = bucket.id AND entry.key = ? WHERE owner.name = ?`,
      bucket,
      utf8Encoder.encode(key),
      owner,
    ) as { readonly value: Uint8Array; readonly revision: bigint } | undefined;
    return row && { value: row.value, revision: row.revision };
  }

  write(
    owner: string,
    bucketName: string,
    keyText: string,
    value: Uint8Array,
    rule: WriteRule,
  ): WriteOutcome {
    const key = utf8Encoder.encode(keyText);
    return this.#transaction((): WriteOutcome => {
      const bucket = this.#bucketId(owner, bucketName);
      const old = bucket === undefined ? undefined : this.#entry(bucket, key);
      if (rule.when !== "any" && rule.when !== (old?.revision ?? "absent")) {
        return { tag: "conflict" };
      }
      const freed = old === undefined ? 0 : entryCost(key.byteLength, Number(old.size));
      const change = entryCost(key.byteLength, value.byteLength) - freed;
      if (this.usedBytes(owner) + change > rule.quotaBytes) return { tag: "over-quota" };
      const id = bucket ?? this.#makeBucket(owner, bucketName);
      const row = this.#one(
        "UPDATE bucket SET revision = revision + 1 WHERE id = ? RETURNING revision",
        id,
      ) as { readonly revision: bigint };
      this.#run(
        `INSERT INTO entry (bucket, key, revision, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (bucket, key) DO UPDATE SET revision = excluded.revision, value = excluded.value`,
        id,
        key,
        row.revision,
        value,
      );
      this.#run("UPDATE owner SET used = used + ? WHERE name = ?", change, owner);
      return { tag: "written", revision: row.revision };
    });
  }

  delete(owner: string, bucketName: string, keyText: string): boolean {
    const key = utf8Encoder.encode(keyText);
    return this.#transaction(() => {
      const bucket = this.#bucketId(owner, bucketName);
      const old = bucket === undefined ? undefined : this.#entry(bucket, key);
      if (bucket === undefined || old === undefined) return false;
      this.#run("DELETE FROM entry WHERE bucket = ? AND key = ?", bucket, key);
      const freed = entryCost(key.byteLength, Number(old.size));
      this.#run("UPDATE owner SET used = used - ? WHERE name = ?", freed, owner);
      return true;
    });
  }

  keys(owner: string, bucketName: string, { prefix, after, limit }: KeyRange): readonly string[] {
    const bucket = this.#bucketId(owner, bucketName);
    if (bucket === undefined) return [];
    const start = utf8Encoder.encode(prefix);
    const rows = this.#statement(
      `SELECT key FROM entry WHERE bucket = ? AND key >= ? AND key < ? AND key > ?
       ORDER BY key LIMIT ?`,
    ).all(bucket, start, successor(start), utf8Encoder.encode(after ?? ""), limit);
    return rows.map((row) => decoder.decode(row["key"] as Uint8Array));
  }

  usedBytes(owner: string): number {
    return Number(this.#one("SELECT used FROM owner WHERE name = ?", owner)?.["used"] ?? 0n);
  }

  #prepareTables(file: string): void {
    this.#transaction(() => {
      const version = this.#one("PRAGMA user_version")?.["user_version"];
      if (version === 0n) this.#connection.exec(schema);
      else if (version !== schemaVersion) {
        throw new TenonError(
          "storage-failed",
          `${file} was written by another version of Tenon: name another folder`,
        );
      }
    });
  }

  #ownerId(owner: string): bigint | undefined {
    return this.#one("SELECT id FROM owner WHERE name = ?", owner)?.["id"] as bigint | undefined;
  }

  #bucketId(owner: string, name: string): bigint | undefined {
    return this.#one(
      `SELECT bucket.id FROM owner JOIN bucket ON bucket.owner = owner.id AND bucket.name = ?
       WHERE owner.name = ?`,
      name,
      owner,
    )?.["id"] as bigint | undefined;
  }

  #makeBucket(owner: string, name: string): bigint {
    this.#run("INSERT OR IGNORE INTO owner (name, used) VALUES (?, 0)", owner);
    const row = this.#one(
      `INSERT INTO bucket (owner, name, revision)
       SELECT id, ?, 0 FROM owner WHERE name = ? RETURNING id`,
      name,
      owner,
    ) as { readonly id: bigint };
    return row.id;
  }

  #entry(bucket: bigint, key: Uint8Array): EntryRow | undefined {
    return this.#one(
      "SELECT revision, length(value) AS size FROM entry WHERE bucket = ? AND key = ?",
      bucket,
      key,
    ) as EntryRow | undefined;
  }

  #transaction<Value>(body: () => Value): Value {
    this.#connection.exec("BEGIN IMMEDIATE");
    try {
      const value = body();
      this.#connection.exec("COMMIT");
      return value;
    } catch (error) {
      // A failed COMMIT leaves the transaction open; other failures have ended it already.
      if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
      throw error;
    }
  }

  #one(sql: string, ...values: Bound[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #run(sql: string, ...values: Bound[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

type Bound = string | number | bigint | Uint8Array;

/**
 * The smallest sequence of bytes greater than all that start with `prefix`. UTF-8 has no byte 0xff.
 */
function successor(prefix: Uint8Array): Uint8Array {
  if (prefix.byteLength === 0) return Uint8Array.of(0xff);
  const next = prefix.slice();
  next[next.length - 1]! += 1;
  return next;
}
