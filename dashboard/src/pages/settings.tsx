/** Whether all is well with the server, and what to do where it is not; and one's own password. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { healthSchema } from '../../../src/api/contract/health.ts';
import { read } from '../api/ask.ts';
import { toProblem } from '../api/problem.ts';
import { send } from '../api/session.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { toMoment } from '../parts/format.ts';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading, Page, Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { chooseTheme, type Theme, useTheme } from '../theme.ts';
import { useMay, useMe } from '../use-me.ts';

export function SettingsPage() {
  const me = useMe();
  const mayCheck = useMay()('health:read');
  const theme = useTheme();
  return (
    <Page title="Settings and health">
      {mayCheck && <Health />}
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Panel title="Colours">
          <div className="p-4">
            <SelectField label="Colours" value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
              <option value="system">as the system says</option>
              <option value="light">light</option>
              <option value="dark">dark</option>
            </SelectField>
          </div>
        </Panel>
        {me.user && (
          <Panel title="Your password">
            <PasswordForm />
          </Panel>
        )}
      </div>
    </Page>
  );
}

const tones: Record<string, Tone> = { good: 'good', warning: 'warn', bad: 'bad' };
const words: Record<string, string> = { good: 'good', warning: 'look', bad: 'broken' };

function Health() {
  const health = useQuery({ queryKey: ['health'], queryFn: () => read(healthSchema, '/v1/health'), staleTime: 0 });
  return (
    <Panel
      title="Health"
      actions={
        <Button size="small" disabled={health.isFetching} onClick={() => void health.refetch()}>
          {health.isFetching ? 'Checking …' : 'Check again'}
        </Button>
      }
    >
      {health.isPending && <Loading />}
      {health.isError && (
        <div className="p-4">
          <ErrorNotice error={health.error} />
        </div>
      )}
      <ul className="flex flex-col divide-y divide-line">
        {health.data?.findings.map((finding) => (
          <li key={finding.about} className="flex items-start gap-3 px-4 py-3">
            <span className="w-16 shrink-0">
              <Badge tone={tones[finding.state] ?? 'plain'}>{words[finding.state]}</Badge>
            </span>
            <span className="min-w-0">
              <span className="font-medium">{finding.about}</span>
              <span className="block break-words">{finding.detail}</span>
              {finding.mend && <span className="block break-words text-soft">{finding.mend}</span>}
            </span>
          </li>
        ))}
      </ul>
      {health.data && (
        <p className="border-t border-line px-4 py-2 text-[0.85rem] text-soft">
          Looked at {toMoment(health.data.checked_at)}
        </p>
      )}
    </Panel>
  );
}

function PasswordForm() {
  const [isDone, setDone] = useState(false);
  const save = useChange({
    send: async (values: Record<string, string>) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await send('/auth/password', { method: 'POST', headers, body: JSON.stringify(values) });
      if (!answer.ok) throw await toProblem(answer);
    },
    touches: [],
    done: () => setDone(true),
  });
  if (isDone) {
    return (
      <div className="p-4">
        <Notice tone="good">It is changed. Every login with the old one has ended.</Notice>
      </div>
    );
  }
  return (
    <div className="p-4">
      <Form word="Change it" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
        <TextField label="Now" name="current_password" type="password" autoComplete="current-password" required />
        <TextField
          label="New"
          name="new_password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          required
          hint="12 characters or more"
        />
      </Form>
    </div>
  );
}
