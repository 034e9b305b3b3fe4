/** Keys for programs; a key is shown once. */
import { useState } from 'react';
import {
  type ApiKeyResource,
  apiKeySchema,
  newApiKeySchema,
  permissionNames,
} from '../../../src/api/contract/api-keys.ts';
import { change } from '../api/ask.ts';
import { readClock } from '../base/now.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { CheckField, TextField } from '../parts/field.tsx';
import { Form, orNothing } from '../parts/form.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

const isGood = ({ revoked_at, expires_at }: ApiKeyResource) =>
  revoked_at === null && (expires_at === null || Date.parse(expires_at) > readClock());

export function ApiKeysPage() {
  const mayWrite = useMay()('api-keys:write');
  const [isAdding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKeyResource | null>(null);
  const list = useList({ name: 'api-keys', item: apiKeySchema, path: '/v1/api-keys' });
  return (
    <Page
      title="API keys"
      lead="For programs. A key can be limited to what its program needs."
      actions={
        mayWrite && (
          <Button look="main" onClick={() => setAdding(true)}>
            <Icon name="place" /> Make a key
          </Button>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={<Empty title="No keys yet">Programs send a key as Authorization: Bearer.</Empty>}
        columns={[
          { title: 'Name', show: ({ name }) => <span className="font-medium">{name}</span> },
          { title: 'Begins with', show: ({ prefix }) => <code className="font-mono text-[0.87rem]">{prefix}…</code> },
          { title: 'May', isLess: true, show: ({ role, scopes }) => (scopes ? scopes.join(', ') : `all of ${role}`) },
          {
            title: 'Last used',
            isLess: true,
            show: ({ last_used_at }) => (last_used_at ? toMoment(last_used_at) : 'never'),
          },
          {
            title: 'State',
            show: (key) => <Badge tone={isGood(key) ? 'good' : 'plain'}>{isGood(key) ? 'good' : 'over'}</Badge>,
          },
          {
            title: 'Actions',
            isRight: true,
            show: (key) =>
              mayWrite &&
              isGood(key) && (
                <Button size="small" look="quiet" onClick={() => setRevoking(key)} aria-label={`Revoke ${key.name}`}>
                  Revoke
                </Button>
              ),
          },
        ]}
      />
      <Dialog title="Make a key" isOpen={isAdding} close={() => setAdding(false)}>
        <NewKey done={() => setAdding(false)} />
      </Dialog>
      <Dialog title="Revoke the key" isOpen={revoking !== null} close={() => setRevoking(null)}>
        {revoking && <Revoke apiKey={revoking} done={() => setRevoking(null)} />}
      </Dialog>
    </Page>
  );
}

function NewKey({ done }: { done(): void }) {
  const may = useMay();
  const [key, setKey] = useState<string | null>(null);
  const make = useChange({
    send: async ({ name, ...chosen }: Record<string, string>) => {
      const scopes = permissionNames.filter((scope) => chosen[scope] === 'on');
      const body = { name: orNothing(name), ...(scopes.length > 0 ? { scopes } : {}) };
      return newApiKeySchema.parse(await change('POST', '/v1/api-keys', body));
    },
    touches: ['api-keys'],
    done: (made) => setKey(made.key),
  });
  if (key !== null) return <ShownOnce secret={key} done={done} />;
  return (
    <Form word="Make it" send={make.run} isRunning={make.isRunning} refusal={make.refusal}>
      <TextField label="Name" name="name" required placeholder="What uses it" error={make.fields.get('name')} />
      <fieldset>
        <legend className="mb-2 text-[0.9rem] font-medium">
          Limited to <span className="font-normal text-soft">(none chosen: all that you may)</span>
        </legend>
        <div className="grid max-h-60 grid-cols-2 gap-1.5 overflow-y-auto">
          {permissionNames.filter(may).map((name) => (
            <CheckField key={name} label={name} name={name} />
          ))}
        </div>
      </fieldset>
    </Form>
  );
}

function Revoke({ apiKey, done }: { apiKey: ApiKeyResource; done(): void }) {
  const revoke = useChange({ send: () => change('DELETE', `/v1/api-keys/${apiKey.id}`), touches: ['api-keys'], done });
  return (
    <Form word="Revoke it" send={() => revoke.run(undefined)} isRunning={revoke.isRunning} refusal={revoke.refusal}>
      <p>
        Programs that use <strong>{apiKey.name}</strong> are refused from then on. This cannot be undone.
      </p>
    </Form>
  );
}
