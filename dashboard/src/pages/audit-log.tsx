/** Who did what. */
import { useState } from 'react';
import { auditEntrySchema } from '../../../src/api/contract/audit-log.ts';
import { toWords } from '../parts/badge.tsx';
import { toMoment } from '../parts/format.ts';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';

export function AuditLogPage() {
  const [action, setAction] = useState('');
  const query = action.trim() === '' ? {} : { action: action.trim() };
  const list = useList({ name: 'audit-log', item: auditEntrySchema, path: '/v1/audit-log', query });
  return (
    <Page title="Audit log" lead="Every change, and every time a recording was heard.">
      <search>
        <input
          data-search
          className="control sm:!w-72"
          aria-label="Action"
          placeholder="Action, for example user.created"
          value={action}
          onChange={(event) => setAction(event.target.value)}
        />
      </search>
      <ListPanel
        list={list}
        keyOf={({ position }) => position}
        empty={<Empty title="Nothing is like that">Changes are written down as they are made.</Empty>}
        columns={[
          { title: 'When', show: ({ at }) => <span className="sm:whitespace-nowrap">{toMoment(at)}</span> },
          { title: 'What', show: (row) => <Action name={row.action} /> },
          { title: 'Of what', isLess: true, show: ({ subject }) => <Named {...subject} /> },
          { title: 'By whom', show: ({ actor }) => <Named {...actor} /> },
          {
            title: 'More',
            isLess: true,
            show: ({ details }) => {
              const text = JSON.stringify(details);
              return text === '{}' ? '' : <code className="font-mono text-[0.8rem] break-all">{text}</code>;
            },
          },
        ]}
      />
    </Page>
  );
}

/** Broken, where there is little room, at its dot. */
function Action({ name }: { name: string }) {
  const [area, ...deeds] = name.split('.');
  return (
    <code className="font-mono text-[0.87rem] [overflow-wrap:normal]">
      {area}
      <wbr />
      {deeds.length > 0 && `.${deeds.join('.')}`}
    </code>
  );
}

/** What kind of thing or person it is, and which. */
function Named({ kind, id }: { kind: string; id: string }) {
  return (
    <>
      <span className="block [overflow-wrap:normal]">{toWords(kind)}</span>
      {id !== kind && <code className="block font-mono text-[0.8rem] text-soft">{id}</code>}
    </>
  );
}
