/** A form whose fields are read when it is sent, with what the server refused of it. */
import type { FormEvent, ReactNode } from 'react';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

export function Form({
  send,
  word,
  isRunning,
  refusal,
  children,
}: {
  send(values: Record<string, string>): void;
  /** On the button. */
  word: string;
  isRunning: boolean;
  refusal: string | null;
  children: ReactNode;
}) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]);
    send(Object.fromEntries(values));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <Button type="submit" look="main" className="self-start" disabled={isRunning}>
        {word}
      </Button>
    </form>
  );
}

/** A form field that was left empty is not sent. */
export const orNothing = (text: string | undefined) =>
  text === undefined || text.trim() === '' ? undefined : text.trim();
