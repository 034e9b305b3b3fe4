/** In the browser's audio thread: the microphone becomes μ-law at 8 kHz, and μ-law becomes sound. */

const telephoneHz = 8000;
const frameBytes = 160;

function encodeMulaw(sample) {
  const bias = 132;
  const sign = sample < 0 ? 0x80 : 0;
  const loud = Math.min(32635, Math.abs(sample)) + bias;
  let exponent = 7;
  for (let mask = 0x4000; (loud & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
  return ~(sign | (exponent << 4) | ((loud >> (exponent + 3)) & 0x0f)) & 0xff;
}

function decodeMulaw(byte) {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + 132) << ((value >> 4) & 7)) - 132;
  return (value & 0x80 ? -magnitude : magnitude) / 32768;
}

/** Each sample of the telephone is the mean of those that the microphone gave in its time. */
class Microphone extends AudioWorkletProcessor {
  frame = new Uint8Array(frameBytes);
  used = 0;
  sum = 0;
  count = 0;
  phase = 0;

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.sum += sample;
      this.count += 1;
      this.phase += telephoneHz / sampleRate;
      if (this.phase < 1) continue;
      this.phase -= 1;
      this.add(this.sum / this.count);
      this.sum = 0;
      this.count = 0;
    }
    return true;
  }

  add(sample) {
    this.frame[this.used] = encodeMulaw(Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
    this.used += 1;
    if (this.used < frameBytes) return;
    this.port.postMessage(this.frame.slice());
    this.used = 0;
  }
}

/** Begins a little late, so that a piece that comes late leaves no hole; never falls far behind. */
const startAfter = 0.08 * telephoneHz;
const mostWaiting = 30 * telephoneHz;

class Loudspeaker extends AudioWorkletProcessor {
  waiting = [];
  samples = 0;
  isPlaying = false;
  position = 0;
  last = 0;
  next = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data === 'quiet') {
        this.waiting = [];
        this.offset = 0;
        this.samples = 0;
      } else if (this.samples < mostWaiting) {
        this.waiting.push(data);
        this.samples += data.length;
      }
    };
  }

  take() {
    const piece = this.waiting[0];
    if (!piece) return 0;
    const sample = decodeMulaw(piece[this.offset ?? 0]);
    this.offset = (this.offset ?? 0) + 1;
    this.samples -= 1;
    if (this.offset >= piece.length) {
      this.waiting.shift();
      this.offset = 0;
    }
    return sample;
  }

  process(_inputs, [[output]]) {
    if (!output) return true;
    if (this.samples === 0) this.isPlaying = false;
    else if (this.samples >= startAfter) this.isPlaying = true;
    if (!this.isPlaying && this.samples > 0) this.patience = (this.patience ?? 0) + 1;
    // The end of what is said is shorter than the head start.
    if ((this.patience ?? 0) > 40) {
      this.isPlaying = true;
      this.patience = 0;
    }
    for (let index = 0; index < output.length; index += 1) {
      this.position += telephoneHz / sampleRate;
      if (this.position >= 1) {
        this.position -= 1;
        this.last = this.next;
        this.next = this.isPlaying ? this.take() : 0;
      }
      output[index] = this.last + (this.next - this.last) * this.position;
    }
    return true;
  }
}

registerProcessor('microphone', Microphone);
registerProcessor('loudspeaker', Loudspeaker);
