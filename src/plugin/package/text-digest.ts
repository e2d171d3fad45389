/**
 * A short text, of hexadecimal digits, that stands for a long one. It is fast and not
 * cryptographic: a caller that uses it as a key must keep the long text beside it, to compare.
 */
export function textDigest(text: string): string {
  let [a, b, c, d] = [0xdeadbeef, 0x41c6ce57, 0x9e3779b9, 0x7f4a7c15];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
    c = Math.imul(c ^ unit, 2246822507);
    d = Math.imul(d ^ unit, 3266489909);
  }
  return [mix(a, b), mix(b, c), mix(c, d), mix(d, a)].map((part) => part.toString(16)).join("-");
}

function mix(one: number, other: number): number {
  const mixed = Math.imul(one ^ (one >>> 16), 2246822507);
  return (mixed ^ Math.imul(other ^ (other >>> 13), 3266489909)) >>> 0;
}
