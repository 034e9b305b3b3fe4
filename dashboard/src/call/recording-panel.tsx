/** The sound of a call: the person above, the assistant below, and where in it one is. */
import { useEffect, useRef } from 'react';
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { Button } from '../parts/button.tsx';
import { toDuration } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Panel } from '../parts/page.tsx';
import { drawWaveform } from './draw-waveform.ts';
import type { Player } from './use-player.ts';

export function RecordingPanel({ call, player }: { call: CallWithTurns; player: Player }) {
  useSpaceKey(player);
  return (
    <Panel
      title="Recording"
      actions={
        player.isReady && (
          <div className="flex items-center gap-3">
            <span className="text-[0.87rem] text-soft tabular-nums">
              {toDuration(player.seconds)} / {toDuration(player.durationSeconds)}
            </span>
            {player.download && (
              <a
                href={player.download.url}
                download={player.download.name}
                className="rounded-lg p-1.5 text-soft hover:bg-raised hover:text-ink"
                aria-label="Download the recording"
              >
                <Icon name="download" />
              </a>
            )}
          </div>
        )
      }
    >
      {player.isReady ? (
        <div className="flex items-center gap-4 p-4">
          <Button
            look="main"
            className="!size-11 !rounded-full !p-0"
            onClick={player.toggle}
            aria-label={player.isPlaying ? 'Pause' : 'Play the recording'}
          >
            <Icon name={player.isPlaying ? 'pause' : 'play'} />
          </Button>
          <Waveform player={player} />
        </div>
      ) : (
        <p className="p-4 text-soft">{player.why ?? 'The recording is being fetched …'}</p>
      )}
      {player.isReady && player.peaks?.channels.length === 2 && <Legend hasAssistant={call.turns.length > 0} />}
    </Panel>
  );
}

function Legend({ hasAssistant }: { hasAssistant: boolean }) {
  return (
    <p className="flex gap-4 border-t border-line px-4 py-2 text-[0.82rem] text-soft">
      <span className="flex items-center gap-1.5">
        <span className="size-2 rounded-full bg-person" /> Person, above
      </span>
      {hasAssistant && (
        <span className="flex items-center gap-1.5">
          <span className="size-2 rounded-full bg-accent" /> Assistant, below
        </span>
      )}
    </p>
  );
}

function Waveform({ player }: { player: Player }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { peaks, seconds, durationSeconds, playFrom } = player;
  useEffect(() => {
    const shown = canvas.current;
    if (!shown || !peaks) return;
    const draw = () => drawWaveform(shown, peaks, durationSeconds === 0 ? 0 : seconds / durationSeconds);
    draw();
    const watch = new ResizeObserver(draw);
    watch.observe(shown);
    return () => watch.disconnect();
  }, [peaks, seconds, durationSeconds]);
  const step = (by: number) => playFrom(Math.min(durationSeconds, Math.max(0, seconds + by)));
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Place in the recording"
      aria-valuemin={0}
      aria-valuemax={Math.round(durationSeconds)}
      aria-valuenow={Math.round(seconds)}
      aria-valuetext={`${toDuration(seconds)} of ${toDuration(durationSeconds)}`}
      className="min-w-0 flex-1 cursor-pointer"
      onClick={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        playFrom(((event.clientX - left) / width) * durationSeconds);
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') step(5);
        if (event.key === 'ArrowLeft') step(-5);
      }}
    >
      <canvas ref={canvas} className="h-24 w-full" />
    </div>
  );
}

/** Space plays and pauses, unless it means something where the focus is. */
function useSpaceKey(player: Player): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isElsewhere =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, button, a');
      if (event.key !== ' ' || isElsewhere || !player.isReady) return;
      event.preventDefault();
      player.toggle();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [player]);
}
