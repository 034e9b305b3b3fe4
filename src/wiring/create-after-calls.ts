/** What goes on when calls are over: recordings kept, costs counted, calls analyzed, and what is too old erased. */
import { createCostCounter } from '../call/count-costs.ts';
import type { RecordingDrafts } from '../call/recording-drafts.ts';
import type { CallParts, CallRunner } from '../call/run-call.ts';
import { createCallAnalyst } from '../call/wrap-up/analyze-calls.ts';
import { createEraser } from '../call/wrap-up/erase-people.ts';
import { createRecordingKeeper } from '../call/wrap-up/keep-recordings.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Foundation } from './foundation.ts';

interface AfterCallsParts {
  runner: CallRunner;
  blobs: BlobStore;
  drafts: RecordingDrafts;
  model: LanguageModel;
}

export function createAfterCalls({ config, overrides }: Foundation, parts: CallParts, after: AfterCallsParts) {
  const { runner, blobs, drafts, model } = after;
  const { spend } = parts.dialPolicy;
  const retention = { recordingsDays: config.keepRecordingsDays, transcriptsDays: config.keepTranscriptsDays };
  const deleteCarrierCopies = config.deleteCarrierRecordings;
  const workers = [
    createRecordingKeeper({ ...parts, drafts, blobs, deleteCarrierCopies }),
    ...(spend ? [createCostCounter({ ...parts, policy: spend })] : []),
    createCallAnalyst({ ...parts, model: overrides.analyst ?? (config.languageModel ? model : null) }),
    createEraser({ ...parts, runner, drafts, blobs, retention, times: overrides.erasing }),
  ];
  return {
    start: () => {
      for (const worker of workers) worker.start();
    },
    stop: async () => void (await Promise.all(workers.map((worker) => worker.stop()))),
  };
}
