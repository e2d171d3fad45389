/** The text with what stands between `<!-- mark -->` and `<!-- /mark -->` replaced by `table`. */
export function between(text: string, mark: string, table: string): string {
  const [start, end] = [`<!-- ${mark} -->\n`, `<!-- /${mark} -->\n`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no marks of "${mark}"`);
  return `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
}
