import type { AuditTrail } from "../../../capability/audit.ts";
import { staticPolicy } from "../../../capability/static-policy.ts";
import { createHost } from "../../../host.ts";
import {
  defaultJobDeadlineMs,
  type IsolatedAnswer,
  type IsolatedJob,
  type JobReports,
} from "../../../isolation/isolate.ts";
import type { Platform } from "../../platform.ts";

/// Makes a host of its own for one job, runs its command and ends the host.
export async function runJob(
  job: IsolatedJob,
  platform: Platform,
  reports: JobReports,
): Promise<IsolatedAnswer> {
  const { bytes, manifest, digest, deadlineMs = defaultJobDeadlineMs } = job;
  const { command, settings, application, locale } = job;
  const audit: AuditTrail = { write: reports.audit, flush: async () => undefined };
  await using host = createHost({
    platform,
    policy: staticPolicy(job.grants ?? {}),
    audit,
    ...(settings === undefined ? {} : { settings: () => settings }),
    ...(application === undefined ? {} : { application }),
    ...(locale === undefined ? {} : { locale }),
    limits: { activateMs: deadlineMs, commandMs: deadlineMs, maxDeadlineMs: deadlineMs },
  });
  host.on(reports.event);
  const { name } = await host.install(bytes, {
    ...(manifest === undefined ? {} : { manifest }),
    ...(digest === undefined ? {} : { digest }),
  });
  await host.prepare(name);
  reports.ready();
  const { uri, text, language } = job.document ?? {};
  const document = uri === undefined ? undefined : host.documents.open(uri, text!, language);
  const value = await host.execute(command, job.input, document === undefined ? {} : { document });
  const { starts, crashes, calls, hostCalls, keptAnswers, refusals, ms, memoryBytes } =
    host.plugin(name);
  const numbers = { starts, crashes, calls, hostCalls, keptAnswers, refusals, ms, memoryBytes };
  return { value, text: document?.text, numbers };
}
