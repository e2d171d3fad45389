import type { Permission } from "../../capability/authority.ts";
import type { CacheableAnswers } from "../../interfaces/cacheable.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import type { Answered } from "./answer-cache.ts";
import { refusedByAccount } from "./gate-refused-by-account.ts";
import { refuse, sifted, traced, type GatePowers, type HostFunction } from "./gate-outcome.ts";

export interface CacheableFunction {
  readonly definition: InterfaceDefinition;
  readonly name: string;
  readonly operation: string;
  /** Undefined: every plugin may call it. */
  readonly capability: string | undefined;
  readonly rule: CacheableAnswers;
  readonly mayWait: boolean;
  /** Calls the implementation. Its errors have been through `failedCall`. */
  run(self: unknown, args: unknown[]): unknown;
}

/**
 * The gate before a function whose answers may be kept. It asks for permission before an answer is
 * looked up, and counts and traces like any other gate. A call that waited for another plugin's
 * call is asked about again before it gets that call's answer.
 */
export function gateCacheable(its: CacheableFunction, powers: GatePowers): HostFunction {
  const { definition, name, operation, capability, rule, mayWait } = its;
  const { authority, meter, telemetry, caller, answers, component } = powers;
  const account = powers.allowance.account(definition.name);

  const may = (use: unknown): Permission<unknown> =>
    capability === undefined
      ? { allowed: true, scope: undefined }
      : authority.may(caller.plugin, capability, use, operation);

  const refused = (reason: string): unknown =>
    refuse(definition, name, operation, capability ?? "", reason, powers);

  return function gated(this: unknown, ...args: unknown[]): unknown {
    meter.hostCalls++;
    if (!account.admits()) {
      return refusedByAccount({ definition, name, operation, mayWait }, powers, () =>
        gated.apply(this, args),
      );
    }
    const use = usedBy(args);
    const permission = may(use);
    if (!permission.allowed) return refused(permission.reason);
    let kept = false;
    const tell = (answered: Answered): unknown => {
      if (answered.tag === "refused") return refused("it was taken back");
      kept = answered.tag === "served";
      if (kept) {
        meter.keptAnswers++;
        account.withdrawn();
      }
      return answered.answer;
    };
    const run = (): unknown => {
      const load = (): unknown => its.run(this, args);
      if (rule.use !== undefined && use === undefined) return load();
      const plugin = `${caller.plugin} ${component}`;
      const { scope } = permission;
      const mayStill = (): boolean => may(use).allowed;
      const call = { operation, rule, plugin, scope, args, load, waits: mayWait, mayStill };
      const answered = answer({ ...call, own: (resource) => powers.own(resource) });
      return answered instanceof Promise ? answered.then(tell) : tell(answered);
    };
    return telemetry.traced ? traced(operation, powers, run, () => kept) : run();
  };

  function usedBy(args: readonly unknown[]): unknown {
    try {
      return rule.use?.(args);
    } catch (error) {
      throw sifted(operation, error);
    }
  }

  /** An error of the rule itself is the host's fault. */
  function answer(
    request: Parameters<typeof answers.answer>[0],
  ): ReturnType<typeof answers.answer> {
    try {
      const answered = answers.answer(request);
      if (!(answered instanceof Promise)) return answered;
      return answered.catch((error: unknown) => {
        throw sifted(operation, error);
      });
    } catch (error) {
      throw sifted(operation, error);
    }
  }
}
