/** Who logs in here, and with which role. */
import { useState } from 'react';
import { roles, type UserResource, userSchema } from '../../../src/api/contract/users.ts';
import { change } from '../api/ask.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Form, orNothing } from '../parts/form.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

const meanings: Record<(typeof roles)[number], string> = {
  admin: 'admin: everything',
  operator: 'operator: everything but users and the audit log',
  viewer: 'viewer: sees, changes nothing',
  client: 'client: what belongs to one client',
};

export function UsersPage() {
  const mayWrite = useMay()('users:write');
  const [chosen, setChosen] = useState<UserResource | 'new' | null>(null);
  const list = useList({ name: 'users', item: userSchema, path: '/v1/users' });
  return (
    <Page
      title="Users"
      actions={
        mayWrite && (
          <Button look="main" onClick={() => setChosen('new')}>
            <Icon name="place" /> Add a user
          </Button>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No users yet">
            The first administrator is made with the set-up code that the server printed.
          </Empty>
        }
        columns={[
          { title: 'Name', show: ({ name }) => <span className="font-medium">{name}</span> },
          { title: 'Email', show: ({ email }) => email },
          { title: 'Role', show: ({ role }) => role },
          {
            title: 'State',
            isLess: true,
            show: (row) => <Badge tone={row.is_active ? 'good' : 'plain'}>{row.is_active ? 'active' : 'locked'}</Badge>,
          },
          { title: 'Since', isLess: true, show: ({ created_at }) => toMoment(created_at) },
          {
            title: 'Actions',
            isRight: true,
            show: (row) =>
              mayWrite && (
                <Button size="small" look="quiet" onClick={() => setChosen(row)} aria-label={`Change ${row.name}`}>
                  Change
                </Button>
              ),
          },
        ]}
      />
      <Dialog
        title={chosen === 'new' ? 'Add a user' : (chosen?.name ?? '')}
        isOpen={chosen !== null}
        close={() => setChosen(null)}
      >
        {chosen === 'new' && <NewUserForm done={() => setChosen(null)} />}
        {chosen && chosen !== 'new' && <UserForm user={chosen} done={() => setChosen(null)} />}
      </Dialog>
    </Page>
  );
}

function RoleField({ value, change: onChange }: { value: string; change(role: string): void }) {
  return (
    <SelectField label="Role" name="role" value={value} onChange={(event) => onChange(event.target.value)}>
      {roles.map((role) => (
        <option key={role} value={role}>
          {meanings[role]}
        </option>
      ))}
    </SelectField>
  );
}

function NewUserForm({ done }: { done(): void }) {
  const [role, setRole] = useState('operator');
  const save = useChange({
    send: ({ client_id, ...user }: Record<string, string>) =>
      change('POST', '/v1/users', { ...user, ...(role === 'client' ? { client_id: orNothing(client_id) } : {}) }),
    touches: ['users'],
    done,
  });
  return (
    <Form word="Add" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      <TextField label="Name" name="name" required error={save.fields.get('name')} />
      <TextField label="Email" name="email" type="email" required error={save.fields.get('email')} />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        required
        error={save.fields.get('password')}
        hint="12 characters or more"
      />
      <RoleField value={role} change={setRole} />
      {role === 'client' && (
        <TextField label="Id of the client" name="client_id" required error={save.fields.get('client_id')} />
      )}
    </Form>
  );
}

function UserForm({ user, done }: { user: UserResource; done(): void }) {
  const [role, setRole] = useState<string>(user.role);
  const save = useChange({
    send: (values: Record<string, string>) =>
      change('PATCH', `/v1/users/${user.id}`, {
        name: values.name,
        is_active: values.state === 'active',
        ...(role === user.role ? {} : { role }),
        ...(orNothing(values.password) ? { password: values.password } : {}),
      }),
    touches: ['users'],
    done,
  });
  return (
    <Form word="Save" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      <TextField label="Name" name="name" defaultValue={user.name} required error={save.fields.get('name')} />
      <RoleField value={role} change={setRole} />
      <SelectField label="State" name="state" defaultValue={user.is_active ? 'active' : 'locked'}>
        <option value="active">active</option>
        <option value="locked">locked: cannot log in</option>
      </SelectField>
      <TextField
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        isOptional
        error={save.fields.get('password')}
      />
    </Form>
  );
}
