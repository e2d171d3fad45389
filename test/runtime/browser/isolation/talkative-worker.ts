// A worker for guests on which somebody else's code posts to the page again and again.
import "../../../../src/platform/browser/guest-thread/guest-worker.ts";
import { foreignMessages } from "../../../isolation/foreign-messages.ts";

const post: (message: unknown) => void = globalThis.postMessage;
const talk = (): void => foreignMessages.forEach((message) => post(message));
talk();
setInterval(talk, 20);
