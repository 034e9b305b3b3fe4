/** Has an assistant call the phone of this browser, with the values that its templates name. */
import { useState } from 'react';
import type { AssistantResource } from '../../../src/api/contract/assistants.ts';
import { change } from '../api/ask.ts';
import { namesIn } from '../pages/names-in.ts';
import { useAssistants } from '../pages/numbers.tsx';
import { Button } from '../parts/button.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { useChange } from '../parts/use-change.ts';
import { usePhone } from './browser-phone.ts';

/** The assistant that stands for none of the stored ones. */
const usual = 'usual';

interface Choice {
  /** Offered first. */
  first?: number | undefined;
  /** The only one. */
  fixed?: { assistant: AssistantResource; isDraft: boolean };
}

export function BeCalled({ first, fixed }: Choice) {
  const { number, line, call } = usePhone();
  const [chosen, setChosen] = useState(first === undefined ? usual : String(first));
  const assistants = useAssistants();
  const assistant = fixed?.assistant ?? assistants.find(({ id }) => String(id) === chosen);
  const names = namesIn(assistant?.welcome_message, assistant?.agenda);
  const [values, setValues] = useState<Record<string, string>>({});
  const variables = Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
  const place = useChange({
    send: () =>
      change('POST', '/v1/calls', {
        to: number,
        ...(assistant ? { assistant_id: assistant.id, variables } : {}),
        ...(fixed?.isDraft ? { assistant_version: 'draft' } : {}),
      }),
    touches: ['calls'],
  });
  return (
    <div className="flex flex-col gap-3 p-4">
      {!fixed && (
        <SelectField label="Assistant" value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value={usual}>The usual assistant</option>
          {assistants.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      {names.map((name) => (
        <TextField
          key={name}
          label={name}
          value={values[name] ?? ''}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      ))}
      <Button
        look="main"
        className="self-start"
        disabled={line !== 'on' || call.is !== 'none' || place.isRunning}
        onClick={() => place.run(undefined)}
      >
        <Icon name="calls" /> Let it call me
      </Button>
      {place.refusal && <Notice tone="bad">{place.refusal}</Notice>}
    </div>
  );
}
