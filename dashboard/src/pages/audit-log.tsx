/** Who did what. */
import { useState } from 'react';
import { auditEntrySchema } from '../../../src/api/contract/audit-log.ts';
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
          { title: 'When', show: ({ at }) => <span className="whitespace-nowrap">{toMoment(at)}</span> },
          { title: 'What', show: (row) => <code className="font-mono text-[0.87rem]">{row.action}</code> },
          { title: 'Of what', isLess: true, show: ({ subject }) => `${subject.kind} ${subject.id}` },
          { title: 'By whom', show: ({ actor }) => (actor.kind === actor.id ? actor.id : `${actor.kind} ${actor.id}`) },
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
