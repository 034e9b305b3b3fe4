/** Where a simulated Realtime session is opened, and which models there are. */
import { toRefusal } from '../../refusals.ts';
import type { VendorEndpoints } from '../../vendor.ts';
import { openRealtimeSession } from './realtime-session.ts';

const models = /^gpt-realtime(?:-|$)/;

/** Transcription sessions (`?intent=transcription`) are another endpoint. */
export const openAiRealtime: VendorEndpoints = {
  sockets: [
    {
      ...{ vendor: 'openai', kind: 'agent' },
      path: /^\/v1\/realtime(?:\?(?!(?:.*&)?intent=transcription)|$)/,
      refuse({ url }) {
        const model = url.searchParams.get('model');
        if (!model) return toRefusal('openai', 400, 'you must provide a model parameter');
        if (models.test(model)) return null;
        return toRefusal('openai', 404, `The model \`${model}\` does not exist or you do not have access to it.`);
      },
      open: (socket, { url }, vendor) =>
        openRealtimeSession({ socket, vendor, model: url.searchParams.get('model') ?? '' }),
    },
  ],
  http: [],
};
