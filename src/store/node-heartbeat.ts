/** Says again and again that this server lives, so that the others know what it holds is held. */
import type { CancelTimer, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { beatNode, forgetOldNodes, nodeBeatMs, stopNode, stopOtherNodes } from './nodes.ts';
import type { Store } from './open-store.ts';

export interface NodeHeartbeat {
  /** Settles when the database has heard of this node. */
  start(): Promise<void>;
  /** Says that it is gone. */
  stop(): Promise<void>;
}

export interface HeartbeatParts {
  store: Store;
  clock: Clock;
  log: Logger;
  nodeId: string;
  /** The machine's name, for people. */
  host: string;
}

export function createNodeHeartbeat({ store, clock, log, nodeId, host }: HeartbeatParts): NodeHeartbeat {
  const startedAt = new Date(clock.now());
  let cancelTimer: CancelTimer = () => {};
  let isStopped = false;
  let beating: Promise<void> = Promise.resolve();

  const beat = () => beatNode(store.db, { id: nodeId, host, startedAt, now: new Date(clock.now()) });

  const beatLater = () => {
    if (isStopped) return;
    cancelTimer = clock.startTimer(nodeBeatMs, () => {
      beating = beat()
        .catch((error) =>
          log.error({ nodeId, reason: messageOf(error) }, 'the other nodes could not be told of this one'),
        )
        .then(beatLater);
    });
  };

  return {
    async start() {
      await beat();
      if (store.kind === 'embedded') await stopOtherNodes(store.db, nodeId, new Date(clock.now()));
      await forgetOldNodes(store.db, new Date(clock.now()));
      beatLater();
    },
    async stop() {
      isStopped = true;
      cancelTimer();
      await beating;
      // A database that cannot be reached takes this node for gone by its silence.
      await stopNode(store.db, nodeId, new Date(clock.now())).catch(() => {});
    },
  };
}
