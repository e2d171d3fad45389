import { join } from "node:path";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import {
  createHost,
  type Host,
  type InterfaceDefinition,
  type Isolation,
  jsonLinesAudit,
  type PluginStatus,
} from "tenon";
import { appendTo, grantFile, nodePlatform } from "tenon/node";
import { type Account, Accounts, type UploaderLimits, uploaderLimits } from "./accounts.ts";
import { failureOf } from "./answers.ts";
import { uploadPolicy } from "./policy.ts";
import { Uploads } from "./uploads.ts";

const MIB = 1024 * 1024;

/** Of a call. Time that a busy machine gives to others counts, too. */
const DEADLINE_MS = 5_000;

export interface UploadServerOptions {
  /** The folder for all that outlives the server: packages, grants, plugins' data, the audit trail. */
  readonly state: string;
  /** The token of each uploader, by name. A token has 16 to 200 characters. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Where uploaded plugins run. Default: `process`. */
  readonly isolation?: Isolation;
  /** Default: `uploaderLimits`. */
  readonly limits?: Partial<UploaderLimits>;
  /** Interfaces of the application's own. Default: none. */
  readonly interfaces?: readonly InterfaceDefinition[];
}

export interface UploadServer extends AsyncDisposable {
  readonly app: Hono;
  readonly host: Host;
  /** Uploads of an earlier run that could not be installed. */
  readonly failed: readonly string[];
}

/** People upload plugins, which run apart from the server and from each other; anyone calls them. */
export async function createUploadServer(options: UploadServerOptions): Promise<UploadServer> {
  const { state, isolation = "process", interfaces = [] } = options;
  const limits = { ...uploaderLimits, ...options.limits };
  const accounts = new Accounts(options.tokens, limits);
  const uploads = new Uploads(join(state, "uploads"));
  const host = createHost({
    platform: nodePlatform({ state: join(state, "host") }),
    policy: uploadPolicy(grantFile(join(state, "grants.json"))),
    audit: jsonLinesAudit(appendTo(join(state, "audit.jsonl"))),
    // All that is uploaded comes from people whom nobody knows. A key does not make it harmless.
    isolation: () => isolation,
    interfaces,
    limits: {
      maxMemoryBytes: 64 * MIB,
      totalMemoryBytes: 512 * MIB,
      maxDeadlineMs: DEADLINE_MS,
      // A busy machine compiles slowly, and in processes of their own plugins do not wait for each other.
      compileMs: 15_000,
    },
  });
  const failed = await uploads.installAll(host);
  const app = new Hono();
  app.onError((error, context) => {
    const { status, error: told } = failureOf(error);
    return context.json({ error: told }, status);
  });
  const tooLarge = (maxSize: number): ReturnType<typeof bodyLimit> =>
    bodyLimit({
      maxSize,
      onError: (context) =>
        context.json({ error: { code: "over-limit", message: `at most ${maxSize} bytes` } }, 413),
    });
  const whose = (authorization: string | undefined): Account | undefined =>
    accounts.of(authorization);
  const stranger = { error: { code: "unauthorized", message: "send Authorization: Bearer TOKEN" } };
  // Comes before anything of a body is read, which a stranger may send as slowly as they like.
  const uploaders: MiddlewareHandler = async (context, next) => {
    const account = whose(context.req.header("authorization"));
    return account === undefined ? context.json(stranger, 401) : await next();
  };

  app.get("/plugins", (context) =>
    context.json(host.plugins().map((status) => shown(status, uploads.get(status.name)?.uploader))),
  );

  // The package is the body: a component with its manifest inside, and its signature if it is signed.
  app.post("/plugins", uploaders, tooLarge(limits.packageBytes), async (context) => {
    const account = whose(context.req.header("authorization"));
    if (account === undefined) return context.json(stranger, 401);
    using _ = account.upload(Date.now());
    const component = new Uint8Array(await context.req.arrayBuffer());
    account.room(component.length, []);
    const replace = context.req.query("replace") === undefined ? {} : { replace: "newer" as const };
    if (replace.replace === undefined) account.room(component.length, uploads.of(account.name));
    const status = await host.install(component, replace);
    const before = uploads.get(status.name);
    if (before === undefined) {
      // There may be more by now, and what was to replace a plugin may be a new one.
      try {
        account.room(component.length, uploads.of(account.name));
      } catch (error) {
        await host.uninstall(status.name);
        throw error;
      }
    }
    // An update of the same maker's stays with who uploaded it first.
    const uploader = before?.uploader ?? account.name;
    uploads.keep({ plugin: status.name, uploader, bytes: component.length }, component);
    return context.json(shown(status, uploader), before === undefined ? 201 : 200);
  });

  app.delete("/plugins/:scope/:name", async (context) => {
    const account = whose(context.req.header("authorization"));
    if (account === undefined) return context.json(stranger, 401);
    const { scope, name } = context.req.param();
    const plugin = `${scope}/${name}`;
    const upload = uploads.get(plugin);
    if (upload?.uploader !== account.name) {
      return context.json({ error: { code: "plugin-unknown", message: "you have none" } }, 404);
    }
    await host.uninstall(plugin);
    // Somebody may have taken the name in the meantime.
    if (uploads.get(plugin) === upload) uploads.drop(plugin);
    return context.body(null, 204);
  });

  // A command of a plugin; the body is its input, as JSON.
  app.post("/plugins/:scope/:name/commands/:command", tooLarge(MIB), async (context) => {
    const { scope, name, command } = context.req.param();
    // Before it is looked whose call it is: who sends nothing takes none of the calls of others.
    const input = jsonOf(await context.req.text());
    const upload = uploads.get(`${scope}/${name}`);
    const has = upload && host.plugin(upload.plugin).commands.some(({ id }) => id === command);
    if (upload === undefined || has !== true) {
      return context.json({ error: { code: "command-unknown", message: "there is none" } }, 404);
    }
    using _ = accounts.named(upload.uploader)?.call();
    if (input.tag === "wrong") {
      return context.json(
        { error: { code: "command-input", message: "the body is no JSON" } },
        400,
      );
    }
    const { signal } = context.req.raw;
    const answer = await host.execute(command, input.value, { signal, deadlineMs: DEADLINE_MS });
    return context.json({ answer });
  });

  // Brings an event to the plugins that listen to it.
  app.post("/events/:event", uploaders, tooLarge(MIB), async (context) => {
    const account = whose(context.req.header("authorization"));
    if (account === undefined) return context.json(stranger, 401);
    const input = jsonOf(await context.req.text());
    using _ = account.call();
    if (input.tag === "wrong") {
      return context.json(
        { error: { code: "event-invalid", message: "the body is no JSON" } },
        400,
      );
    }
    const report = await host.dispatch(`event:${context.req.param("event")}`, input.value);
    const plugins = report.plugins.map((one) => ({
      plugin: one.plugin,
      outcome: one.tag === "failed" ? failureOf(one.error).error.code : one.tag,
    }));
    return context.json({ plugins });
  });

  return { app, host, failed, [Symbol.asyncDispose]: () => host.close() };
}

type Json = { readonly tag: "value"; readonly value: unknown } | { readonly tag: "wrong" };

function jsonOf(text: string): Json {
  try {
    return { tag: "value", value: text === "" ? null : (JSON.parse(text) as unknown) };
  } catch {
    return { tag: "wrong" };
  }
}

/** `maker` says who made it and how that is known; `uploader` is who brought it. */
function shown(status: PluginStatus, uploader: string | undefined): object {
  const { name, version, maker, identity, state, commands, standing } = status;
  return {
    name,
    version,
    maker,
    identity: identity.tag,
    uploader,
    state,
    commands: commands.map(({ id }) => id),
    capabilities: standing.map(({ capability, status: decided }) => [capability, decided]),
  };
}
