// A process for guests that someone else has taken over. It starts guests, and at the first call of a
// command (exported function 2 of plugins-rs/notes) does what the file lie.txt beside it names.
import { readFileSync, readSync, writeSync } from "node:fs";
import process from "node:process";
import { deserialize } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { WireWriter } from "../../src/component/wire/index.ts";
import { Outcome, ToGuest, ToHost } from "../../src/isolation/wire/frames.ts";
import type { GuestRequest } from "../../src/isolation/wire/messages.ts";
import {
  putHeader,
  RECORD_HEADER,
  RecordKind,
  RecordReader,
} from "../../src/isolation/wire/records.ts";
import { PIPES } from "../../src/platform/node/guest-process/pipes.ts";
import { utf8Encoder } from "../../src/utf8.ts";

/** Bytes of a message that is said again and again. */
const MUCH = 1024 * 1024;
/** Imported functions of plugins-rs/notes. */
const LOG = 0;
const OPEN = 1;
const NOW = 6;
const RUN = 2;

let said = 0;

function say(kind: number, payload: Uint8Array): void {
  const record = new Uint8Array(RECORD_HEADER + payload.length);
  putHeader(record, payload.length, kind, ++said);
  record.set(payload, RECORD_HEADER);
  for (let at = 0; at < record.length;) at += writeSync(PIPES.messages, record, at);
}

function frame(kind: number, instance: number, write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  writer.u32(0);
  writer.u8(kind);
  writer.u32(instance);
  write(writer);
  writer.patch32(0, writer.at);
  return writer.take();
}

function reply(id: number, more: object = {}): void {
  say(RecordKind.object, utf8Encoder.encode(JSON.stringify({ tag: "reply", id, ...more })));
}

function done(instance: number, call: number, write: (writer: WireWriter) => void, ran = 1): void {
  const answer = frame(ToHost.done, instance, (writer) => {
    writer.u32(call);
    writer.f64(ran);
    writer.u8(0);
    write(writer);
  });
  say(RecordKind.frames, answer);
}

function ok(writer: WireWriter): void {
  writer.u8(Outcome.ok);
  writer.string('"answered"');
}

function fails(error: string): (writer: WireWriter) => void {
  return (writer) => {
    writer.u8(Outcome.failed);
    writer.string(error);
  };
}

function again(bytes: Uint8Array): never {
  const much = new Uint8Array(Math.floor(MUCH / bytes.length) * bytes.length);
  for (let at = 0; at < much.length; at += bytes.length) much.set(bytes, at);
  for (;;) say(RecordKind.frames, much);
}

function asks(kind: number, instance: number, func: number): Uint8Array {
  return frame(kind, instance, (writer) => {
    writer.u32(1);
    writer.u32(func);
    if (func === OPEN) writer.string("bucket");
    if (func === LOG) writer.u32(0xffff_ffff);
  });
}

const DATA = { code: "component-trap", message: "so it says", data: "null" };

const LIES: Readonly<Record<string, (instance: number, call: number) => void>> = {
  "an answer that is cut off": (instance, call) =>
    say(
      RecordKind.frames,
      frame(ToHost.done, instance, (writer) => writer.u32(call)),
    ),
  "an error that is none": (instance, call) => done(instance, call, fails("nonsense")),
  "an error whose data are null": (instance, call) =>
    done(instance, call, fails(JSON.stringify(DATA))),
  "time that nobody ran": (instance, call) => done(instance, call, ok, 9e11),
  "empty messages without end": () => {
    for (;;) say(RecordKind.frames, new Uint8Array());
  },
  "frames of an instance that never was": () => again(frame(99, 999_999, () => {})),
  "frames of no kind without end": (instance) => again(frame(99, instance, () => {})),
  "calls whose answers it does not read": (instance) => again(asks(ToHost.callNow, instance, NOW)),
  "calls with arguments that are none": (instance) => again(asks(ToHost.callNow, instance, LOG)),
  "calls that wait, all at once": (instance) => again(asks(ToHost.callLater, instance, OPEN)),
  "a record for the log with a million fields": (instance) => {
    const record = frame(ToHost.tell, instance, (writer) => {
      writer.u32(LOG);
      writer.size(0);
      writer.string("many");
      writer.size(1_000_000);
      writer.raw(new Uint8Array(2_000_000));
    });
    say(RecordKind.frames, record);
  },
  "an answer of 60 MB": (instance, call) =>
    done(instance, call, (writer) => {
      writer.u8(Outcome.ok);
      writer.bytes(new Uint8Array(60_000_000));
    }),
  "that it has 65,535 memories": (instance, call) => done(instance, call, ok),
};

function serve(lie: string): void {
  const records = new RecordReader({
    most: 2 ** 30,
    reuses: true,
    take: (kind, _, payload) => {
      if (kind === RecordKind.frames) return frames(payload, lie);
      reply((deserialize(Uint8Array.from(payload)) as GuestRequest).id, { memories: 65_535 });
    },
  });
  const chunk = new Uint8Array(256 * 1024);
  for (;;) {
    const length = readSync(PIPES.messages, chunk);
    if (length === 0) process.exit();
    records.read(chunk.subarray(0, length));
  }
}

function frames(payload: Uint8Array, lie: string): void {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const u32 = (at: number): number => view.getUint32(at, true);
  for (let at = 0; at < payload.length; at += u32(at)) {
    const kind = payload[at + 4];
    const [instance, call, func] = [u32(at + 5), u32(at + 9), u32(at + 13)];
    const isCall = kind === ToGuest.call || kind === ToGuest.callInTurn;
    if (isCall && func === RUN) LIES[lie]!(instance, call);
    else if (isCall || kind === ToGuest.drop) done(instance, call, ok);
  }
}

if (isMainThread) serve(readFileSync(new URL("lie.txt", import.meta.url), "utf8"));
// The thread of the host's that watches what processes hold.
else await import("../../src/platform/node/guest-process/process-entry.ts");
