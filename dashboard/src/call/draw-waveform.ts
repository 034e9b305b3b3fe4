/** Draws the two sides of a call: bars that grow upwards for the person and downwards for the assistant. */
import type { Peaks } from './to-peaks.ts';

const barWidth = 2;
const barGap = 1;

export function drawWaveform(canvas: HTMLCanvasElement, peaks: Peaks, played: number): void {
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const brush = canvas.getContext('2d');
  if (!brush) return;
  brush.scale(scale, scale);
  const colors = getComputedStyle(canvas);
  const sides = peaks.channels.length === 2 ? ['--person', '--accent'] : ['--accent'];
  const bars = Math.floor(width / (barWidth + barGap));
  for (const [side, name] of sides.entries()) {
    brush.fillStyle = colors.getPropertyValue(name);
    for (let bar = 0; bar < bars; bar += 1) {
      brush.globalAlpha = bar / bars <= played ? 1 : 0.38;
      const loud = loudest(peaks.channels[side], bar / bars, (bar + 1) / bars);
      const half = height / 2 - 2;
      const tall = Math.max(1, Math.sqrt(loud) * half);
      const x = bar * (barWidth + barGap);
      if (sides.length === 1) brush.fillRect(x, height / 2 - tall, barWidth, 2 * tall);
      else brush.fillRect(x, side === 0 ? height / 2 - 1 - tall : height / 2 + 1, barWidth, tall);
    }
  }
  brush.globalAlpha = 1;
  brush.fillStyle = colors.getPropertyValue('--ink');
  brush.fillRect(Math.min(width - 1, played * width), 0, 1, height);
}

function loudest(channel: Float32Array | undefined, from: number, until: number): number {
  if (!channel) return 0;
  let loud = 0;
  for (let index = Math.floor(from * channel.length); index < until * channel.length; index += 1) {
    loud = Math.max(loud, channel[index] ?? 0);
  }
  return loud;
}
