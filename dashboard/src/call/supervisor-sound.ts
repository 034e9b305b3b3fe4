/** The ears and the mouth of who listens in on a call: one loudspeaker for each side, and a microphone once it is wanted. */
import { openAudio, openMicrophone } from '../phone/phone-sound.ts';

export type Side = 'person' | 'played';

export interface SupervisorSound {
  play(side: Side, mulaw: Uint8Array): void;
  /** What is still to be played of this side is dropped. */
  quiet(side: Side): void;
  /** 0–1: how loud this side is just now. */
  loudness(side: Side): number;
  /** False where there is no microphone, or it may not be used. */
  openMouth(onPiece: (mulaw: Uint8Array<ArrayBuffer>) => void): Promise<boolean>;
  closeMouth(): void;
  close(): void;
}

/** Call it in a click. */
export async function openSupervisorSound(): Promise<SupervisorSound> {
  const context = await openAudio();
  const sides = { person: openSide(context), played: openSide(context) };
  let stream: MediaStream | null = null;
  const closeMouth = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  };
  return {
    play: (side, mulaw) => sides[side].loudspeaker.port.postMessage(mulaw),
    quiet: (side) => sides[side].loudspeaker.port.postMessage('quiet'),
    loudness: (side) => sides[side].loudness(),
    async openMouth(onPiece) {
      closeMouth();
      stream = await openMicrophone();
      if (!stream) return false;
      const microphone = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
      microphone.port.onmessage = ({ data }) => onPiece(data as Uint8Array<ArrayBuffer>);
      context.createMediaStreamSource(stream).connect(microphone);
      return true;
    },
    closeMouth,
    close() {
      closeMouth();
      void context.close();
    },
  };
}

function openSide(context: AudioContext) {
  const loudspeaker = new AudioWorkletNode(context, 'loudspeaker', { numberOfInputs: 0, outputChannelCount: [1] });
  const meter = new AnalyserNode(context, { fftSize: 512 });
  loudspeaker.connect(meter).connect(context.destination);
  const samples = new Float32Array(meter.fftSize);
  return {
    loudspeaker,
    loudness() {
      meter.getFloatTimeDomainData(samples);
      return Math.min(1, 3 * samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    },
  };
}
