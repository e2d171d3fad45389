// A plugin that says what it is told to.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { component, LIBC } from "../conformance/engine-guests.ts";
import { exported } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

/**
 * Writes a plugin into a folder whose command `esc.say` answers a text, `esc.obj` an object that has it as
 * key and value, and whose `esc.fail` fails with it. Answers the path of its component.
 */
export async function saying(folder: string, text: string): Promise<string> {
  const values = [JSON.stringify(text), JSON.stringify({ [text]: text }), text];
  const data = values.map((value, i) => `(data (i32.const ${place(i)}) "${escaped(value)}")`);
  const bytes = await component(`(component
    (import "tenon:plugin/text@0.1.0" (instance $text (export "document" (type (sub resource)))))
    (alias export $text "document" (type $document))
    ${LIBC}
    (core module $Guest (import "libc" "memory" (memory 1))
      ${data.join("\n")}
      (func (export "run") (param i32 i32 i32 i32 i32 i32) (result i32)
        (local $last i32)
        (local.set $last (i32.load8_u (i32.sub (i32.add (local.get 0) (local.get 1)) (i32.const 1))))
        ${answer("y", 0, values[0]!)}
        ${answer("j", 1, values[1]!)}
        (i32.store8 (i32.const 32) (i32.const 1)) (i32.store8 (i32.const 36) (i32.const 3))
        (i32.store (i32.const 40) (i32.const ${place(2)}))
        (i32.store (i32.const 44) (i32.const ${length(values[2]!)}))
        (i32.const 32)))
    (core instance $m (instantiate $Guest (with "libc" (instance $libc))))
    ${exported.commands})`);
  const path = join(folder, "saying.wasm");
  writeFileSync(path, bytes);
  const commands = ["esc.say", "esc.obj", "esc.fail"].map((id) => ({ id, title: id }));
  const activation = commands.map(({ id }) => `command:${id}`);
  writeFileSync(
    join(folder, "saying.json"),
    manifestText("test/esc", { commands, activation, capabilities: {} }),
  );
  return path;
}

const place = (index: number): number => 4096 * (index + 1);
const length = (text: string): number => Buffer.byteLength(text);
const escaped = (text: string): string =>
  [...Buffer.from(text, "utf8")].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

function answer(last: string, index: number, value: string): string {
  return `(if (i32.eq (local.get $last) (i32.const ${last.charCodeAt(0)})) (then
    (i32.store (i32.const 32) (i32.const 0)) (i32.store (i32.const 36) (i32.const ${place(index)}))
    (i32.store (i32.const 40) (i32.const ${length(value)})) (return (i32.const 32))))`;
}
