import { describe, expect, it } from "vitest";
import {
  AnswerPage,
  AnswerReader,
  AnswerWriter,
  newAnswerPage,
  newShortAnswerPage,
} from "../../../src/isolation/wire/answer-page.ts";
import { WireWriter } from "../../../src/component/wire/bytes.ts";

const MOST = 200_000;

function saying(text: string): WireWriter {
  const writer = new WireWriter();
  writer.string(text);
  return writer;
}

describe.each([true, false])("the page of answers (with a short one: %s)", (shortly) => {
  const ends = (): { readonly host: AnswerWriter; readonly guest: AnswerReader } => {
    const page = newAnswerPage(MOST);
    const short = shortly ? newShortAnswerPage() : undefined;
    return {
      host: new AnswerWriter(new AnswerPage(page, short)),
      guest: new AnswerReader(page, short),
    };
  };

  it("holds one answer after the other, short and long", () => {
    const { host, guest } = ends();
    for (const length of [0, 10, 70_000, 3, 150_000, 64 * 1024 - 8, 64 * 1024, 1]) {
      const call = guest.next();
      host.asked(call);
      host.answer(call, saying("x".repeat(length)));
      expect(guest.wait().string()).toBe("x".repeat(length));
    }
  });

  it("takes no second answer, and none to a call that was over before", () => {
    const { host, guest } = ends();
    const first = guest.next();
    host.asked(first);
    host.answer(first, saying("first"));
    host.answer(first, saying("again"));
    expect(guest.wait().string()).toBe("first");
    const second = guest.next();
    host.answer(first, saying("late"));
    host.asked(second);
    host.answer(first, saying("later"));
    host.answer(second, saying("second"));
    host.answer(first, saying("latest"));
    expect(guest.wait().string()).toBe("second");
  });

  it("throws where an answer is longer than the page may get, and takes another one then", () => {
    const { host, guest } = ends();
    const call = guest.next();
    host.asked(call);
    expect(() => host.answer(call, saying("x".repeat(MOST + 1)))).toThrow(RangeError);
    host.answer(call, saying("too long"));
    expect(guest.wait().string()).toBe("too long");
  });

  it("refuses a call whose instance has ended", () => {
    const { host, guest } = ends();
    const call = guest.next();
    host.asked(call);
    host.refuse(call);
    const reader = guest.wait();
    expect(reader.u8()).toBe(2);
    expect(reader.string()).toBe("the instance has ended");
  });
});
