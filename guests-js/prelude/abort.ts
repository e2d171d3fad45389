export function whenAborted(_signal: AbortSignal, _then: () => void): () => void {
  return () => {};
}
