/** Works on things one after another: one that comes while another is being worked on waits for its turn. */
export function oneAtATime<T>(work: (thing: T) => void): (thing: T) => void {
  const waiting: T[] = [];
  let isWorking = false;
  return (thing) => {
    waiting.push(thing);
    if (isWorking) return;
    isWorking = true;
    try {
      while (waiting.length > 0) work(waiting.shift() as T);
    } finally {
      isWorking = false;
    }
  };
}
