import "./no-jspi.ts";
import "../../../../src/platform/browser/guest-thread/guest-worker.ts";
