/** The one socket to a vendor, over an in-process one. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from './clock.ts';
import type { RawSocketEvents } from './raw-socket.ts';
import { openVendorSocket, type VendorSocketEvent, type VendorSocketParts } from './vendor-socket.ts';

/** Seen from the vendor. */
function createOther() {
  const sent: (string | Uint8Array)[] = [];
  const left: string[] = [];
  const other = {
    sent,
    left,
    waitingBytes: 0,
    events: null as unknown as RawSocketEvents,
    openSocket: ((_target, events) => {
      other.events = events;
      return {
        send: (data) => void sent.push(data),
        get waitingBytes() {
          return other.waitingBytes;
        },
        close: (code) => void left.push(`close ${code}`),
        drop: () => void left.push('drop'),
      };
    }) as VendorSocketParts['openSocket'],
  };
  return other;
}

function open(options: Partial<VendorSocketParts> = {}) {
  const clock = createFakeClock();
  const other = createOther();
  const told: VendorSocketEvent[] = [];
  const target = { url: 'wss://vendor.example/', headers: { Authorization: 'Bearer a-very-secret-key' } };
  const { openSocket } = other;
  const parts = { vendor: 'acme', openSocket, clock, target, on: (event: VendorSocketEvent) => told.push(event) };
  const socket = openVendorSocket({ ...parts, ...options });
  const failures = () => told.flatMap((event) => (event.type === 'failed' ? event.error : []));
  return { clock, other, told, socket, failures };
}

describe('a socket to a vendor', () => {
  it('sends its hello and then what waited, in order, once it is open', () => {
    const { other, socket, clock } = open({ hello: ['hello'] });
    socket.send('one');
    socket.send('two');
    expect(other.sent).toEqual([]);
    other.events.opened();
    socket.send('three');
    expect(other.sent).toEqual(['hello', 'one', 'two', 'three']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails when it does not open in time, and takes a late opening for nothing', () => {
    const { clock, other, failures } = open();
    clock.advance(4999);
    expect(failures()).toEqual([]);
    clock.advance(1);
    other.events.opened();
    other.events.message('late');
    other.events.closed({ code: 1006, reason: '', refusedStatus: null });
    expect(failures()).toEqual([{ kind: 'timeout', message: 'acme did not open its socket within 5000 ms.' }]);
    expect(other.left).toEqual(['drop']);
    expect(other.sent).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails when too much waits for it to open', () => {
    const { socket, other, failures, clock } = open({ mostWaitingBytes: 1000 });
    for (let piece = 0; piece < 7; piece += 1) socket.send(new Uint8Array(160));
    expect(failures()).toMatchObject([{ kind: 'unavailable' }]);
    expect(other.left).toEqual(['drop']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails when the network does not take what is sent', () => {
    const { socket, other, failures } = open({ mostWaitingBytes: 1000 });
    other.events.opened();
    other.waitingBytes = 1001;
    socket.send('x');
    socket.send('y');
    expect(failures()).toMatchObject([{ kind: 'broken-stream' }]);
    expect(other.sent).toEqual([]);
  });

  it('fails at a message that is too large, and passes on one that just fits', () => {
    const { other, told } = open({ largestMessage: 10 });
    other.events.opened();
    other.events.message(new Uint8Array(10));
    other.events.message('x'.repeat(11));
    other.events.message('more');
    expect(told.map(({ type }) => type)).toEqual(['message', 'failed']);
  });

  it.each([
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [408, 'timeout'],
    [429, 'busy'],
    [500, 'unavailable'],
    [302, 'unavailable'],
  ])('takes a handshake that is answered with %i for %s', (refusedStatus, kind) => {
    const { other, failures, clock } = open();
    other.events.closed({ code: 1006, reason: 'no', refusedStatus });
    expect(failures()).toEqual([{ kind, message: `acme answered ${refusedStatus}: no` }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [1001, 'broken-stream'],
    [1005, 'broken-stream'],
    [1006, 'unavailable'],
    [1008, 'refused'],
    [1009, 'refused'],
    [1011, 'unavailable'],
    [1013, 'busy'],
    [4001, 'unavailable'],
  ])('takes a closing with %i for %s', (code, kind) => {
    const { other, failures } = open();
    other.events.opened();
    other.events.closed({ code, reason: 'because', refusedStatus: null });
    expect(failures()).toEqual([{ kind, message: `acme closed its socket with ${code}: because` }]);
  });

  it('has ended when the vendor closes it in order', () => {
    const { other, told, clock } = open({ keepAlive: { everyMs: 1000, frame: () => 'alive' } });
    other.events.opened();
    other.events.closed({ code: 1000, reason: '', refusedStatus: null });
    expect(told).toEqual([{ type: 'ended' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never tells what a header holds', () => {
    const { other, failures } = open();
    other.events.closed({ code: 1006, reason: 'invalid: a-very-secret-key', refusedStatus: 401 });
    expect(failures()[0]?.message).toBe('acme answered 401: invalid: [secret]');
  });

  it('keeps alive what would be silent for a whole period', () => {
    const { clock, other, socket } = open({ keepAlive: { everyMs: 1000, frame: () => 'alive' } });
    other.events.opened();
    clock.advance(500);
    socket.send('x');
    clock.advance(500);
    expect(other.sent).toEqual(['x']);
    clock.advance(2000);
    expect(other.sent).toEqual(['x', 'alive', 'alive']);
    socket.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('says good-bye and tells nothing more when we close it', () => {
    const { other, socket, told, clock } = open();
    other.events.opened();
    socket.close('bye');
    socket.close('bye again');
    socket.send('x');
    other.events.message('late');
    other.events.closed({ code: 1000, reason: '', refusedStatus: null });
    expect(other.sent).toEqual(['bye']);
    expect(other.left).toEqual(['close 1000']);
    expect(told).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is cut when we close it before it is open', () => {
    const { other, socket, told, clock } = open();
    socket.send('x');
    socket.close('bye');
    other.events.opened();
    expect(other.sent).toEqual([]);
    expect(other.left).toEqual(['drop']);
    expect(told).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is cut, and tells it once, when its user gives it up', () => {
    const { other, socket, failures, clock } = open();
    other.events.opened();
    socket.fail({ kind: 'timeout', message: 'acme said nothing' });
    socket.fail({ kind: 'timeout', message: 'acme said nothing' });
    expect(failures()).toEqual([{ kind: 'timeout', message: 'acme said nothing' }]);
    expect(other.left).toEqual(['drop']);
    expect(clock.pendingTimers).toBe(0);
  });
});
