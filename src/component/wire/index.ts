// Values of a component's types as bytes between threads: the third form of a layout, beside those that
// lift and lower.
export { WireReader, WireWriter } from "./bytes.ts";
export { type WireHandles, WireMisfit } from "./codec.ts";
export { misfitError } from "../abi/values/misfit.ts";
export type { ResourceType } from "../types.ts";
export {
  answerCodec,
  type WireFunction,
  type WireItems,
  wireItems,
  type WireWorld,
  wireWorld,
} from "./world.ts";
