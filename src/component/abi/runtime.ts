/**
 * The functions that generated text uses by name, except for those of adapter-runtime.ts. See
 * emit/unit.ts.
 */
export { isArrayBuffer, isMap, isThenable } from "../../realms.ts";
export { fitsAsync, isHost } from "./values/accepts.ts";
export { fitsNumbers, isChar } from "./values/scalars.ts";
export { guestRep, isGuest, isOwnedGuest } from "./resources/guest-resource.ts";
export { BorrowScope, expectNoBorrows } from "./resources/handles.ts";
export {
  giveBack,
  liftBorrow,
  liftBorrowRep,
  liftOwn,
  liftOwnHandle,
  liftOwnRep,
  lowerBorrow,
  lowerBorrowRep,
  lowerLent,
  lowerOwn,
  lowerOwnBorrow,
  lowerOwnLent,
  lowerOwnRep,
} from "./resources/resources.ts";
export {
  loadLatin1Utf16,
  loadUtf16,
  loadUtf8,
  storeLatin1Utf16,
  storeUtf16,
  storeUtf8,
} from "./strings/strings.ts";
export { hostFailure } from "./trap.ts";
export {
  badCase,
  bitsOfDouble,
  bitsOfFloat,
  char,
  doubleOfBits,
  floatOfBits,
  indexIn,
  lengthChanged,
  raise,
  unsupportedValue,
  wrap,
  writeNumbers,
} from "./values/values.ts";
