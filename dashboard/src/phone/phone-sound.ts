/** The ear and the mouth of the browser's phone. */

export interface PhoneSound {
  /** Whether there is a microphone and it may be used. */
  hasMicrophone: boolean;
  play(mulaw: Uint8Array): void;
  /** What is still to be played is dropped. */
  quiet(): void;
  setMuted(isMuted: boolean): void;
  /** 0–1: how loud the other side is just now. */
  loudness(): number;
  close(): void;
}

/** Never fails for want of a microphone: one can listen and type. */
export async function openPhoneSound(onPiece: (mulaw: Uint8Array) => void): Promise<PhoneSound> {
  const context = await openAudio();
  const loudspeaker = new AudioWorkletNode(context, 'loudspeaker', { numberOfInputs: 0, outputChannelCount: [1] });
  const meter = new AnalyserNode(context, { fftSize: 512 });
  loudspeaker.connect(meter).connect(context.destination);
  const stream = await openMicrophone();
  let isMuted = false;
  if (stream) {
    const microphone = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
    microphone.port.onmessage = ({ data }) => {
      if (!isMuted) onPiece(data as Uint8Array);
    };
    context.createMediaStreamSource(stream).connect(microphone);
  }
  const samples = new Float32Array(meter.fftSize);
  return {
    hasMicrophone: stream !== null,
    play: (mulaw) => loudspeaker.port.postMessage(mulaw),
    quiet: () => loudspeaker.port.postMessage('quiet'),
    setMuted(next) {
      isMuted = next;
    },
    loudness() {
      meter.getFloatTimeDomainData(samples);
      return Math.min(1, 3 * samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    },
    close() {
      for (const track of stream?.getTracks() ?? []) track.stop();
      void context.close();
    },
  };
}

/** To be called in a click: browsers let only a person begin to make sound. */
export async function openAudio(): Promise<AudioContext> {
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.audioWorklet.addModule('/phone-worklet.js');
  await context.resume();
  return context;
}

/** Null where there is none, or it may not be used. */
export async function openMicrophone(): Promise<MediaStream | null> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch {
    return null;
  }
}
