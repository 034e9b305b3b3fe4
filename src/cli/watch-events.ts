/** Follows `/v1/live` of a running server: each event as it happens. */
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventResource } from '../api/contract/calls.ts';

/** Calls `onEvent` for every event until the signal is aborted or the server closes; resolves once it listens. */
export async function watchEvents(
  url: string,
  signal: AbortSignal,
  onEvent: (event: EventResource) => void,
): Promise<void> {
  const response = await fetch(`${url}/v1/live`, { signal });
  if (!response.ok || !response.body) throw new Error(`${url}/v1/live answered ${response.status}`);
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const read = async () => {
    for await (const message of messages) onEvent(JSON.parse(message.data) as EventResource);
  };
  // The stream ends when the server stops or the watcher does; neither is a fault of the command.
  read().catch(() => {});
}
