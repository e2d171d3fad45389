import type { Route } from "../route.ts";
import { placedStub } from "../stub.ts";
import { adapterFunction, resolveFunction } from "./adapter-function.ts";
import { itemsFunction } from "./items-function.ts";
import { liftFunction } from "./lift-function.ts";
import { lowerFunction } from "./lower-function.ts";

export const closureRoute: Route = {
  lift: liftFunction,
  lower: lowerFunction,
  adapter: adapterFunction,
  resolve: resolveFunction,
  items: itemsFunction,
  stubs: (shapes) => shapes.map((shape, nth) => placedStub(nth, shape)),
};
