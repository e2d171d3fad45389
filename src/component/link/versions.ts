// Finds the implementation for an import. Explainer.md, "Canonical Interface Names": versions are
// compatible where their canonical parts are equal.

interface Version {
  /**
   * `patch` is undefined for a canonical name such as `0.2`, and `minor` also for `1`: such a name
   * stands for any of its versions.
   */
  readonly parts: readonly [major: number, minor: number | undefined, patch: number | undefined];
  readonly prerelease: boolean;
}

/**
 * The key among `offered` that serves `wanted`: the same name; otherwise the newest compatible
 * version; otherwise the name without a version. Undefined where none does.
 */
export function servingName(wanted: string, offered: Iterable<string>): string | undefined {
  const [base, version] = split(wanted);
  const canonical = version && canonicalPart(version);
  let best: readonly [string, Version] | undefined;
  let plain: string | undefined;
  for (const name of offered) {
    if (name === wanted) return name;
    const [other, found] = split(name);
    if (other !== base) continue;
    if (found === undefined) {
      if (!name.includes("@")) plain = name;
    } else if (canonical !== undefined && canonicalPart(found) === canonical) {
      if (best === undefined || compare(found, best[1]) > 0) best = [name, found];
    }
  }
  return best?.[0] ?? plain;
}

function split(name: string): readonly [string, Version | undefined] {
  const match = /^(.+)@(\d+)(?:\.(\d+)(?:\.(\d+)(-[^+]*)?(\+.*)?)?)?$/.exec(name);
  if (match === null) return [name, undefined];
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number(text);
  const parts = [Number(match[2]), number(match[3]), number(match[4])] as const;
  return [match[1]!, { parts, prerelease: match[5] !== undefined }];
}

/**
 * `1` for 1.2.3, `0.2` for 0.2.6, `0.0.1` for itself; undefined for a prerelease, which serves only
 * itself.
 */
function canonicalPart({ parts: [major, minor, patch], prerelease }: Version): string | undefined {
  if (prerelease) return undefined;
  if (major > 0) return `${major}`;
  if (minor === undefined) return undefined;
  if (minor > 0) return `0.${minor}`;
  return patch === undefined ? undefined : `0.0.${patch}`;
}

/** A canonical name sorts before each version that it stands for. */
function compare(a: Version, b: Version): number {
  for (const [index, part] of a.parts.entries()) {
    const [one, other] = [part ?? -1, b.parts[index] ?? -1];
    if (one !== other) return one - other;
  }
  return 0;
}
