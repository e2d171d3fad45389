// Code mode as a tool of the AI SDK: the model writes one program in place of many calls.
import { tool } from "ai";
import { type CodeRunner, type Tools } from "tenon/code";
import { z } from "zod";

/**
 * A tool whose input is a program. `tools`: what programs may call. `described`: what the model is
 * told of them, such as their types.
 */
export function codeTool(runner: CodeRunner, tools: Tools, described: string) {
  return tool({
    description:
      "Runs JavaScript, the body of an async function, and answers what it returns. These " +
      `functions are there; nothing can be imported:\n${described}`,
    inputSchema: z.object({ source: z.string().describe("the program") }),
    async execute({ source }, { abortSignal }) {
      try {
        const { value, output } = await runner.run(source, { tools, signal: abortSignal });
        return { value, printed: output.map(({ text }) => text) };
      } catch (error) {
        // The model reads it and writes a better program.
        return { failed: error instanceof Error ? error.message : String(error) };
      }
    },
  });
}
