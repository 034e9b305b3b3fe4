/** A file of people to call: looked at first, with what is wrong in which line, then taken. */
import { useId, useState } from 'react';
import { type ContactImport, contactImportSchema } from '../../../src/api/contract/contacts.ts';
import { upload } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { toCount } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { useChange } from '../parts/use-change.ts';

/** So many of the lines that are not taken are shown. */
const mostShown = 50;

export function UploadContacts({ campaignId, done }: { campaignId: string; done(): void }) {
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const path = `/v1/campaigns/${campaignId}/contacts`;
  const look = useChange({
    send: (chosen: File) => upload(contactImportSchema, `${path}?dry_run=true`, chosen),
    touches: [],
  });
  const take = useChange({
    send: (chosen: File) => upload(contactImportSchema, path, chosen),
    touches: ['campaign', 'campaigns'],
    done,
  });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    take.reset();
    if (chosen) look.run(chosen);
  };
  const { answer: report } = look;
  return (
    <div className="flex flex-col gap-4">
      <label
        htmlFor={id}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          choose(event.dataTransfer.files[0] ?? null);
        }}
        className="flex cursor-pointer flex-col items-center gap-1 rounded-xl border-2 border-dashed border-line px-4 py-7 text-center focus-within:border-accent hover:border-soft/60"
      >
        <Icon name="upload" className="size-6 text-soft" />
        <span className="font-medium break-all">{file?.name ?? 'Choose a CSV file, or drop it here'}</span>
        <span className="text-[0.87rem] text-soft">
          A first line of column names; one of them is the number. The others fill {'{{column}}'}.
        </span>
        <input
          id={id}
          type="file"
          accept=".csv,text/csv,text/plain"
          className="sr-only"
          onChange={(event) => choose(event.target.files?.[0] ?? null)}
        />
      </label>
      {look.isRunning && <p role="status">Looking through the file …</p>}
      {look.refusal && (
        <Notice tone="bad" title="The file cannot be read">
          {look.refusal}
        </Notice>
      )}
      {report && file && !look.isRunning && (
        <>
          <Report report={report} />
          {take.refusal && <Notice tone="bad">{take.refusal}</Notice>}
          <Button
            look="main"
            className="self-start"
            disabled={report.added === 0 || take.isRunning}
            onClick={() => take.run(file)}
          >
            Add {toCount(report.added)} {report.added === 1 ? 'contact' : 'contacts'}
          </Button>
        </>
      )}
    </div>
  );
}

function Report({ report }: { report: ContactImport }) {
  const { rows, added, duplicates, rejected, errors, columns } = report;
  return (
    <div className="flex flex-col gap-3">
      <Notice tone={rejected > 0 ? 'warn' : 'good'}>
        {toCount(rows)} {rows === 1 ? 'row' : 'rows'}: {toCount(added)} can be called, {toCount(duplicates)} are there
        twice, {toCount(rejected)} cannot be taken.
      </Notice>
      {columns && (
        <p className="text-[0.9rem] text-soft">
          Numbers are in <strong>{columns.number}</strong>
          {columns.name !== null && (
            <>
              , names in <strong>{columns.name}</strong>
            </>
          )}
          {columns.timezone !== null && (
            <>
              , time zones in <strong>{columns.timezone}</strong>
            </>
          )}
          {columns.variables.length > 0 && <>; values for the words: {columns.variables.join(', ')}</>}.
        </p>
      )}
      {errors.length > 0 && (
        <div className="max-h-64 overflow-y-auto rounded-lg border border-line">
          <table className="w-full text-left text-[0.9rem]">
            <thead className="sticky top-0 border-b border-line bg-raised text-[0.82rem] text-soft">
              <tr>
                <th className="px-3 py-1.5 font-medium">Line</th>
                <th className="px-3 py-1.5 font-medium">Column</th>
                <th className="px-3 py-1.5 font-medium">What is wrong</th>
              </tr>
            </thead>
            <tbody>
              {errors.slice(0, mostShown).map(({ line, field, message }) => (
                <tr key={`${line} ${field}`} className="border-b border-line align-top last:border-0">
                  <td className="px-3 py-1.5 tabular-nums">{line}</td>
                  <td className="px-3 py-1.5 break-words">{field ?? '–'}</td>
                  <td className="px-3 py-1.5 break-words">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
