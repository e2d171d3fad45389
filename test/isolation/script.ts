import { defineInterface, type InterfaceDefinition } from "../../src/index.ts";

/** What a plugin that is scripted (`host/scripted-guest.ts`) is told to do next. */
export type Step = (plugin: string, what: string, detail: string) => string | Promise<string>;

/** The interface that scripted plugins ask. Until `play` is called, a command answers its input. */
export function script(): { readonly definition: InterfaceDefinition; play(step: Step): void } {
  let step: Step = (_, what, detail) => (what === "run" ? detail : "");
  const definition = defineInterface({
    name: "acme:test/script@1.0.0",
    functions: { step: { waits: true } },
    implement: ({ caller }) => ({
      step: (what: string, detail: string) => step(caller.plugin, what, detail),
    }),
  });
  return {
    definition,
    play: (next) => {
      step = next;
    },
  };
}
