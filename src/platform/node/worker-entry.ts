/// The file that a worker starts from, beside the module at `base`: the same source under Node
/// (`.ts`) as in the built package (`.js`). `tsc` does not rewrite the paths in `new URL`.
export function workerEntry(base: string, name: string): URL {
  return new URL(base.endsWith(".ts") ? `${name}.ts` : `${name}.js`, base);
}
