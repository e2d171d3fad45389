/// Which implementation serves an import. Explainer.md, "Canonical Interface Names": versions are
/// compatible where their canonical parts are equal.

interface Version {
  readonly parts: readonly [number, number, number];
  readonly prerelease: boolean;
}

/// The key among `offered` that serves `wanted`: the name itself; else of the compatible versions
/// the newest; else the name without a version. Undefined where none does.
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
  const match = /^(.+)@(\d+)\.(\d+)\.(\d+)(-[^+]*)?(\+.*)?$/.exec(name);
  if (match === null) return [name, undefined];
  const parts = [Number(match[2]), Number(match[3]), Number(match[4])] as const;
  return [match[1]!, { parts, prerelease: match[5] !== undefined }];
}

/// `1` of 1.2.3, `0.2` of 0.2.6, `0.0.1` of itself; undefined of a prerelease, which serves itself.
function canonicalPart({ parts: [major, minor, patch], prerelease }: Version): string | undefined {
  if (prerelease) return undefined;
  if (major > 0) return `${major}`;
  return minor > 0 ? `0.${minor}` : `0.0.${patch}`;
}

function compare(a: Version, b: Version): number {
  for (const [index, part] of a.parts.entries()) {
    if (part !== b.parts[index]) return part - b.parts[index]!;
  }
  return 0;
}
