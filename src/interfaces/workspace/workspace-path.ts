// Paths of the workspace interface: relative, `/`-separated, the same on every platform.

/** In UTF-16 units. */
const maxLength = 4096;
const maxSegments = 128;
const maxSegmentLength = 255;

/** Windows reserves these names in every folder, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/i;
// Control characters, and what means something else to some file system.
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u001f\u007f\\:*?"<>|]/;

export type ParsedPath =
  | { readonly tag: "path"; readonly segments: readonly string[] }
  | { readonly tag: "invalid"; readonly reason: string };

/** The segments of a path. The empty path is the root and has none. */
export function parseWorkspacePath(path: string): ParsedPath {
  if (path === "") return { tag: "path", segments: [] };
  if (path.length > maxLength) return invalid(`longer than ${maxLength}`);
  const segments = path.split("/");
  if (segments.length > maxSegments) return invalid(`deeper than ${maxSegments}`);
  for (const segment of segments) {
    const wrong = wrongWithSegment(segment);
    if (wrong !== undefined) return invalid(wrong);
  }
  return { tag: "path", segments };
}

/** What is wrong with a segment; undefined where nothing is. */
export function wrongWithSegment(segment: string): string | undefined {
  if (segment === "") return "an empty segment (paths are relative, without // and a / at an end)";
  if (segment === "." || segment === "..") return `a segment "${segment}"`;
  if (segment.length > maxSegmentLength) return `a segment longer than ${maxSegmentLength}`;
  if (forbidden.test(segment)) return "a character that no file name may have here";
  if (/[. ]$/.test(segment)) return "a segment that ends in a dot or a space";
  if (deviceName.test(segment)) return "the name of a device";
  return undefined;
}

/** The order in which a walk meets paths: segment by segment, a folder before its contents. */
export function comparePaths(one: readonly string[], other: readonly string[]): number {
  const shared = Math.min(one.length, other.length);
  for (let i = 0; i < shared; i++) {
    const order = compareSegments(one[i] ?? "", other[i] ?? "");
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

export function compareSegments(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether `path` is `folder` or below it. */
export function isWithin(folder: readonly string[], path: readonly string[]): boolean {
  return folder.length <= path.length && folder.every((segment, i) => segment === path[i]);
}

function invalid(reason: string): ParsedPath {
  return { tag: "invalid", reason };
}
