/** What the person will hear first, and what the language model is told. */
import { useQuery } from '@tanstack/react-query';
import { type AssistantResource, previewResultSchema } from '../../../src/api/contract/assistants.ts';
import { change } from '../api/ask.ts';
import { wordsOf } from '../api/problem.ts';
import { Panel } from '../parts/page.tsx';
import { type Draft, toBody } from './draft.ts';

export function Preview({
  draft,
  assistant,
  names,
}: {
  draft: Draft;
  assistant: AssistantResource;
  names: readonly string[];
}) {
  const { welcome_message = null, agenda = null } = toBody(draft, names);
  const filled = Object.fromEntries(
    Object.entries(draft.variables).filter(([name, value]) => names.includes(name) && value !== ''),
  );
  const body = { variables: filled, welcome_message, agenda };
  const preview = useQuery({
    queryKey: ['preview', assistant.id, body],
    queryFn: async () =>
      previewResultSchema.parse(await change('POST', `/v1/assistants/${assistant.id}/preview`, body)),
    placeholderData: (before) => before,
  });
  return (
    <Panel title="What the person will hear first">
      <div className="flex flex-col gap-3 p-4">
        {preview.isError && <p className="text-soft">{wordsOf(preview.error)}</p>}
        {preview.data && (
          <>
            <p className="rounded-2xl bg-accent-wash px-4 py-3 break-words">
              {preview.data.greeting ?? <span className="text-soft">The assistant finds its own first words.</span>}
            </p>
            {preview.data.missing.length > 0 && (
              <p className="text-[0.9rem] text-warn">Still to be filled in: {preview.data.missing.join(', ')}</p>
            )}
            <details>
              <summary className="text-[0.9rem] text-soft">What the language model is told</summary>
              {preview.data.instructions.map((text) => (
                <pre
                  key={text}
                  className="mt-2 rounded-lg bg-raised p-3 font-mono text-[0.8rem] break-words whitespace-pre-wrap"
                >
                  {text}
                </pre>
              ))}
            </details>
          </>
        )}
      </div>
    </Panel>
  );
}
