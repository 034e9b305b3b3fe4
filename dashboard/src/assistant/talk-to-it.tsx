/** Talks to an assistant beside its draft: the phone of this browser is called by the draft or by the published version. */
import { useEffect, useState } from 'react';
import type { AssistantResource } from '../../../src/api/contract/assistants.ts';
import { Button } from '../parts/button.tsx';
import { SelectField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { BeCalled } from '../phone/be-called.tsx';
import { switchPhoneOn, usePhone } from '../phone/browser-phone.ts';
import { PhoneCard } from '../phone/phone-card.tsx';

export function TalkToIt({ assistant }: { assistant: AssistantResource }) {
  const { line, why } = usePhone();
  const [version, setVersion] = useState<'draft' | 'published'>('draft');
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
        <div className="px-4 pt-4">
          <SelectField
            label="Version"
            value={version}
            onChange={(event) => setVersion(event.target.value as 'draft' | 'published')}
          >
            <option value="draft">the draft, as it is saved</option>
            <option value="published">version {assistant.published_version}, which calls are made with</option>
          </SelectField>
        </div>
        <BeCalled fixed={{ assistant, isDraft: version === 'draft' }} />
      </div>
      <PhoneCard />
    </div>
  );
}
