/** What an exported function returns when its answer goes to `CallOptions.answers`. */
export const LATER: unique symbol = Symbol("later");

/** A key that only the prototypes of guests' resource classes have. */
export const guestResource: unique symbol = Symbol("guest resource");
