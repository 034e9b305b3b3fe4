import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { loadWebhooks } from '../../tests/webhook-load/webhook-load.ts';

describeOnBothDatabases('webhooks of which some are broken in every way', (openFresh) => {
  it('bring every event to every healthy endpoint once', async () => {
    const report = await loadWebhooks(await openFresh(), { endpoints: 15, broken: 6, events: 300 });
    expect(report).toMatchObject({ wanted: 180, delivered: 180, twice: 0 });
    const tried = Object.entries(report.triesOfBroken).filter(([, tries]) => tries > 0);
    expect(tried.map(([way]) => way).sort()).toEqual([
      ...['answers 500', 'closes the connection', 'endless body', 'never answers', 'private redirect'],
    ]);
  });
});
