import { componentEngine } from "../../src/component/tenon-engine.ts";
import { engineConformance } from "./engine.ts";

engineConformance("tenon, generated text", () => componentEngine({ code: "text" }));
engineConformance("tenon, closures", () => componentEngine({ code: "closures" }));
