/** When a call is dialled: at once, or not before some time by somebody's clock. */
import { SelectField, TextField } from '../parts/field.tsx';
import { type Draft, ownZone } from './draft.ts';

export function ScheduleFields({
  draft,
  set,
  error,
}: {
  draft: Draft;
  set(some: Partial<Draft>): void;
  error: string | undefined;
}) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label="Not before"
        isOptional
        type="datetime-local"
        value={draft.notBefore}
        onChange={(event) => set({ notBefore: event.target.value })}
        hint="Empty: at once."
        error={error}
      />
      {draft.notBefore !== '' && (
        <SelectField
          label="By the clock of"
          value={draft.zone}
          onChange={(event) => set({ zone: event.target.value as Draft['zone'] })}
        >
          <option value="recipient">the person who is called</option>
          <option value="own">this place ({ownZone()})</option>
        </SelectField>
      )}
    </div>
  );
}
