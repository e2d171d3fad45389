import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { InheritedFiles } from "../../src/platform/node/guest-process/inherited-files.ts";

test.runIf(process.platform === "linux")(
  "what a process for guests would inherit is looked for once, however many connections there are by then",
  () => {
    const inherits = new InheritedFiles();
    const first = inherits.files;
    const opened = Array.from({ length: 900 }, () => openSync("/dev/null", "r"));
    onTestFinished(() => opened.forEach((file) => closeSync(file)));
    const before = process.cpuUsage();
    expect(inherits.files).toEqual(first);
    const { user, system } = process.cpuUsage(before);
    // Each that is looked at takes about 30 microseconds.
    expect((user + system) / 1000).toBeLessThan(10);
  },
);
