/** What a call was asked with, and how it ended. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { useNow } from '../base/now.ts';
import { lengthOf } from '../pages/calls.tsx';
import { toWords } from '../parts/badge.tsx';
import { toDuration, toMoment, toNumber } from '../parts/format.ts';
import { Facts } from '../parts/page.tsx';

export function CallFacts({ call }: { call: CallWithTurns }) {
  const nowMs = useNow(1000);
  const { assistant } = call;
  const facts: [string, ReactNode][] = [
    ['To', toNumber(call.to)],
    ['From', toNumber(call.from)],
    ['Assistant', assistant.version === null ? assistant.name : `${assistant.name}, version ${assistant.version}`],
    ['Asked for', `${toMoment(call.created_at)}, by ${toWords(call.dialect)}`],
    ['Talked for', toDuration(lengthOf(call, nowMs))],
  ];
  if (call.ended_reason)
    facts.push(['Ended', `${toWords(call.ended_reason)}${call.ended_by ? `, by ${toWords(call.ended_by)}` : ''}`]);
  if (call.agenda) facts.push(['Agenda', call.agenda]);
  for (const [name, value] of Object.entries(call.parameters))
    facts.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  if (call.metadata)
    facts.push([
      'Notes',
      <code key="notes" className="font-mono text-[0.85rem]">
        {JSON.stringify(call.metadata)}
      </code>,
    ]);
  facts.push([
    'Id',
    <Link key="id" to="/calls/$id" params={{ id: call.id }} className="font-mono text-[0.85rem]">
      {call.id}
    </Link>,
  ]);
  if (call.carrier_sid)
    facts.push([
      'Carrier’s id',
      <span key="sid" className="font-mono text-[0.85rem]">
        {call.carrier_sid}
      </span>,
    ]);
  return <Facts facts={facts} />;
}
