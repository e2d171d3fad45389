import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { TenonError } from "../../index.ts";
import { withoutMark } from "../../utf8.ts";
import { readTextFile, standardInput } from "../input.ts";
import { LeftQuestion } from "../person.ts";

/**
 * The first line of the file that `--passphrase` names. `-` is standard input: at a terminal the
 * person is asked, and what is typed is not shown.
 */
export async function passphraseOf(from: string | undefined): Promise<string | undefined> {
  if (from === undefined) return undefined;
  const typed = from === "-" && process.stdin.isTTY;
  const text = typed
    ? await ask()
    : withoutMark(from === "-" ? await standardInput() : readTextFile(from));
  const [line = ""] = text.split(/\r?\n/u);
  if (line !== "") return line;
  const remedy = typed ? "" : "; --passphrase names a file that has one";
  throw new TenonError("usage", `the passphrase is empty${remedy}`);
}

async function ask(): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  // The terminal shows nothing from here on.
  process.stderr.write("passphrase (not shown): ");
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once("SIGINT", () => reader.close());
      reader.once("close", () => reject(new LeftQuestion()));
      reader.once("line", resolve);
    });
  } finally {
    reader.close();
    process.stderr.write("\n");
  }
}
