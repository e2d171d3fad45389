/* tenon:manifest {
  "name": "tenon/upper",
  "version": "0.1.0",
  "title": "Upper case",
  "description": "Puts a document in upper case.",
  "license": "Apache-2.0",
  "authors": ["Tenon authors"],
  "api": "^0.1.0",
  "commands": [{ "id": "upper.run", "title": "Upper case" }],
  "stateless": true
} */
// Puts a document in upper case: the same plugin as plugins-rs/upper.
import type { Commands } from "tenon:plugin/commands";
import { Document } from "tenon:plugin/text";

export const commands: Commands = {
  "upper.run"({ document }) {
    if (!(document instanceof Document)) throw new Error("run it on a document");
    const snapshot = document.snapshot();
    const range = { start: 0, end: snapshot.size() };
    document.apply(snapshot.version(), [{ range, insert: snapshot.slice(range).toUpperCase() }]);
    return { bytes: range.end };
  },
};
