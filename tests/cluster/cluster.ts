/** Servers as processes of their own on one Postgres, behind a load balancer, as `docs/run-many-nodes.md` sets them up. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findFreePort, type NetworkProcess, type ServerProcess, startServer } from '../crash/processes.ts';
import { createRequests, type Requests } from '../crash/station.ts';
import { freshPostgres } from '../setup/describe-on-both.ts';
import { type LoadBalancer, startLoadBalancer } from './load-balancer.ts';

export interface Cluster extends Requests {
  balancer: LoadBalancer;
  /** What each node is set to beside its own `PORT` and `DATA_DIR`. */
  settings: Record<string, string>;
  nodes: ClusterNode[];
  /** Asks the database that they share. */
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  remove(): Promise<void>;
}

export interface ClusterNode {
  port: number;
  /** By itself, past the load balancer. */
  url: string;
  operatorKey(): string;
  /** Its newest life. */
  process: ServerProcess;
  /** A new life; resolves when it is ready. */
  start(crashAt?: string): Promise<ServerProcess>;
  kill(): Promise<void>;
}

const page = join(import.meta.dirname, '../../docs/run-many-nodes.md');

/** The settings that the page gives to every node. */
export function readDocumentedSettings(): Record<string, string> {
  const block = /^```env\n([\s\S]*?)^```$/m.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  return Object.fromEntries(Array.from(block.matchAll(/^([A-Z_0-9]+)=(.*)$/gm), ([, name, value]) => [name, value]));
}

export interface ClusterOptions {
  network: NetworkProcess;
  ownNumber: string;
  /** Counts the clusters of a network. */
  index: number;
  nodes: number;
  /** Instead of those of the page, or beside them. */
  settings: Record<string, string>;
}

/** None of them is started yet. */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { network, ownNumber, index, nodes, settings } = options;
  const database = await freshPostgres();
  const client = new pg.Client({ connectionString: database.options.url });
  await client.connect();
  const ports: number[] = [];
  for (let at = 0; at < nodes; at += 1) ports.push(await findFreePort());
  const balancer = await startLoadBalancer(ports);
  const shared = {
    ...readDocumentedSettings(),
    ...{ DATABASE_URL: database.options.url, PUBLIC_URL: balancer.url },
    ...network.settings,
    TWILIO_PHONE_NUMBER: ownNumber,
    ...settings,
  };
  const folder = mkdtempSync(join(tmpdir(), 'callwright-cluster-'));
  const dataDirs = ports.map((port) => join(folder, String(port)));
  const all = ports.map((port, at) => createNode({ ...shared, PORT: String(port), DATA_DIR: dataDirs[at] as string }));
  return {
    ...createRequests({ network, index, ownNumber }, { url: balancer.url, dataDir: dataDirs[0] as string }),
    ...{ balancer, settings: shared, nodes: all },
    query: async <Row>(sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows as Row[],
    async remove() {
      for (const node of all) await node.kill();
      balancer.close();
      await client.end();
      await database.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createNode(env: Record<string, string> & { PORT: string; DATA_DIR: string }): ClusterNode {
  let life: ServerProcess | null = null;
  return {
    port: Number(env.PORT),
    url: `http://127.0.0.1:${env.PORT}`,
    operatorKey: () => readFileSync(join(env.DATA_DIR, 'secrets/operator-key'), 'utf8').trim(),
    get process() {
      if (life === null) throw new Error('the node was not started');
      return life;
    },
    async start(crashAt) {
      life = startServer({ ...env, ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }) });
      if ((await life.readyMs) === null) throw new Error(`a node does not start: ${life.errors.join('\n')}`);
      return life;
    },
    async kill() {
      life?.child.kill('SIGKILL');
      await life?.ended;
    },
  };
}
