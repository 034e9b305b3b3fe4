/** `/v1/calls/:id/recording`: the sound of a call, whole or in part, for who may hear it. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { BlobStore, StoredBlob } from '../../ports/blob-store.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { CallRow } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { listRecordings, type RecordingRow } from '../../store/recordings.ts';
import { whoAsks } from '../authorize.ts';
import { type ByteRange, parseByteRange } from '../byte-range.ts';
import { findCallOr404 } from '../find-call.ts';
import { ProblemError } from '../problem.ts';

export interface RecordingRouteParts {
  store: Store;
  clock: Clock;
  blobs: BlobStore;
}

type ById = { Params: { id: string } };

/** HEAD is answered by hand: its length is that of the sound, not of an empty answer. */
const listening = { exposeHeadRoute: false, config: { permission: 'recordings:read' } } as const;

export function recordingRoutes(parts: RecordingRouteParts) {
  return async (app: FastifyInstance): Promise<void> => {
    const serve = async (request: FastifyRequest<ById>, reply: FastifyReply) => {
      const sound = await findSoundOr404(parts, request);
      const range = rangeOf(request, sound);
      if (range === 'unsatisfiable') throw unsatisfiable(reply, sound.blob);
      writeHeaders(reply, sound, range);
      if (request.method === 'HEAD') return reply.send();
      if (range === 'whole' || range.start === 0) await noteHearing(parts, request, sound.call);
      const body = await sound.blob.read(range === 'whole' ? undefined : range);
      return reply.send(Readable.from(body, { objectMode: false }));
    };
    app.get<ById>('/v1/calls/:id/recording', listening, serve);
    app.head<ById>('/v1/calls/:id/recording', listening, serve);
  };
}

interface Sound {
  call: CallRow;
  recording: RecordingRow;
  blob: StoredBlob;
}

/** The newest recording of the call. @throws ProblemError 404 that says why there is none */
async function findSoundOr404(parts: RecordingRouteParts, request: FastifyRequest<ById>): Promise<Sound> {
  const { db } = parts.store;
  const call = await findCallOr404(db, request);
  const recordings = await listRecordings(db, reachOf(whoAsks(request)), call.id);
  const recording = recordings.find(({ status }) => status === 'ready');
  const blob = recording?.blob_name ? await parts.blobs.get(recording.blob_name) : null;
  if (!recording || !blob) throw notThere(recordings);
  return { call, recording, blob };
}

type Asked = ByteRange | 'whole';

/** A part is only good beside the other parts of the very same sound. */
function rangeOf(request: FastifyRequest, { recording, blob }: Sound): Asked | 'unsatisfiable' {
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== etagOf(recording)) return 'whole';
  return parseByteRange(request.headers.range, blob.length);
}

const etagOf = ({ sha256 }: RecordingRow) => `"${sha256}"`;

function writeHeaders(reply: FastifyReply, { call, recording, blob }: Sound, range: Asked): void {
  const ending = /\.(\w+)$/.exec(recording.blob_name ?? '')?.[1] ?? 'wav';
  const contentType = recording.content_type ?? 'application/octet-stream';
  reply
    .code(range === 'whole' ? 200 : 206)
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${call.id}.${ending}"`)
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

const whys: Record<string, string> = {
  announced: 'The call is still being recorded.',
  fetching: 'The recording is being fetched from the carrier.',
  absent: 'The carrier says that nothing was recorded.',
  failed: 'The recording could not be had from the carrier.',
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
