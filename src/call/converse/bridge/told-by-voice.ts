/** What happens to the agent's replies on the line: written down, timed, and told to the machine. */
import type { TurnLatencyBook } from '../turn-latency.ts';
import type { BridgeHappening } from './bridge-runner.ts';
import type { BridgeTranscript } from './bridge-transcript.ts';
import type { ToldByVoice } from './bridge-voice.ts';
import type { PersonVoice } from './person-voice.ts';

export function toldByVoice(
  { latency, transcript, person }: { latency: TurnLatencyBook; transcript: BridgeTranscript; person: PersonVoice },
  feed: (happening: BridgeHappening) => void,
): ToldByVoice {
  return {
    onBegan(utterance) {
      latency.firstSound(utterance);
      feed({ type: 'reply-began' });
    },
    onText(utterance, text) {
      latency.firstToken(utterance);
      transcript.assistant(utterance, text, person.takeReplyMs());
    },
    onHeard: (utterance, heard) => transcript.heard(utterance, { heard, latency: latency.take(utterance) }),
    onEmpty: () => feed({ type: 'reply-empty' }),
    onSpoken: () => feed({ type: 'spoken' }),
  };
}
