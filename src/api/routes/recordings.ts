/** `/v1/calls/:id/recording`: the sound of a call, whole, in part or as MP3, for who may hear it; and what there is. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { BlobStore, StoredBlob } from '../../ports/blob-store.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { CallRow } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { listRecordings, type RecordingRow } from '../../store/recordings.ts';
import { createMp3Answers } from '../answer-mp3.ts';
import { whoAsks } from '../authorize.ts';
import { type ByteRange, parseByteRange } from '../byte-range.ts';
import { recordingQuerySchema } from '../contract/recordings.ts';
import { findCallOr404 } from '../find-call.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';

export interface RecordingRouteParts {
  store: Store;
  clock: Clock;
  blobs: BlobStore;
}

type ById = { Params: { id: string }; Querystring: unknown };

/** HEAD is answered by hand: its length is that of the sound, not of an empty answer. */
const listening = { exposeHeadRoute: false, config: { permission: 'recordings:read' } } as const;

export function recordingRoutes(parts: RecordingRouteParts) {
  return async (app: FastifyInstance): Promise<void> => {
    const answerMp3 = createMp3Answers();
    const serveAsKept = async (request: FastifyRequest<ById>, reply: FastifyReply, sound: Sound) => {
      const range = rangeOf(request, sound);
      if (range === 'unsatisfiable') throw unsatisfiable(reply, sound.blob);
      writeHeaders(reply, sound, range);
      if (request.method === 'HEAD') return reply.send();
      if (range === 'whole' || range.start === 0) await noteHearing(parts, request, sound.call);
      const body = await sound.blob.read(range === 'whole' ? undefined : range);
      return reply.send(Readable.from(body, { objectMode: false }));
    };
    const serve = async (request: FastifyRequest<ById>, reply: FastifyReply) => {
      const wanted = parseOrProblem(recordingQuerySchema, request.query);
      const sound = await findSoundOr404(parts, request, wanted);
      const kept = endingOf(sound);
      if (!wanted.format || wanted.format === kept) return serveAsKept(request, reply, sound);
      if (kept !== 'wav') throw otherForm(kept);
      const heard = () => noteHearing(parts, request, sound.call);
      return answerMp3(request, reply, { name: sound.call.id, blob: sound.blob, heard });
    };
    app.get<ById>('/v1/calls/:id/recording', listening, serve);
    app.head<ById>('/v1/calls/:id/recording', listening, serve);
    app.get<ById>('/v1/calls/:id/recordings', { config: listening.config }, async (request) => {
      const { db } = parts.store;
      const call = await findCallOr404(db, request);
      const rows = await listRecordings(db, reachOf(whoAsks(request)), call.id);
      return { data: rows.map(toRecordingResource) };
    });
  };
}

function toRecordingResource(row: RecordingRow) {
  const { id, source, status, duration_seconds, channels, content_type, created_at } = row;
  const length = row.length === null ? null : Number(row.length);
  return { id, source, status, duration_seconds, channels, content_type, length, created_at: created_at.toISOString() };
}

interface Sound {
  call: CallRow;
  recording: RecordingRow;
  blob: StoredBlob;
}

/** The newest recording of the call that is kept, the carrier's before our own. @throws ProblemError 404 with the reason */
async function findSoundOr404(
  parts: RecordingRouteParts,
  request: FastifyRequest<ById>,
  { source }: z.infer<typeof recordingQuerySchema>,
): Promise<Sound> {
  const { db } = parts.store;
  const call = await findCallOr404(db, request);
  const all = await listRecordings(db, reachOf(whoAsks(request)), call.id);
  const recordings = all
    .filter((recording) => !source || recording.source === source)
    .sort((first, second) => Number(first.source === 'own') - Number(second.source === 'own'));
  for (const recording of recordings) {
    if (recording.status !== 'ready' || recording.blob_name === null) continue;
    const blob = await parts.blobs.get(recording.blob_name);
    if (blob) return { call, recording, blob };
  }
  throw notThere(recordings);
}

type Asked = ByteRange | 'whole';

/** A part is only good beside the other parts of the very same sound. */
function rangeOf(request: FastifyRequest, { recording, blob }: Sound): Asked | 'unsatisfiable' {
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== etagOf(recording)) return 'whole';
  return parseByteRange(request.headers.range, blob.length);
}

const etagOf = ({ sha256 }: RecordingRow) => `"${sha256}"`;

const endingOf = ({ recording }: Sound) => /\.(\w+)$/.exec(recording.blob_name ?? '')?.[1] ?? 'wav';

function writeHeaders(reply: FastifyReply, sound: Sound, range: Asked): void {
  const { call, recording, blob } = sound;
  const contentType = recording.content_type ?? 'application/octet-stream';
  reply
    .code(range === 'whole' ? 200 : 206)
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${call.id}.${endingOf(sound)}"`)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'no-store')
    .header('etag', etagOf(recording))
    .header('content-length', range === 'whole' ? blob.length : range.end - range.start + 1);
  if (range !== 'whole') reply.header('content-range', `bytes ${range.start}-${range.end}/${blob.length}`);
}

function unsatisfiable(reply: FastifyReply, { length }: StoredBlob): ProblemError {
  reply.header('content-range', `bytes */${length}`);
  const detail = `The recording has ${length} bytes.`;
  return new ProblemError({ status: 416, code: 'request/range', title: 'Range not satisfiable', detail });
}

function otherForm(ending: string): ProblemError {
  const detail = `The recording is kept as ${ending} and cannot be had in another form.`;
  return new ProblemError({ status: 406, code: 'recording/form', title: 'Not in this form', detail });
}

const whys: Record<string, string> = {
  announced: 'The call is still being recorded.',
  fetching: 'The recording is being fetched.',
  absent: 'Nothing was recorded.',
  failed: 'The recording could not be had.',
  ready: 'The recording is no longer where it was kept.',
};

function notThere(recordings: readonly RecordingRow[]): ProblemError {
  const status = recordings[0]?.status ?? 'none';
  const detail = Object.hasOwn(whys, status) ? whys[status] : undefined;
  return new ProblemError({
    status: 404,
    code: `recording/${status === 'ready' ? 'lost' : status}`,
    title: 'No recording',
    detail: detail ?? 'This call was not recorded.',
  });
}

function noteHearing(parts: RecordingRouteParts, request: FastifyRequest, call: CallRow): Promise<void> {
  return recordAudit(parts.store.db, {
    at: new Date(parts.clock.now()),
    principal: whoAsks(request),
    action: 'recording.heard',
    subjectKind: 'call',
    subjectId: call.id,
    requestId: request.id,
  });
}
