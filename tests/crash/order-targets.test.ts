import { expect, it } from 'vitest';
import { orderTargets } from './order-targets.ts';

it('tries each point once before it tries any again, then each flow, then later passes', () => {
  const targets = [
    { flow: 'outbound', point: 'a', times: 1 },
    { flow: 'outbound', point: 'a', times: 2 },
    { flow: 'outbound', point: 'a', times: 3 },
    { flow: 'outbound', point: 'b', times: 1 },
    { flow: 'inbound', point: 'a', times: 1 },
    { flow: 'inbound', point: 'a', times: 2 },
    { flow: 'inbound', point: 'c', times: 1 },
  ];
  const ordered = orderTargets(targets).map(({ flow, point, times }) => `${flow} ${point}${times}`);
  expect(ordered).toEqual([
    'outbound a1',
    'outbound b1',
    'inbound c1',
    'inbound a1',
    'outbound a2',
    'inbound a2',
    'outbound a3',
  ]);
});
