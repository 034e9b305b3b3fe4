/** Listening in on one call, and speaking in it: the socket to the server, and what this browser is doing on it. */
import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import { audioTicketSchema } from '../../../src/api/contract/create-call.ts';
import { change } from '../api/ask.ts';
import { wordsOf } from '../api/problem.ts';
import { openSupervisorSound, type Side, type SupervisorSound } from './supervisor-sound.ts';

export interface Supervision {
  callId: string | null;
  is: 'off' | 'opening' | 'listening' | 'taking-over' | 'speaking';
  /** Somebody else has the call. */
  isTaken: boolean;
  /** What went wrong last. */
  why: string | null;
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('taken-over'), by_you: z.boolean() }),
  z.object({ type: z.literal('handed-back') }),
  z.object({ type: z.literal('refused'), why: z.string() }),
]);

const nothing: Supervision = { callId: null, is: 'off', isTaken: false, why: null };
const sides: readonly Side[] = ['person', 'played'];

let state = nothing;
let socket: WebSocket | null = null;
let sound: SupervisorSound | null = null;
const listeners = new Set<() => void>();

function set(next: Partial<Supervision>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

export function useSupervision(callId: string): Supervision {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
  return now.callId === callId ? now : nothing;
}

const tell = (message: object) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));

function hear(data: string | ArrayBuffer): void {
  if (typeof data !== 'string') return hearSound(new Uint8Array(data));
  const message = messageSchema.safeParse(JSON.parse(data));
  if (!message.success) return;
  switch (message.data.type) {
    case 'ready':
      return set({ is: 'listening' });
    case 'taken-over':
      return message.data.by_you ? set({ is: 'speaking' }) : set({ isTaken: true });
    case 'handed-back':
      sound?.closeMouth();
      return set({ is: 'listening', isTaken: false });
    case 'refused':
      sound?.closeMouth();
      return set({ is: state.is === 'taking-over' ? 'listening' : state.is, why: message.data.why });
  }
}

function hearSound(frame: Uint8Array): void {
  const side = sides[frame[0] ?? -1];
  if (!side || !sound) return;
  if (frame.length === 1) return sound.quiet(side);
  // Nobody wants to hear their own words again.
  if (side === 'person' || state.is !== 'speaking') sound.play(side, frame.slice(1));
}

function closeAll(): void {
  const closing = socket;
  socket = null;
  closing?.close();
  sound?.close();
  sound = null;
}

export const supervise = {
  /** In the click itself. */
  async listen(callId: string): Promise<void> {
    closeAll();
    set({ ...nothing, callId, is: 'opening' });
    const opening = openSupervisorSound();
    try {
      const order = await change('POST', `/v1/calls/${callId}/audio-ticket`, { speak: true });
      const { ticket, path } = audioTicketSchema.parse(order);
      sound = await opening;
      openSocket(path, ticket);
    } catch (error) {
      void opening.then((opened) => opened.close()).catch(() => {});
      closeAll();
      set({ ...nothing, callId, why: wordsOf(error) });
    }
  },
  stop(): void {
    closeAll();
    set(nothing);
  },
  async takeOver(): Promise<void> {
    set({ is: 'taking-over', why: null });
    // The person must not be left in silence while the browser asks for the microphone.
    const hasMouth = await sound?.openMouth((piece) => {
      if (state.is === 'speaking' && socket?.readyState === WebSocket.OPEN) socket.send(piece);
    });
    if (hasMouth) tell({ type: 'take-over' });
    else set({ is: 'listening', why: 'There is no microphone here, or it may not be used.' });
  },
  handBack: () => tell({ type: 'hand-back' }),
  loudness: (side: Side) => sound?.loudness(side) ?? 0,
};

function openSocket(path: string, ticket: string | null): void {
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`);
  opened.binaryType = 'arraybuffer';
  socket = opened;
  opened.onopen = () => opened.send(JSON.stringify({ type: 'hello', ticket }));
  opened.onmessage = ({ data }) => hear(data as string | ArrayBuffer);
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return;
    const { callId } = state;
    closeAll();
    set({ ...nothing, callId, why: code === 1000 ? null : reason || 'The server cannot be reached.' });
  };
}
