/** Opens a line of sound to those who listen in, and writes down what one of them says who has taken the call over. */
import type { Assistant } from '../../assistant/assistant.ts';
import type { Clock } from '../../base/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { CallRow } from '../../store/calls.ts';
import type { SessionTools } from '../join-session.ts';
import type { SpeechVendors } from '../speech-vendors.ts';
import { type CallAudio, type CallAudioParts, createCallAudio, type LiveCallAudio } from './media/call-audio.ts';
import type { CallRecorder } from './media/call-recorder.ts';
import { countFor, meterEars } from './meter-vendors.ts';
import { createOperatorEar } from './operator-ear.ts';

export interface LineDesk extends Pick<CallAudioParts, 'line' | 'silence'> {
  /** Has the assistant go on. */
  resume(): void;
}

export interface SupervisedTalk {
  call: Pick<CallRow, 'id' | 'assistant'>;
  session: Pick<SessionTools, 'history' | 'log' | 'record'>;
  recorder: CallRecorder | null;
}

export interface Supervision {
  audio: CallAudio;
  tap: LiveCallAudio['tap'];
  /** Also while the last words of who had it are still being understood. */
  readonly isTakenOver: boolean;
  /** The conversation is over; `done` is called once all that was said is told. */
  close(done: () => void): void;
}

export function superviseLine(
  { clock, speech, telemetry }: { clock: Clock; speech: Pick<SpeechVendors, 'earsFor'>; telemetry: Telemetry },
  { call, session, recorder }: SupervisedTalk,
  desk: LineDesk,
): Supervision {
  const { history, log, record } = session;
  const assistant = call.assistant as Assistant;
  const count = countFor(record, call.id);
  const ear = createOperatorEar({
    vendors: speech.earsFor(assistant).map((ears) => meterEars(ears, count)),
    ...{ language: assistant.language, clock, log },
    onFailure: ({ vendor, code }) => telemetry.vendorFailed({ vendor, kind: 'stt', code }),
    said: (text) => history.operator(text),
    saidUnknown: () => history.operator(null),
  });
  const audio = createCallAudio({
    ...{ clock, recorder, line: desk.line, silence: desk.silence, hearOperator: ear.hear },
    noteTakenOver: (by) => ear.finish(() => history.takenOver(by)),
    // What the operator said last is told to the assistant before it goes on.
    resume: (by) =>
      ear.finish(() => {
        history.handedBack(by);
        if (!audio.isTakenOver) desk.resume();
      }),
  });
  return {
    ...{ audio, tap: audio.tap },
    get isTakenOver() {
      return audio.isTakenOver || ear.isFinishing;
    },
    close(done) {
      audio.close();
      ear.finish(done);
    },
  };
}
