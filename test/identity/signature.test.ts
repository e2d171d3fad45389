import fc from "fast-check";
import { expect, test } from "vitest";
import { signedBytesSteps, type SignedBytes } from "../../src/identity/signed-bytes.ts";
import {
  decodeSignature,
  encodeSignature,
  MOST_SIGNATURE,
  type PackageSignature,
} from "../../src/identity/signature.ts";
import { withSignature } from "../../src/identity/sign.ts";
import { rustComponent, withSection } from "../plugin/samples.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const signature: fc.Arbitrary<PackageSignature> = fc.record({
  publicKey: bytes(32),
  signature: bytes(64),
  links: fc.array(fc.record({ from: bytes(32), signature: bytes(64) }), { maxLength: 8 }),
});

function walked(component: Uint8Array): SignedBytes {
  const steps = signedBytesSteps(component);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

test("a signature reads as it was written, and has one form", () => {
  fc.assert(
    fc.property(signature, (given) => {
      const written = encodeSignature(given);
      expect(written.length).toBeLessThanOrEqual(MOST_SIGNATURE);
      expect(decodeSignature(written)).toEqual(given);
      expect(encodeSignature(decodeSignature(written))).toEqual(written);
    }),
  );
});

test("a signature that is cut off, longer, or of another form is refused with one code", () => {
  fc.assert(
    fc.property(
      signature,
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      (given, at, more) => {
        const written = encodeSignature(given);
        const cut = written.subarray(0, at % written.length);
        expect(codeOf(() => decodeSignature(cut))).toBe("signature-malformed");
        const longer = Uint8Array.from([...written, ...more]);
        expect(codeOf(() => decodeSignature(longer))).toBe("signature-malformed");
        const head = new Uint8Array(written);
        head[at % 12]! ^= 0x40;
        expect(codeOf(() => decodeSignature(head))).toBe("signature-malformed");
      },
    ),
  );
});

test("whatever the bytes are, reading them ends with a signature or with the code", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_000 }), (given) => {
      expect(codeOf(() => decodeSignature(given))).toBe("signature-malformed");
    }),
  );
});

test("a signature is found as the last section, and is about everything before it", () => {
  const component = rustComponent("upper");
  fc.assert(
    fc.property(signature, (given) => {
      const written = encodeSignature(given);
      const found = walked(withSignature(component, written));
      expect(found.signatures).toEqual([written]);
      expect(found.end).toBe(component.length);
      expect(found.isFollowed).toBe(false);
      expect(found.manifest?.length).toBeGreaterThan(0);
    }),
  );
});

test("what follows a signature, another one too, is noticed", () => {
  const signed = withSignature(rustComponent("upper"), new Uint8Array(108));
  expect(walked(withSection(signed, "name", "x")).isFollowed).toBe(true);
  expect(walked(withSignature(signed, new Uint8Array(108))).signatures).toHaveLength(2);
});

test("any bytes are walked to their end, and a signature is never found beyond them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.boolean(), (given, isComponent) => {
      const preamble = isComponent ? [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0] : [];
      const { end, signatures } = walked(Uint8Array.from([...preamble, ...given]));
      expect(end).toBeLessThanOrEqual(preamble.length + given.length);
      expect(signatures.length).toBeLessThanOrEqual(2);
    }),
  );
});

test("a component of nothing but small sections is walked in steps", () => {
  const sections = new Uint8Array(8 + 3 * 100_000);
  for (let at = 8; at < sections.length; at += 3) sections.set([0, 1, 0], at);
  let steps = 0;
  for (const _ of signedBytesSteps(sections)) steps++;
  expect(steps).toBeGreaterThan(20);
});
