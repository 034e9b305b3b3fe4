/** Queries on what the carrier's own transcription wrote down of a call. */
import type { Selectable } from 'kysely';
import type { CarrierTranscriptsTable, Db } from './schema.ts';

export type CarrierTranscriptRow = Selectable<CarrierTranscriptsTable>;

export interface TranscribedPiece {
  callId: string;
  /** The carrier's own number for it; null where it gives none: it is then the next one. */
  sequence: number | null;
  speaker: 'person' | 'assistant';
  text: string;
  at: Date;
}

/** Keeps a piece; one whose number is there already is left out, however often the carrier tells it. */
export async function addToCarrierTranscript(db: Db, piece: TranscribedPiece): Promise<void> {
  const { callId, speaker, text, at } = piece;
  const sequence = piece.sequence ?? (await lastSequence(db, callId)) + 1;
  await db
    .insertInto('carrier_transcripts')
    .values({ call_id: callId, sequence, speaker, text, at })
    .onConflict((conflict) => conflict.columns(['call_id', 'sequence']).doNothing())
    .execute();
}

async function lastSequence(db: Db, callId: string): Promise<number> {
  const row = await db
    .selectFrom('carrier_transcripts')
    .select((column) => column.fn.max('sequence').as('sequence'))
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}

/** The pieces of a call that the asker was found to see, in their order. */
export function listCarrierTranscript(db: Db, callId: string): Promise<CarrierTranscriptRow[]> {
  return db.selectFrom('carrier_transcripts').selectAll().where('call_id', '=', callId).orderBy('sequence').execute();
}
