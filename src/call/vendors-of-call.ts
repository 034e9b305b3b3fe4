/** Who may hear, think and speak in a call: every set of vendors that its engines can end up with. */
import type { Assistant } from '../assistant/assistant.ts';
import type { LineVendors } from '../spend/worst-case.ts';
import { agentIdFor, enginesFor, type SpeechVendors } from './speech-vendors.ts';

type Call = { engine: 'relay' | 'media'; assistant: Assistant; metadata: unknown };

/** @param modelName as in LanguageModel.name */
export function vendorsOfCall(speech: SpeechVendors, modelName: string, call: Call): LineVendors[] {
  const model = modelName === 'scripted' ? 'callwright/scripted' : modelName;
  if (call.engine === 'relay') return [{ ears: null, mouth: null, model, agent: null }];
  const engines = enginesFor(speech, call.assistant, agentIdFor(speech, call.metadata));
  return engines.flatMap((engine): LineVendors[] => {
    if (engine !== 'cascade') {
      const agent = engine === 'agent-bridge' ? speech.agent : speech.speechToSpeech;
      return agent ? [{ ears: null, mouth: null, model: null, agent: agent.name }] : [];
    }
    const mouths = speech.mouthsFor(call.assistant);
    return speech
      .earsFor(call.assistant)
      .flatMap((ears) => mouths.map((mouth) => ({ ears: ears.name, mouth: mouth.name, model, agent: null })));
  });
}
