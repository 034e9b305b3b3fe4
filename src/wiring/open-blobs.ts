/** Where recordings are kept: a bucket where one is configured, else a folder of the data directory; and where they grow. */
import { join } from 'node:path';
import { createRecordingDrafts, type RecordingDrafts } from '../call/recording-drafts.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { createLocalFiles } from '../providers/local-files/local-files.ts';
import { createS3 } from '../providers/s3/s3.ts';
import { nameEffects } from './crash-points.ts';
import type { Foundation } from './foundation.ts';

export function openBlobs(base: Foundation): BlobStore {
  const { crashPoint } = base.overrides;
  const blobs = openItsBlobs(base);
  return crashPoint ? nameEffects('blobs', { port: blobs, methods: ['put', 'get', 'delete'] }, crashPoint) : blobs;
}

export function openDrafts({ config, overrides: { crashPoint } }: Foundation): RecordingDrafts {
  const drafts = createRecordingDrafts(join(config.dataDir, 'recording-drafts'));
  return crashPoint ? nameEffects('drafts', { port: drafts, methods: ['delete'] }, crashPoint) : drafts;
}

function openItsBlobs({ config, overrides, clock, random }: Foundation): BlobStore {
  const folder = join(config.dataDir, 'blobs');
  if (!config.s3) return createLocalFiles({ folder, random, clock });
  const fetch = overrides.fetch ?? globalThis.fetch;
  return createS3({ ...config.s3, draftsFolder: join(folder, '.drafts'), fetch, clock, random });
}
