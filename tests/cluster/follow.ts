/** Listens to the live events of one node, and counts them. */
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventResource } from '../../src/api/contract/calls.ts';
import type { ClusterNode } from './cluster.ts';

export interface Followed {
  /** How many events of a type came, each told once. */
  count(type: string): number;
  /** Events that were told more than once. */
  repeated(): string[];
}

/** Resolves once it listens; ends with the node. */
export async function follow(node: ClusterNode): Promise<Followed> {
  const headers = { authorization: `Bearer ${node.operatorKey()}` };
  const response = await fetch(`${node.url}/v1/live`, { headers });
  if (!response.ok || !response.body) throw new Error(`no live events: ${response.status}`);
  const told: EventResource[] = [];
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const listen = async () => {
    for await (const { data } of messages) told.push(JSON.parse(data) as EventResource);
  };
  // The stream breaks when the node ends.
  listen().catch(() => {});
  return {
    count: (type) => told.filter((event) => event.type === type).length,
    repeated: () => told.map(({ id }) => id).filter((id, at, ids) => ids.indexOf(id) !== at),
  };
}
