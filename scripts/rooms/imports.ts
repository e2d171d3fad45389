// What a TypeScript file reaches, and its comments, as the parser sees them.
import { parseSync, Visitor } from "rolldown/utils";

/** A comment of a file: what stands behind its opening, and on which line it starts. */
interface Comment {
  readonly text: string;
  readonly line: number;
}

/**
 * The texts by which a file names others: `from` and `import` in all their forms, types among them,
 * and `new URL(text, import.meta.url)`. A text that is put together when the code runs is none.
 */
export function importsOf(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const add = (node: object | null | undefined): void => {
    if (node && "value" in node && typeof node.value === "string") found.push(node.value);
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    NewExpression: ({ callee, arguments: [first, base] }) => {
      if (callee.type !== "Identifier" || callee.name !== "URL" || base === undefined) return;
      if (text.slice(base.start, base.end) === "import.meta.url") add(first);
    },
  }).visit(parsed(path, text).program);
  return found;
}

/** The comments `// …` of a file. */
export function lineCommentsOf(path: string, text: string): readonly Comment[] {
  return parsed(path, text).comments.flatMap(({ type, value, start }) =>
    type === "Line" ? [{ text: value, line: text.slice(0, start).split("\n").length }] : [],
  );
}

function parsed(path: string, text: string): ReturnType<typeof parseSync> {
  const result = parseSync(path, text);
  if (result.errors.length > 0) throw new Error(`${path}: ${result.errors[0]!.message}`);
  return result;
}
