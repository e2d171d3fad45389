// Which IP addresses are public unicast: reachable by anyone, and so no way into the network that
// the host is in. From the IANA special-purpose address registries.

/** Ranges that are not public: the first address, and how many of its leading bits they share. */
const specialIPv4: readonly (readonly [address: string, bits: number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by a carrier
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local, with the metadata services of clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];

/** Ranges within 2000::/3 that are not public. Nothing outside of 2000::/3 is. */
const specialIPv6: readonly (readonly [address: string, bits: number])[] = [
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: it would carry any IPv4 address
  ["3fff::", 20], // documentation
];

const ranges4 = specialIPv4.map(([address, bits]) => [parsed(parseIPv4, address), bits] as const);
const ranges6 = specialIPv6.map(([address, bits]) => [parsed(parseIPv6, address), bits] as const);
const globalUnicast = parsed(parseIPv6, "2000::");
const linkLocal4 = parsed(parseIPv4, "169.254.0.0");
const linkLocal6 = parsed(parseIPv6, "fe80::");
const metadata6 = parsed(parseIPv6, "fd00:ec2::254");
const mapped = parsed(parseIPv6, "::ffff:0:0");

/** False for anything that is not written as an address, and for one with a zone. */
export function isPublicAddress(address: string): boolean {
  const four = parseIPv4(address);
  if (four !== undefined) return isPublicIPv4(four);
  const six = parseIPv6(address);
  if (six === undefined) return false;
  if (within(six, mapped, 96)) return isPublicIPv4(six.slice(12));
  return (
    within(six, globalUnicast, 3) && !ranges6.some(([range, bits]) => within(six, range, bits))
  );
}

/**
 * Whether an address is link-local, or another one under which a cloud offers its metadata service.
 * That service answers any caller with the machine's own credentials.
 */
export function isLinkLocalAddress(address: string): boolean {
  const four = parseIPv4(address);
  const six = parseIPv6(address.replace(/%.*$/, ""));
  if (six !== undefined && within(six, mapped, 96)) return within(six.slice(12), linkLocal4, 16);
  if (six !== undefined) return within(six, linkLocal6, 10) || within(six, metadata6, 128);
  return four !== undefined && within(four, linkLocal4, 16);
}

function isPublicIPv4(bytes: Uint8Array): boolean {
  return !ranges4.some(([range, bits]) => within(bytes, range, bits));
}

function within(address: Uint8Array, range: Uint8Array, bits: number): boolean {
  for (let i = 0; i < bits; i += 8) {
    const mask = bits - i >= 8 ? 0xff : (0xff << (8 - (bits - i))) & 0xff;
    if (((address[i >> 3] ?? 0) & mask) !== ((range[i >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** Four decimal numbers, as sockets and resolvers write them; nothing else counts as IPv4. */
function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[i] = Number(part);
  }
  return bytes;
}

/** RFC 4291, section 2.2, without a zone. */
function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Groups of 16 bits; the last may be an IPv4 address, which is two. */
function groupsOf(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const four = i === parts.length - 1 ? parseIPv4(part) : undefined;
    if (four !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parsed(parse: (text: string) => Uint8Array | undefined, address: string): Uint8Array {
  const bytes = parse(address);
  if (bytes === undefined) throw new Error(`not an address: ${address}`);
  return bytes;
}
