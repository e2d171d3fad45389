export { TextBuffer } from "./buffer.ts";
export type { TextEdit } from "./edit.ts";
export { bufferFrom, bufferFromAsync, TextBuilder } from "./stream.ts";
export type { BuildOptions } from "./stream.ts";
export { TextSnapshot } from "./snapshot.ts";
export { TextView } from "./view.ts";
export type { Line, LineRange, Position } from "./view.ts";
