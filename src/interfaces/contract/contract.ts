/** The version of `tenon:plugin` that this host implements. */
export const contractVersion = "0.1.0";

/** The WIT name of one of the contract's interfaces, with its version. */
export function contractName(name: string): string {
  return `tenon:plugin/${name}@${contractVersion}`;
}

/** Whether the interface is one of Tenon's own, and not the application's. */
export function isContract(name: string): boolean {
  return name.startsWith("tenon:plugin/");
}
