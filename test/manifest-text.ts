/** A manifest with all that one must have, and `more`. `name`: `scope/plugin`. */
export function manifestText(name: string, more: object = {}): string {
  return JSON.stringify({
    name,
    version: "1.0.0",
    title: name.slice(name.indexOf("/") + 1),
    description: "Does as a test says.",
    license: "Apache-2.0",
    authors: ["Test"],
    api: "^0.1.0",
    ...more,
  });
}
