/** What signs the requests of a client's tools: made from the server's own secret, so that nothing is stored. */
import { createHmac } from 'node:crypto';

export function createToolSecrets(serverSecret: Uint8Array): (clientId: string | null) => string {
  return (clientId) => {
    const key = createHmac('sha256', serverSecret)
      .update(`tool-requests:${clientId ?? ''}`)
      .digest('base64');
    return `whsec_${key}`;
  };
}
