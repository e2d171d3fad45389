import * as runtime from "../adapter-runtime.ts";
import type { Bind } from "../call-site.ts";
import type { Adapters } from "../route.ts";
import { adapterText, resolveText } from "./adapter-text.ts";
import { loadText } from "./compile.ts";
import { itemsText } from "./items-text.ts";
import type { Text } from "./parts.ts";

const compiled = (text: Text): Bind => loadText(text, runtime);

export const adapters: Adapters = { adapterText, resolveText, itemsText, compiled };
