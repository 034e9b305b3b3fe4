/** The phone in this browser: its line to the server, what it is doing, and what is said on it. */
import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import { goodToken } from '../api/session.ts';
import { openPhoneSound, type PhoneSound } from './phone-sound.ts';

export interface SaidLine {
  by: 'me' | 'them';
  text: string;
  isOpen: boolean;
}

export interface PhoneState {
  line: 'off' | 'connecting' | 'on' | 'refused';
  why: string | null;
  number: string | null;
  callable: { number: string; is_answered: boolean }[];
  call:
    | { is: 'none' }
    | { is: 'ringing'; from: string; sid: string }
    | { is: 'calling'; to: string; sid: string }
    | { is: 'talking'; sid: string; sinceMs: number };
  /** The last call, once it is over. */
  overSid: string | null;
  said: SaidLine[];
  isMuted: boolean;
  hasMicrophone: boolean | null;
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    number: z.string(),
    callable: z.array(z.object({ number: z.string(), is_answered: z.boolean() })),
  }),
  z.object({ type: z.literal('ringing'), from: z.string(), call_sid: z.string() }),
  z.object({ type: z.literal('missed') }),
  z.object({ type: z.literal('calling'), to: z.string(), call_sid: z.string() }),
  z.object({ type: z.literal('talking'), call_sid: z.string() }),
  z.object({ type: z.literal('heard'), text: z.string(), is_last: z.boolean() }),
  z.object({ type: z.literal('quiet') }),
  z.object({ type: z.literal('over'), call_sid: z.string() }),
  z.object({ type: z.literal('refused'), why: z.string() }),
]);

const numberStoredAs = 'callwright.phone';
const nothing: PhoneState = {
  ...{ line: 'off', why: null, number: null, callable: [], call: { is: 'none' }, overSid: null, said: [] },
  ...{ isMuted: false, hasMicrophone: null },
};

let state = nothing;
let socket: WebSocket | null = null;
let sound: Promise<PhoneSound> | null = null;
let openSound: PhoneSound | null = null;
const listeners = new Set<() => void>();

function set(change: Partial<PhoneState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function usePhone(): PhoneState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

const tell = (message: object) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));

/** Takes a line; harmless where there is one. */
export async function switchPhoneOn(): Promise<void> {
  if (state.line === 'connecting' || state.line === 'on') return;
  set({ ...nothing, line: 'connecting' });
  const token = await goodToken().catch(() => null);
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/browser-phone`);
  opened.binaryType = 'arraybuffer';
  socket = opened;
  opened.onopen = () => tell({ type: 'hello', token, number: sessionStorage.getItem(numberStoredAs) });
  opened.onmessage = ({ data }) => {
    if (typeof data === 'string') hear(data);
    else openSound?.play(new Uint8Array(data as ArrayBuffer));
  };
  opened.onclose = ({ reason }) => {
    if (socket !== opened) return;
    socket = null;
    closeSound();
    const why = reason || 'There is no simulated network here, or the server cannot be reached.';
    set({ ...nothing, line: 'refused', why });
  };
}

export function switchPhoneOff(): void {
  const closing = socket;
  socket = null;
  closing?.close();
  closeSound();
  set(nothing);
}

function hear(text: string): void {
  const message = messageSchema.safeParse(JSON.parse(text));
  if (message.success) obey(message.data);
}

function obey(message: z.infer<typeof messageSchema>): void {
  switch (message.type) {
    case 'ready':
      sessionStorage.setItem(numberStoredAs, message.number);
      return set({ line: 'on', number: message.number, callable: message.callable });
    case 'ringing':
      return set({
        call: { is: 'ringing', from: message.from, sid: message.call_sid },
        overSid: null,
        said: [],
        why: null,
      });
    case 'missed':
      return set({ call: { is: 'none' } });
    case 'calling':
      return set({
        call: { is: 'calling', to: message.to, sid: message.call_sid },
        overSid: null,
        said: [],
        why: null,
      });
    case 'talking':
      void openMouth();
      return set({ call: { is: 'talking', sid: message.call_sid, sinceMs: performance.now() } });
    case 'heard':
      return addHeard(message.text, message.is_last);
    case 'quiet':
      return openSound?.quiet();
    case 'over':
      closeSound();
      return set({ call: { is: 'none' }, overSid: message.call_sid, isMuted: false });
    case 'refused':
      return set({ why: message.why });
  }
}

function addHeard(text: string, isLast: boolean): void {
  const last = state.said.at(-1);
  const isOn = last?.by === 'them' && last.isOpen;
  const before = isOn ? state.said.slice(0, -1) : state.said;
  const words = [isOn ? last.text : '', text.trim()].filter((part) => part !== '').join(' ');
  if (words !== '') set({ said: [...before, { by: 'them', text: words, isOpen: !isLast }] });
}

function openMouth(): Promise<PhoneSound> {
  sound ??= openPhoneSound((mulaw) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(mulaw as Uint8Array<ArrayBuffer>);
  }).then((opened) => {
    openSound = opened;
    set({ hasMicrophone: opened.hasMicrophone });
    return opened;
  });
  return sound;
}

function closeSound(): void {
  void sound?.then((opened) => opened.close());
  sound = null;
  openSound = null;
}

export const phone = {
  /** In the click itself: browsers let only a person begin to make sound. */
  answer() {
    void openMouth();
    tell({ type: 'answer' });
  },
  hangUp: () => tell({ type: 'hang-up' }),
  press: (digits: string) => tell({ type: 'keys', digits }),
  callIn(to: string) {
    void openMouth();
    tell({ type: 'call', to });
  },
  say(text: string) {
    openSound?.quiet();
    tell({ type: 'say', text });
    set({ said: [...state.said.map((line) => ({ ...line, isOpen: false })), { by: 'me', text, isOpen: false }] });
  },
  toggleMute() {
    const isMuted = !state.isMuted;
    openSound?.setMuted(isMuted);
    set({ isMuted });
  },
  loudness: () => openSound?.loudness() ?? 0,
};
