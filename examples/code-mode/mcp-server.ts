// A server of the Model Context Protocol whose one tool runs a program over the tools of others.
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CodeRunner, Tools } from "tenon/code";
import { z } from "zod";

/** Each client's tools, as a group of its name: `await files.read({ path })`. */
export async function toolsOf(clients: Readonly<Record<string, Client>>): Promise<Tools> {
  const groups = await Promise.all(
    Object.entries(clients).map(async ([name, client]) => {
      const { tools } = await client.listTools();
      const group = tools.map((tool) => [
        tool.name.replaceAll(/[^\w$]/g, "_"),
        async (given: Record<string, unknown> = {}) => {
          const answer = await client.callTool({ name: tool.name, arguments: given });
          if (answer.isError === true) throw new Error(JSON.stringify(answer.content));
          return answer.structuredContent ?? answer.content;
        },
      ]);
      return [name, Object.fromEntries(group)] as const;
    }),
  );
  return Object.fromEntries(groups);
}

/** The server; connect it to a transport. */
export function codeServer(runner: CodeRunner, tools: Tools): McpServer {
  const server = new McpServer({ name: "code", version: "1.0.0" });
  server.registerTool(
    "run",
    {
      description: "Runs JavaScript, the body of an async function, and answers what it returns.",
      inputSchema: { source: z.string() },
    },
    async ({ source }) => {
      try {
        const { value, output } = await runner.run(source, { tools });
        const text = [...output.map((line) => line.text), JSON.stringify(value) ?? "undefined"];
        return { content: [{ type: "text", text: text.join("\n") }] };
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return { content: [{ type: "text", text }], isError: true };
      }
    },
  );
  return server;
}
