#!/usr/bin/env node
// Imports nothing else before the check: an older Node may not even read the rest.
import { assertSupportedNode } from "../platform/node/supported-node.ts";

const isSupported = ((): boolean => {
  try {
    assertSupportedNode();
    return true;
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    process.stderr.write(`${code}  ${message}\n`);
    // As for any other command line that can't be carried out.
    process.exitCode = 2;
    return false;
  }
})();

if (isSupported) await import("./command.ts");
