/** What a refusal about campaigns and their contacts is in `/v1`. */
import { CampaignRefused } from '../campaign/change-campaign.ts';
import { ContactFileRefused } from '../campaign/contacts/read-csv.ts';
import { ContactsRefused } from '../campaign/import-contacts.ts';
import { CsvRowTooLong } from '../text/csv.ts';
import { TemplateRefused } from '../text/template.ts';
import { ProblemError } from './problem.ts';

/** Those that are about what was sent, not about the state of the campaign. */
const unfit: readonly string[] = ['campaign/missing-variables', 'campaign/no-assistant', 'campaign/no-vendor'];

export async function withCampaignProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toCampaignProblem(error) ?? error;
  }
}

export function toCampaignProblem(error: unknown): ProblemError | null {
  if (error instanceof CampaignRefused) {
    const status = unfit.includes(error.code) ? 422 : 409;
    const errors = error.contacts.map(({ line, number, id }) => ({
      field: `contacts.${id}`,
      message: `${number}${line === null ? '' : `, line ${line}`}`,
    }));
    const title = 'Not possible with this campaign';
    return new ProblemError({
      status,
      code: error.code,
      title,
      detail: error.message,
      ...(errors.length > 0 ? { errors } : {}),
    });
  }
  if (error instanceof ContactsRefused) {
    const status = error.code === 'contacts/too-many' ? 413 : 409;
    return new ProblemError({ status, code: error.code, title: 'Contacts not taken', detail: error.message });
  }
  if (error instanceof ContactFileRefused || error instanceof CsvRowTooLong) {
    return new ProblemError({ status: 422, code: error.code, title: 'File not readable', detail: error.message });
  }
  if (error instanceof TemplateRefused) {
    const title = 'The templates cannot be filled';
    return new ProblemError({ status: 422, code: error.code, title, detail: error.message });
  }
  return null;
}
