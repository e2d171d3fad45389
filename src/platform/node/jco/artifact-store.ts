import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { decodeArtifact, encodeArtifact, type Artifact } from "./artifact.ts";

/// Made artifacts by the digest of what they were made from: in memory, and in a folder where one is
/// given. A folder that can't be written or holds something else costs time, never correctness.
export class ArtifactStore {
  readonly #folder: string | undefined;
  /// Two callers that want the same wait for one transpile.
  readonly #making = new Map<string, Promise<Artifact>>();
  readonly #memory = new LRUCache<string, Artifact>({
    maxSize: 64 * 1024 * 1024,
    sizeCalculation: ({ glue, modules }) =>
      modules.reduce((sum, { bytes }) => sum + bytes.length, glue.length),
  });

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async get(
    bytes: Uint8Array,
    suspend: readonly string[],
    make: () => Promise<Artifact>,
  ): Promise<Artifact> {
    const key = createHash("sha256")
      .update(JSON.stringify([...suspend].sort()))
      .update(bytes)
      .digest("hex");
    const kept = this.#memory.get(key);
    if (kept !== undefined) return kept;
    let pending = this.#making.get(key);
    if (pending === undefined) {
      pending = this.#load(key, make).finally(() => this.#making.delete(key));
      this.#making.set(key, pending);
    }
    return pending;
  }

  async #load(key: string, make: () => Promise<Artifact>): Promise<Artifact> {
    const artifact = (await this.#read(key)) ?? (await this.#write(key, await make()));
    this.#memory.set(key, artifact);
    return artifact;
  }

  async #read(key: string): Promise<Artifact | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      return decodeArtifact(Uint8Array.from(await readFile(join(this.#folder, `${key}.jco`))));
    } catch {
      return undefined;
    }
  }

  /// Written beside and renamed, so that a reader never meets half a file.
  async #write(key: string, artifact: Artifact): Promise<Artifact> {
    if (this.#folder === undefined) return artifact;
    const temporary = join(this.#folder, `${key}.${randomUUID()}.tmp`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(temporary, encodeArtifact(artifact));
      await rename(temporary, join(this.#folder, `${key}.jco`));
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
    return artifact;
  }
}
