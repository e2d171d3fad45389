import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "tenon";

/** An uploaded plugin that is installed. */
export interface Upload {
  /** `scope/name` */
  readonly plugin: string;
  readonly uploader: string;
  readonly bytes: number;
}

/** The uploaded packages: in a folder, so that they are there after a restart. */
export class Uploads {
  readonly #folder: string;
  readonly #all = new Map<string, Upload>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Installs what was uploaded before. Returns what could not be, which is kept for the next time. */
  async installAll(host: Host): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const name of readdirSync(this.#folder).toSorted()) {
      if (!name.endsWith(".json")) continue;
      try {
        const upload = JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Upload;
        await host.install(readFileSync(this.#file(upload.plugin, "wasm")));
        this.#all.set(upload.plugin, upload);
      } catch (error) {
        failed.push(`${name}: ${String(error)}`);
      }
    }
    return failed;
  }

  get(plugin: string): Upload | undefined {
    return this.#all.get(plugin);
  }

  of(uploader: string): readonly Upload[] {
    return [...this.#all.values()].filter((upload) => upload.uploader === uploader);
  }

  keep(upload: Upload, component: Uint8Array): void {
    this.#write(this.#file(upload.plugin, "wasm"), component);
    this.#write(this.#file(upload.plugin, "json"), JSON.stringify(upload));
    this.#all.set(upload.plugin, upload);
  }

  drop(plugin: string): void {
    this.#all.delete(plugin);
    for (const kind of ["json", "wasm"] as const) rmSync(this.#file(plugin, kind), { force: true });
  }

  // The host has checked the name: letters, digits, hyphens, and one slash.
  #file(plugin: string, kind: "json" | "wasm"): string {
    return join(this.#folder, `${plugin.replace("/", "+")}.${kind}`);
  }

  #write(file: string, content: Uint8Array | string): void {
    writeFileSync(`${file}.new`, content, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
