/** In which order the points are tried, so that an early end leaves out what is most like something that was tried. */

export interface Target {
  flow: string;
  point: string;
  times: number;
}

/** Each point once, then each point of each flow, then later passes of the same. */
export function orderTargets(targets: readonly Target[]): Target[] {
  const seen = new Set<string>();
  const ranked = targets.map((target) => {
    const isNew = !seen.has(target.point);
    seen.add(target.point);
    return { target, rank: isNew ? 0 : target.times };
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ target }) => target);
}
