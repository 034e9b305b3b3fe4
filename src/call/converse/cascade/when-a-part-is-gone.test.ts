import { describe, expect, it } from 'vitest';
import { createLastResort } from './when-a-part-is-gone.ts';

function start(options: { takenOver?: boolean; canRegret?: boolean } = {}) {
  const done: string[] = [];
  const resort = createLastResort({
    apology: 'Sorry.',
    canRegret: options.canRegret ?? true,
    onFailed(personWaits) {
      done.push(`failed, person waits: ${personWaits}`);
      return options.takenOver ?? false;
    },
    hush: () => void done.push('hush'),
    release: () => void done.push('release'),
    end: (farewell) => void done.push(`end: ${farewell}`),
  });
  return { resort, done };
}

const asked = ['hush', 'failed, person waits: true'];

describe('when a part of the cascade is gone for good', () => {
  it.each(['deaf', 'mute'] as const)('%s: another engine gets the line, and nothing more is done', (part) => {
    const { resort, done } = start({ takenOver: true });
    resort[part]();
    resort.deaf();
    resort.mute();
    expect(done).toEqual([...asked, 'release']);
  });

  it.each(['deaf', 'mute'] as const)('%s: it apologises and ends when there is no other engine', (part) => {
    const { resort, done } = start();
    resort[part]();
    expect(done).toEqual([...asked, 'end: Sorry.']);
  });

  it('ends without a word when there is neither voice nor sound of an apology', () => {
    const { resort, done } = start({ canRegret: false });
    resort.mute();
    expect(done).toEqual([...asked, 'end: null']);
  });

  it('apologises in another way, asking no other engine again, when the voice goes after the ears', () => {
    const { resort, done } = start();
    resort.deaf();
    resort.mute();
    resort.mute();
    resort.deaf();
    expect(done).toEqual([...asked, 'end: Sorry.', 'end: Sorry.']);
  });

  it('does nothing once the end was decided', () => {
    const { resort, done } = start({ takenOver: true });
    resort.close();
    resort.deaf();
    resort.mute();
    expect(done).toEqual([]);
  });
});
