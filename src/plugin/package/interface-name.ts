// By their files: the package's index is CommonJS, all of which a bundler keeps.
import compare from "semver/functions/compare.js";
import major from "semver/functions/major.js";
import minor from "semver/functions/minor.js";
import patch from "semver/functions/patch.js";
import prerelease from "semver/functions/prerelease.js";
import valid from "semver/functions/valid.js";

/** A WIT interface's name in its parts: `tenon:plugin/http@0.1.0`. */
export interface InterfaceName {
  /** Without the version: `tenon:plugin/http`. */
  readonly base: string;
  /** `tenon:plugin`; the whole name where it has no slash. */
  readonly pkg: string;
  /** `http`. */
  readonly local: string;
  /** Undefined where the name has no version, or one that is not a semantic version. */
  readonly version: string | undefined;
}

export function parseInterfaceName(name: string): InterfaceName {
  const at = name.indexOf("@");
  const base = at < 0 ? name : name.slice(0, at);
  const slash = base.indexOf("/");
  return {
    base,
    pkg: slash < 0 ? base : base.slice(0, slash),
    local: slash < 0 ? base : base.slice(slash + 1),
    version: at < 0 ? undefined : (valid(name.slice(at + 1)) ?? undefined),
  };
}

/**
 * Whether an interface that is offered in one version serves an import of another. Both must be on
 * the same track (the same major version; below 1.0 the same minor; below 0.1, and for a
 * prerelease, the same version). The offered version must not be older, so that it lacks nothing.
 */
export function serves(offered: InterfaceName, wanted: InterfaceName): boolean {
  if (offered.base !== wanted.base) return false;
  if (offered.version === undefined || wanted.version === undefined) {
    return offered.version === wanted.version;
  }
  const order = compare(offered.version, wanted.version);
  if (order === 0) return true;
  return order > 0 && track(offered.version) === track(wanted.version);
}

function track(version: string): string {
  if (prerelease(version)) return version;
  if (major(version) > 0) return `${major(version)}`;
  return minor(version) > 0 ? `0.${minor(version)}` : `0.0.${patch(version)}`;
}
