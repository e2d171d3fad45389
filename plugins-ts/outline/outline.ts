/* tenon:manifest {
  "name": "tenon/outline",
  "version": "0.1.0",
  "title": "Outline",
  "description": "Lists the headings of a Markdown document, and remembers how often it was asked.",
  "license": "Apache-2.0",
  "authors": ["Tenon authors"],
  "api": "^0.1.0",
  "capabilities": {
    "kv": { "reason": "Counts how often it was asked." },
    "log": { "reason": "Says what it found.", "optional": true }
  },
  "commands": [{ "id": "outline.list", "title": "List headings" }]
} */
import type { Commands } from "tenon:plugin/commands";
import { open } from "tenon:plugin/kv";
// The document is handed to the command; this says that its methods are called.
import "tenon:plugin/text";
import type { Document } from "tenon:plugin/text";
import { headings } from "./headings.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const commands: Commands = {
  async "outline.list"({ document }) {
    if (document === undefined) throw new Error("run it on a document");
    const [found, asked] = await Promise.all([headings(textOf(document)), count()]);
    console.log("found", found.length, "headings");
    return { headings: found, asked };
  },
};

function textOf(document: Document): string {
  const snapshot = document.snapshot();
  return snapshot.slice({ start: 0, end: snapshot.size() });
}

/** How often it was asked, this time included. */
async function count(): Promise<number> {
  const bucket = await open("asked");
  const entry = await bucket.get("times");
  const times = entry === undefined ? 1 : Number(decoder.decode(entry.value)) + 1;
  await bucket.set("times", encoder.encode(String(times)));
  return times;
}
