/// Places that read and write a property whose name is known when functions are bound.
///
/// JavaScript engines keep what they learn about `object[key]` with the place in the source, and a
/// place that has met a second name takes some fifty times as long: so there are many, each for one
/// field of a component's records. Components with more fields than this share them.
export type Fields = { [key: string]: unknown };

export interface Site {
  readonly get: (record: Fields) => unknown;
  readonly put: (record: Fields, value: unknown) => void;
  readonly copy: (record: Fields) => Fields;
}

export function siteOf(nth: number, key: string): Site {
  return SITES[nth % SITES.length]!(key);
}

const SITES: readonly ((key: string) => Site)[] = [
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
  (k) => ({ get: (o) => o[k], put: (o, v) => void (o[k] = v), copy: (o) => ({ ...o }) }),
];
