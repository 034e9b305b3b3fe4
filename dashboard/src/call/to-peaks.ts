/** How loud each side of a recording is, moment by moment: what its picture is drawn from. */

export interface Peaks {
  durationSeconds: number;
  /** For each channel, 0–1, all of one length. */
  channels: Float32Array[];
}

/** Enough for the widest screen. */
const columns = 1600;

export async function toPeaks(sound: ArrayBuffer): Promise<Peaks> {
  const context = new OfflineAudioContext(1, 1, 8000);
  const decoded = await context.decodeAudioData(sound);
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, index) =>
    measure(decoded.getChannelData(index)),
  );
  return { durationSeconds: decoded.duration, channels };
}

function measure(samples: Float32Array): Float32Array {
  const peaks = new Float32Array(columns);
  const perColumn = samples.length / columns;
  for (let column = 0; column < columns; column += 1) {
    const end = Math.min(samples.length, Math.ceil((column + 1) * perColumn));
    let peak = 0;
    for (let index = Math.floor(column * perColumn); index < end; index += 1) {
      const loud = Math.abs(samples[index] ?? 0);
      if (loud > peak) peak = loud;
    }
    peaks[column] = peak;
  }
  return peaks;
}
