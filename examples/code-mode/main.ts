// Both adapters at work: with a model that answers what it is told, and a server and clients in this process.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { generateText, stepCountIs } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { createCodeRunner } from "tenon/code";
import { z } from "zod";
import { codeTool } from "./ai-tool.ts";
import { codeServer, toolsOf } from "./mcp-server.ts";

await using runner = createCodeRunner({ deadlineMs: 20_000, memoryMiB: 32 });

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const source = "const all = await Promise.all([2, 3].map((n) => square(n))); return all";
const model = new MockLanguageModelV4({
  doGenerate: [
    {
      content: [
        { type: "tool-call", toolCallId: "1", toolName: "run", input: JSON.stringify({ source }) },
      ],
      finishReason: { unified: "tool-calls", raw: undefined },
      usage,
      warnings: [],
    },
    {
      content: [{ type: "text", text: "4 and 9" }],
      finishReason: { unified: "stop", raw: undefined },
      usage,
      warnings: [],
    },
  ],
});
const tools = { square: (n: number) => n * n };
const { text, steps } = await generateText({
  model,
  tools: { run: codeTool(runner, tools, "square(n: number): Promise<number>") },
  stopWhen: stepCountIs(2),
  prompt: "What are the squares of 2 and 3?",
});
console.log("ai:", JSON.stringify(steps[0]?.toolResults[0]?.output), text);

const files = new McpServer({ name: "files", version: "1.0.0" });
files.registerTool("read-file", { inputSchema: { path: z.string() } }, ({ path }) => ({
  content: [{ type: "text", text: `the text of ${path}` }],
}));
const client = await connected(files);
const server = codeServer(runner, await toolsOf({ files: client }));
const user = await connected(server);
const run = (program: string) => user.callTool({ name: "run", arguments: { source: program } });
const read = await run("const [{ text }] = await files.read_file({ path: 'a.md' }); return text");
console.log("mcp:", JSON.stringify(read.content));
console.log("mcp:", JSON.stringify(await run("null.x")));
await Promise.all([client.close(), user.close()]);

async function connected(to: McpServer): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  const made = new Client({ name: "main", version: "1.0.0" });
  await Promise.all([to.connect(there), made.connect(here)]);
  return made;
}
