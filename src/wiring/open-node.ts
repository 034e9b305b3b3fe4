/** This server as one of those that share a database: the store, its name among them, the word that it lives, and what all hear. */
import { hostname } from 'node:os';
import { createIds, type NewId } from '../base/ids.ts';
import { createLiveEvents, type LiveEvents } from '../notify/live-events.ts';
import { shareLiveEvents } from '../notify/share-live-events.ts';
import { findEmptyDatabase } from '../store/embedded/empty-database.ts';
import { createNodeHeartbeat } from '../store/node-heartbeat.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { nameCommits } from './crash-points.ts';
import type { Foundation } from './foundation.ts';
import { shareSecrets } from './share-secrets.ts';

export interface Node {
  store: Store;
  newId: NewId;
  nodeId: string;
  /** What happens on all nodes. */
  live: LiveEvents;
  /** What happens on this one. */
  ownEvents: LiveEvents;
  /** Says that it is gone, and lets go of the database. */
  close(): Promise<void>;
}

export async function openNode(base: Foundation): Promise<Node> {
  const { clock, random, log } = base;
  const store = await openConfiguredStore(base);
  const newId = createIds(clock, random);
  const nodeId = newId('node');
  const heartbeat = createNodeHeartbeat({ store, clock, log, nodeId, host: hostname() });
  const ownEvents = createLiveEvents(log);
  const live = shareLiveEvents({ store, clock, log, nodeId }, ownEvents);
  let stopSharing: () => Promise<void>;
  try {
    stopSharing = await shareSecrets({ ...base, store, dataDir: base.config.dataDir });
    await live.start();
    await heartbeat.start();
  } catch (error) {
    await store.close();
    throw error;
  }
  return {
    ...{ store, newId, nodeId, live, ownEvents },
    async close() {
      await live.stop();
      await stopSharing();
      await heartbeat.stop();
      await store.close();
    },
  };
}

async function openConfiguredStore(base: Foundation): Promise<Store> {
  const { crashPoint } = base.overrides;
  const store = await openItsStore(base);
  return crashPoint ? nameCommits(store, crashPoint) : store;
}

function openItsStore({ config, overrides, clock, random, log }: Foundation): Promise<Store> {
  const parts = { clock, random, log };
  if (config.databaseUrl !== null) return openStore({ kind: 'postgres', url: config.databaseUrl }, parts);
  const template = overrides.storeTemplate ?? findEmptyDatabase();
  return openStore({ kind: 'embedded', dataDir: config.dataDir, ...(template ? { template } : {}) }, parts);
}
