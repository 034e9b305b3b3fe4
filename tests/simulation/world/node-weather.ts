/** What comes between a node and its database: others who act meanwhile, collisions, and broken connections. */
import { CallwrightError } from '../../../src/base/errors.ts';
import type { Random } from '../../../src/base/random.ts';
import type { DatabaseStep, DatabaseWeather } from '../memory/simulated-store.ts';
import { postgresError } from '../memory/sql-values.ts';
import type { NodeTime } from './node-time.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export interface WeatherParts {
  time: NodeTime;
  truth: Truth;
  random: Random;
  swarm(): Swarm;
}

/** A promise of its own for each that waits: one for all would keep everybody who ever waited. */
const forever = () => new Promise<never>(() => {});

export function createWeather({ time, truth, random, swarm }: WeatherParts): DatabaseWeather {
  const strike = (fault: string, error: Error): never => {
    truth.strike(fault);
    throw error;
  };
  const unreachable = () => new CallwrightError('store/unreachable', 'the connection broke');
  const mayLose = (fault: string) => {
    const { connectionLost } = swarm();
    if (connectionLost > 0 && random.fraction() < connectionLost) strike(fault, unreachable());
  };
  const mayStrike = (step: DatabaseStep) => {
    mayLose('connection lost');
    const { collision } = swarm();
    if (step !== 'begin' && collision > 0 && random.fraction() < collision) {
      strike('collision', postgresError('40001', 'could not serialize access'));
    }
  };
  const waitBefore = async (step: DatabaseStep) => {
    await time.wait(random.fraction() * 4);
    mayStrike(step);
  };
  const waitAfter = async () => {
    await time.wait(random.fraction() * 2);
    mayLose('connection lost after commit');
  };
  return {
    before(step) {
      if (!time.isAlive) return forever();
      // A commit is always a moment at which others may act, and the process may die.
      if (step === 'commit' || random.fraction() < swarm().interleaving) return waitBefore(step);
      mayStrike(step);
      return null;
    },
    after: () => (time.isAlive ? waitAfter() : forever()),
  };
}
