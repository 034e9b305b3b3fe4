/** Holds the conversation of a call on its audio stream, and records it where that is wanted. */
import type { CallRow } from '../store/calls.ts';
import type { StartedStream } from './answer/await-start.ts';
import { conductLine, type LineParts } from './converse/conduct-line.ts';
import type { ConversationParts } from './hold-relay-conversation.ts';
import { joinSession } from './join-session.ts';
import type { RecordingConsent } from './line-rules/hear-consent.ts';
import { openTools } from './open-tools.ts';
import { recordCall } from './record-call.ts';
import type { RecordingDrafts } from './recording-drafts.ts';
import { wordsOfReturn } from './transfer.ts';

export interface LineConversationParts extends ConversationParts, Omit<LineParts, 'codec'> {
  /** Null: calls are not recorded here. */
  drafts: RecordingDrafts | null;
}

export async function holdLineConversation(
  parts: LineConversationParts,
  { call, stream, number }: { call: CallRow; stream: StartedStream; number: number },
): Promise<void> {
  const { charactersPerSecond } = parts.policy;
  const { drafts, store } = parts;
  const { tools, close } = await openTools(parts, call);
  const recorded = drafts && mayRecord(call) ? await recordCall({ ...parts, db: store.db, drafts }, call) : null;
  const recorder = recorded?.recorder ?? null;
  const lineParts = { ...parts, codec: parts.carrier.media };
  try {
    const recording = recorded ? { recording: recorded } : {};
    await joinSession(parts, { call, number, charactersPerSecond, ...recording }, (session) =>
      conductLine(lineParts, {
        ...{ call, stream, number, session, tools, recorder },
        back: wordsOfReturn(call, session.earlier),
      }),
    );
  } finally {
    await close();
    await recorded?.finish();
  }
}

const mayRecord = ({ recording_consent: consent }: CallRow) =>
  !['refused', 'unanswered'].includes((consent as RecordingConsent | null)?.state ?? '');
