/** A secret that the server shows this once. */
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

export function ShownOnce({ secret, done }: { secret: string; done(): void }) {
  return (
    <div className="flex flex-col gap-3">
      <Notice tone="warn" title="Copy it now: it is not shown again." />
      <code className="rounded-lg bg-raised p-3 font-mono text-[0.87rem] break-all select-all">{secret}</code>
      <div className="flex gap-2">
        <Button onClick={() => void navigator.clipboard?.writeText(secret)}>Copy</Button>
        <Button look="main" onClick={done}>
          Done
        </Button>
      </div>
    </div>
  );
}
