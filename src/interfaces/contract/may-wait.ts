/**
 * Functions of the contract that may answer later, on one platform or another: `kv#[static]bucket.open`
 * waits where storage is a page's. To a plugin in JavaScript they are promises everywhere.
 */
export const MAY_WAIT: ReadonlySet<string> = new Set([
  "cache#[method]namespace.get",
  "capabilities#request",
  "clipboard#read",
  "clipboard#write",
  "http#fetch",
  "http#[method]response.read",
  "kv#[static]bucket.open",
  "kv#[method]bucket.get",
  "kv#[method]bucket.set",
  "kv#[method]bucket.compare-and-set",
  "kv#[method]bucket.delete",
  "kv#[method]bucket.keys",
  "text#[method]snapshot.find",
  "ui#message",
  "ui#pick",
  "ui#input",
  "workspace#entries",
  "workspace#read",
]);
