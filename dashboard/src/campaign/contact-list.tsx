/** The people of a campaign, and what became of each. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { contactSchema, contactStates } from '../../../src/api/contract/contacts.ts';
import { StatusBadge, toWords } from '../parts/badge.tsx';
import { toMoment, toNumber } from '../parts/format.ts';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';

export function ContactList({ campaignId }: { campaignId: string }) {
  const [state, setState] = useState('');
  const list = useList({
    name: 'campaign',
    item: contactSchema,
    path: `/v1/campaigns/${campaignId}/contacts`,
    query: { state },
  });
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold">Contacts</h2>
        <select
          className="control !w-auto"
          aria-label="Show contacts that are"
          value={state}
          onChange={(event) => setState(event.target.value)}
        >
          <option value="">all</option>
          {contactStates.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={<Empty title={state === '' ? 'No contacts yet' : `No contacts are ${state}`} />}
        columns={[
          { title: 'Number', show: ({ number }) => <span className="tabular-nums">{toNumber(number)}</span> },
          { title: 'Name', isLess: true, show: ({ name }) => <span className="break-words">{name ?? '–'}</span> },
          { title: 'State', show: (contact) => <StatusBadge status={contact.state} /> },
          { title: 'Outcome', show: ({ outcome, code }) => (outcome ? toWords(outcome) : (code ?? '–')) },
          { title: 'Tries', isLess: true, isRight: true, show: ({ attempts }) => attempts },
          {
            title: 'Next',
            isLess: true,
            show: (contact) => (contact.due_at === null ? '–' : toMoment(contact.due_at)),
          },
          {
            title: 'Actions',
            isRight: true,
            show: ({ last_call_id: id }) =>
              id && (
                <Link to="/calls/$id" params={{ id }} className="text-accent hover:underline">
                  Last call
                </Link>
              ),
          },
        ]}
      />
    </>
  );
}
