/** What an exported function returns whose answer goes to `CallOptions.answers`. */
export const LATER: unique symbol = Symbol("later");

/** What the classes of guests' resources have in their prototypes, and nothing else has. */
export const guestResource: unique symbol = Symbol("guest resource");
