/** Talks to an assistant beside its draft: the phone of this browser is called by its published version. */
import { useEffect } from 'react';
import type { AssistantResource } from '../../../src/api/contract/assistants.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { BeCalled } from '../phone/be-called.tsx';
import { switchPhoneOn, usePhone } from '../phone/browser-phone.ts';
import { PhoneCard } from '../phone/phone-card.tsx';

export function TalkToIt({ assistant }: { assistant: AssistantResource }) {
  const { line, why } = usePhone();
  useEffect(() => void switchPhoneOn(), []);
  if (line === 'refused') {
    return (
      <Notice tone="warn" title="The phone has no line">
        <p>{why}</p>
        <Button size="small" className="mt-2" onClick={() => void switchPhoneOn()}>
          Try again
        </Button>
      </Notice>
    );
  }
  return (
    <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
      <div>
        <p className="px-4 text-soft">
          Version {assistant.published_version} calls this browser. Publish the draft to talk to that.
        </p>
        <BeCalled first={assistant.id} isFixed />
      </div>
      <PhoneCard />
    </div>
  );
}
