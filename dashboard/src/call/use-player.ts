/** Plays the recording of a call, and knows which moment of the call is which second of the sound. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { recordingsSchema } from '../../../src/api/contract/recordings.ts';
import { read } from '../api/ask.ts';
import { toProblem } from '../api/problem.ts';
import { send } from '../api/session.ts';
import { type Peaks, toPeaks } from './to-peaks.ts';

export interface Player {
  isReady: boolean;
  /** Why there is no sound; null while it is on its way, and when it is there. */
  why: string | null;
  isPlaying: boolean;
  seconds: number;
  durationSeconds: number;
  peaks: Peaks | null;
  download: { url: string; name: string } | null;
  toggle(): void;
  playFrom(seconds: number): void;
  /** Where in the sound that moment is; null while nobody knows. */
  secondsOf(iso: string): number | null;
}

interface Options {
  callId: string;
  answeredAt: string | null;
  isOver: boolean;
  mayHear: boolean;
}

/** Recordings are kept a moment after the call is over. */
const lookAgainMs = 2500;

async function fetchSound(path: string): Promise<{ blob: Blob; peaks: Peaks }> {
  const answer = await send(path, {});
  if (!answer.ok) throw await toProblem(answer);
  const blob = await answer.blob();
  return { blob, peaks: await toPeaks(await blob.arrayBuffer()) };
}

function useSound({ callId, isOver, mayHear }: Options) {
  const recordings = useQuery({
    queryKey: ['call', callId, 'recordings'],
    enabled: isOver && mayHear,
    queryFn: () => read(recordingsSchema, `/v1/calls/${callId}/recordings`),
    refetchInterval: ({ state }) => (state.data?.data.some(isComing) ? lookAgainMs : false),
  });
  const ready = recordings.data?.data.filter(({ status }) => status === 'ready') ?? [];
  const chosen = ready.find(({ source }) => source === 'own') ?? ready[0];
  const path = `/v1/calls/${callId}/recording${chosen ? `?source=${chosen.source}` : ''}`;
  const sound = useQuery({
    queryKey: ['sound', callId, chosen?.id],
    enabled: chosen !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: () => fetchSound(path),
  });
  const isWaiting = recordings.data?.data.some(isComing) ?? true;
  return { chosen, sound, isWaiting, failed: recordings.error ?? sound.error };
}

const isComing = ({ status }: { status: string }) => status === 'announced' || status === 'fetching';

export function usePlayer(options: Options): Player {
  const { callId, answeredAt, isOver, mayHear } = options;
  const { chosen, sound, isWaiting, failed } = useSound(options);
  const audio = useRef<HTMLAudioElement | null>(null);
  const [seconds, setSeconds] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const url = useMemo(() => (sound.data ? URL.createObjectURL(sound.data.blob) : null), [sound.data]);
  useEffect(() => {
    if (url === null) return;
    const element = new Audio(url);
    audio.current = element;
    let frame = 0;
    const follow = () => {
      setSeconds(element.currentTime);
      frame = requestAnimationFrame(follow);
    };
    element.onplay = () => {
      setPlaying(true);
      follow();
    };
    const halt = () => {
      setPlaying(false);
      cancelAnimationFrame(frame);
      setSeconds(element.currentTime);
    };
    element.onpause = halt;
    element.onended = halt;
    element.onseeked = () => setSeconds(element.currentTime);
    return () => {
      element.pause();
      cancelAnimationFrame(frame);
      audio.current = null;
    };
  }, [url]);
  // Our own recording begins with the stream, the carrier's with the answer.
  const begins = chosen?.source === 'own' ? chosen.created_at : answeredAt;
  return {
    isReady: url !== null,
    why: toWhy({ isOver, mayHear, isWaiting, hasOne: chosen !== undefined, failed }),
    ...{ isPlaying, seconds },
    durationSeconds: sound.data?.peaks.durationSeconds ?? 0,
    peaks: sound.data?.peaks ?? null,
    download: url === null ? null : { url, name: `${callId}.wav` },
    toggle() {
      if (isPlaying) audio.current?.pause();
      else void audio.current?.play();
    },
    playFrom(from) {
      if (!audio.current) return;
      audio.current.currentTime = from;
      void audio.current.play();
    },
    secondsOf: (iso) => (begins ? Math.max(0, (Date.parse(iso) - Date.parse(begins)) / 1000) : null),
  };
}

function toWhy(facts: {
  isOver: boolean;
  mayHear: boolean;
  isWaiting: boolean;
  hasOne: boolean;
  failed: Error | null;
}) {
  if (!facts.mayHear) return 'Your role may not hear recordings.';
  if (facts.failed) return facts.failed.message;
  if (!facts.isOver) return 'The recording can be heard once the call is over.';
  if (!facts.hasOne && !facts.isWaiting) return 'This call was not recorded.';
  return null;
}
