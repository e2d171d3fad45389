// What generated hostile plugins import, for the server's `--interfaces`.
import { misdeedHost } from "../../isolation/misdeed-host.ts";

export const interfaces = [misdeedHost().definition];
