/** A campaign's settings: who speaks, how fast, when, and how often a person is tried. */
import { useState } from 'react';
import {
  type CampaignResource,
  type CampaignWithProgress,
  campaignWithProgressSchema,
} from '../../../src/api/contract/campaigns.ts';
import { change } from '../api/ask.ts';
import { CheckField, SelectField, TextArea, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { useChange } from '../parts/use-change.ts';
import { toCampaignBody, toCampaignChanges, weekdays } from './to-campaign-body.ts';

interface Editing {
  campaign: CampaignResource | null;
  error(name: string): string | undefined;
}

export function CampaignForm({
  campaign,
  assistants,
  done,
}: {
  campaign: CampaignResource | null;
  assistants: readonly { id: number; name: string }[];
  done(campaign: CampaignWithProgress): void;
}) {
  const save = useChange({
    send: async (values: Record<string, string>) =>
      campaignWithProgressSchema.parse(
        campaign
          ? await change('PATCH', `/v1/campaigns/${campaign.id}`, toCampaignChanges(campaign, values))
          : await change('POST', '/v1/campaigns', toCampaignBody(null, values)),
      ),
    touches: ['campaigns', 'campaign'],
    done,
  });
  const editing: Editing = { campaign, error: (name) => save.fields.get(name) };
  return (
    <Form word={campaign ? 'Save' : 'Make it'} send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={200}
          defaultValue={campaign?.name}
          error={editing.error('name')}
        />
        <SelectField label="Assistant" name="assistant_id" defaultValue={campaign?.assistant_id ?? ''}>
          <option value="">The usual assistant</option>
          {assistants.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      </div>
      <Words {...editing} />
      <Pace {...editing} />
      <Hours {...editing} />
    </Form>
  );
}

function Words({ campaign, error }: Editing) {
  return (
    <>
      <TextArea
        label="Said first"
        name="welcome_message"
        isOptional
        rows={2}
        defaultValue={campaign?.welcome_message ?? ''}
        error={error('welcome_message')}
        hint="{{column}} becomes what the file says in that column. Empty: the assistant’s own words."
      />
      <TextArea
        label="What the calls are for"
        name="agenda"
        isOptional
        rows={2}
        defaultValue={campaign?.agenda ?? ''}
        error={error('agenda')}
      />
    </>
  );
}

function Pace({ campaign, error }: Editing) {
  const minutes = Object.values(campaign?.retry?.after_minutes ?? {})[0] ?? 60;
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <TextField
        label="Calls a minute"
        name="calls_per_minute"
        type="number"
        min={1}
        defaultValue={campaign?.pacing.calls_per_minute ?? 60}
        error={error('pacing.calls_per_minute')}
      />
      <TextField
        label="Calls at once"
        name="concurrent_calls"
        type="number"
        min={1}
        defaultValue={campaign?.pacing.concurrent_calls ?? 10}
        error={error('pacing.concurrent_calls')}
      />
      <TextField
        label="Country of numbers without +"
        name="default_country"
        isOptional
        maxLength={2}
        placeholder="US"
        defaultValue={campaign?.default_country ?? ''}
        error={error('default_country')}
      />
      <TextField
        label="Tries for each person"
        name="attempts"
        type="number"
        min={1}
        max={10}
        defaultValue={campaign?.retry?.attempts ?? 1}
        error={error('retry.attempts')}
      />
      <TextField
        label="Minutes between tries"
        name="retry_minutes"
        type="number"
        min={1}
        defaultValue={minutes}
        hint="After busy, no answer or a failure."
        error={error('retry.after_minutes')}
      />
    </div>
  );
}

/** The same span on each of the days; more is asked of the API. */
function Hours({ campaign, error }: Editing) {
  const given = campaign?.window ?? null;
  const [isOn, setOn] = useState(given !== null);
  const open = weekdays.filter((day) => (given?.windows[day]?.length ?? 0) > 0);
  const [from, until] = (open[0] && given?.windows[open[0]]?.[0]) ?? ['09:00', '18:00'];
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">Hours</legend>
      <CheckField
        label="Only at certain hours"
        name="has_window"
        checked={isOn}
        onChange={(event) => setOn(event.target.checked)}
        hint="Without it: whenever the rules of dialling allow it where the person is."
      />
      {isOn && (
        <>
          <div className="flex flex-wrap gap-x-4 gap-y-2">
            {weekdays.map((day) => (
              <CheckField
                key={day}
                label={<span className="capitalize">{day}</span>}
                name={`on_${day}`}
                defaultChecked={given === null ? day !== 'sat' && day !== 'sun' : open.includes(day)}
              />
            ))}
          </div>
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField label="From" name="from" type="time" defaultValue={from} error={error('window.windows')} />
            <TextField label="Until" name="until" type="time" defaultValue={until} />
            <TextField
              label="By the clock of"
              name="timezone"
              defaultValue={given?.timezone ?? 'recipient'}
              hint="recipient, or a zone such as America/New_York"
              error={error('window.timezone')}
            />
          </div>
        </>
      )}
    </fieldset>
  );
}
