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
  const ears = speech.earsFor(call.assistant).map(({ name }) => name);
  return engines.flatMap((engine): LineVendors[] => {
    if (engine !== 'cascade') {
      const agent = engine === 'agent-bridge' ? speech.agent : speech.speechToSpeech;
      if (!agent) return [];
      // They hear an operator who takes the call over; in a cascade they cost less than the voice that is silent then.
      const forOperator = ears.length > 0 ? ears : [null];
      return forOperator.map((name) => ({ ears: name, mouth: null, model: null, agent: agent.name }));
    }
    const mouths = speech.mouthsFor(call.assistant);
    return ears.flatMap((name) => mouths.map((mouth) => ({ ears: name, mouth: mouth.name, model, agent: null })));
  });
}
