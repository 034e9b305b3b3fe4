/** Reads the `loop` attribute of <Say> and <Play>. */

/** 0 means for ever, which is a thousand times; what is no number counts as once. */
export function toLoops(text: string | undefined): number {
  const loops = text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), 1000) : 1;
  return loops === 0 ? 1000 : loops;
}
