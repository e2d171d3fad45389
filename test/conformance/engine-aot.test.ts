import { writtenEngine } from "../component/ahead.ts";
import { engineConformance } from "./engine.ts";

engineConformance("tenon, written beforehand", writtenEngine);
