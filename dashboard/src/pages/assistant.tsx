/** One assistant: its draft, what was published, and talking to it. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type AssistantResource, assistantSchema } from '../../../src/api/contract/assistants.ts';
import { change, read } from '../api/ask.ts';
import { AssistantEditor } from '../assistant/assistant-editor.tsx';
import { TalkToIt } from '../assistant/talk-to-it.tsx';
import { VersionList } from '../assistant/version-list.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading, Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

export function AssistantPage() {
  const { id } = useParams({ from: '/assistants/$id' });
  const assistant = useQuery({
    queryKey: ['assistants', id],
    queryFn: () => read(assistantSchema, `/v1/assistants/${id}`),
  });
  if (assistant.isPending) {
    return (
      <Page title="Assistant">
        <Loading rows={8} />
      </Page>
    );
  }
  if (assistant.isError) {
    return (
      <Page title="Assistant">
        <ErrorNotice error={assistant.error} retry={() => void assistant.refetch()} />
      </Page>
    );
  }
  return <WholeAssistant key={id} assistant={assistant.data} />;
}

function WholeAssistant({ assistant }: { assistant: AssistantResource }) {
  const may = useMay();
  const [isComparing, setComparing] = useState(false);
  const [isTalking, setTalking] = useState(false);
  const [isUnsaved, setUnsaved] = useState(false);
  const publish = useChange({
    send: () => change('POST', `/v1/assistants/${assistant.id}/publish`, {}),
    touches: ['assistants'],
  });
  const mayWrite = may('assistants:write');
  return (
    <Page
      title={assistant.name}
      lead={`Calls are made with version ${assistant.published_version}. What is below is the draft.`}
      actions={
        <>
          <Button onClick={() => setComparing(true)}>Versions</Button>
          {may('calls:write') && (
            <Button onClick={() => setTalking(true)}>
              <Icon name="phone" /> Talk to it
            </Button>
          )}
          {mayWrite && (
            <Button look="main" disabled={publish.isRunning || isUnsaved} onClick={() => publish.run(undefined)}>
              Publish
            </Button>
          )}
        </>
      }
    >
      {publish.refusal && <Notice tone="bad">{publish.refusal}</Notice>}
      <AssistantEditor assistant={assistant} isLocked={!mayWrite} setUnsaved={setUnsaved} />
      <Dialog title="Versions" isOpen={isComparing} close={() => setComparing(false)} isWide>
        <VersionList assistant={assistant} />
      </Dialog>
      <Dialog title={`Talk to ${assistant.name}`} isOpen={isTalking} close={() => setTalking(false)} isWide>
        <TalkToIt assistant={assistant} />
      </Dialog>
    </Page>
  );
}
