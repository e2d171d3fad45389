// Generated from wit/ by scripts/generate-types.ts. Do not edit.
// world tenon:plugin/stateful-plugin@0.1.0
export type * as TenonPluginBus010 from './bus.ts'; // import tenon:plugin/bus@0.1.0
export type * as TenonPluginCache010 from './cache.ts'; // import tenon:plugin/cache@0.1.0
export type * as TenonPluginCapabilities010 from './capabilities.ts'; // import tenon:plugin/capabilities@0.1.0
export type * as TenonPluginClipboard010 from './clipboard.ts'; // import tenon:plugin/clipboard@0.1.0
export type * as TenonPluginClock010 from './clock.ts'; // import tenon:plugin/clock@0.1.0
export type * as TenonPluginHttp010 from './http.ts'; // import tenon:plugin/http@0.1.0
export type * as TenonPluginKv010 from './kv.ts'; // import tenon:plugin/kv@0.1.0
export type * as TenonPluginLog010 from './log.ts'; // import tenon:plugin/log@0.1.0
export type * as TenonPluginRandom010 from './random.ts'; // import tenon:plugin/random@0.1.0
export type * as TenonPluginSettings010 from './settings.ts'; // import tenon:plugin/settings@0.1.0
export type * as TenonPluginText010 from './text.ts'; // import tenon:plugin/text@0.1.0
export type * as TenonPluginTypes010 from './types.ts'; // import tenon:plugin/types@0.1.0
export type * as TenonPluginUi010 from './ui.ts'; // import tenon:plugin/ui@0.1.0
export type * as TenonPluginWorkspace010 from './workspace.ts'; // import tenon:plugin/workspace@0.1.0
export type * as state from './state.ts'; // export tenon:plugin/state@0.1.0
export type * as lifecycle from './lifecycle.ts'; // export tenon:plugin/lifecycle@0.1.0
export type * as commands from './commands.ts'; // export tenon:plugin/commands@0.1.0
export type * as events from './events.ts'; // export tenon:plugin/events@0.1.0
