/** The door: logging in, and on a new server the first administrator. */
import { type FormEvent, useState } from 'react';
import { wordsOf } from '../api/problem.ts';
import { enter } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Wordmark } from '../parts/wordmark.tsx';

export function LoginPage({ needsSetup }: { needsSetup: boolean }) {
  const [isSetup, setSetup] = useState(needsSetup);
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex justify-center">
          <Wordmark />
        </div>
        <div className="panel p-6">
          {isSetup ? <SetupForm /> : <LoginForm />}
          {needsSetup && (
            <Button look="quiet" size="small" className="mt-4 w-full" onClick={() => setSetup(!isSetup)}>
              {isSetup ? 'Log in instead' : 'Make the first administrator'}
            </Button>
          )}
        </div>
      </div>
    </main>
  );
}

function useEntry(path: '/auth/login' | '/auth/setup', names: readonly string[]) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setRunning(true);
    setRefusal(null);
    try {
      await enter(path, Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? '')])));
    } catch (error) {
      setRefusal(wordsOf(error));
    }
    setRunning(false);
  };
  return { refusal, isRunning, submit };
}

function LoginForm() {
  const { refusal, isRunning, submit } = useEntry('/auth/login', ['email', 'password']);
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold">Log in</h1>
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <TextField label="Email" name="email" type="email" autoComplete="username" required autoFocus />
      <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
      <Button look="main" type="submit" disabled={isRunning}>
        Log in
      </Button>
    </form>
  );
}

function SetupForm() {
  const { refusal, isRunning, submit } = useEntry('/auth/setup', ['code', 'name', 'email', 'password']);
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold">Make the first administrator</h1>
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <TextField
        label="Set-up code"
        name="code"
        autoComplete="one-time-code"
        required
        autoFocus
        hint="The server printed it when it started. It is good for 24 hours; a restart makes a new one."
      />
      <TextField label="Your name" name="name" autoComplete="name" required />
      <TextField label="Email" name="email" type="email" autoComplete="username" required />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        required
        hint="12 characters or more"
      />
      <Button look="main" type="submit" disabled={isRunning}>
        Begin
      </Button>
    </form>
  );
}
