/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Throws for a text that is not an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/u.test(text)) throw new Error("these are no hexadecimal digits");
  return Uint8Array.from(text.match(/../gu) ?? [], (digits) => parseInt(digits, 16));
}
