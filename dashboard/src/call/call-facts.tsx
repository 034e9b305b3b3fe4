/** What a call was asked with, and how it ended. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { useNow } from '../base/now.ts';
import { lengthOf } from '../pages/calls.tsx';
import { toWords } from '../parts/badge.tsx';
import { toDuration, toMoment, toNumber } from '../parts/format.ts';
import { Facts } from '../parts/page.tsx';

type Fact = [string, ReactNode];

export function CallFacts({ call }: { call: CallWithTurns }) {
  const nowMs = useNow(1000);
  const { assistant } = call;
  const facts: Fact[] = [
    ['To', toNumber(call.to)],
    ['From', toNumber(call.from)],
    ['Assistant', assistantOf(assistant)],
    ['Asked for', `${toMoment(call.created_at)}, by ${toWords(call.dialect)}`],
    ['Talked for', toDuration(lengthOf(call, nowMs))],
    ...whatHappened(call),
    ...attemptsOf(call),
    ...whatWasGiven(call),
    ...idsOf(call),
  ];
  return <Facts facts={facts} />;
}

function whatHappened(call: CallWithTurns): Fact[] {
  const { ended_reason: reason, ended_by: by, answered_by: who, voicemail_message: message, due_at: dueAt } = call;
  const facts: Fact[] = call.disclosures.map(({ text, heard }) => [
    'Told',
    `${text} (${heard ? 'heard' : 'not surely heard'})`,
  ]);
  if (reason) facts.push(['Ended', `${toWords(reason)}${by ? `, by ${toWords(by)}` : ''}`]);
  if (who) facts.push(['Picked up by', toWords(who)]);
  if (message) facts.push(['Voicemail', toWords(message)]);
  if (dueAt && call.state !== 'ended') facts.push(['Dialled at', toMoment(dueAt)]);
  return facts;
}

const look = 'text-accent hover:underline';

function toCall(id: string): ReactNode {
  return (
    <Link to="/calls/$id" params={{ id }} className={look}>
      open it
    </Link>
  );
}

function attemptsOf(call: CallWithTurns): Fact[] {
  const { attempt, campaign_id: campaignId, next_attempt_call_id: nextId } = call;
  const facts: Fact[] = [];
  if (attempt > 1) facts.push(['Try', attempt]);
  if (nextId) facts.push(['Next try', toCall(nextId)]);
  if (call.call_back_of) facts.push(['Asked for in', toCall(call.call_back_of)]);
  if (call.call_back_call_id) facts.push(['Call back', toCall(call.call_back_call_id)]);
  if (campaignId) {
    const campaign = (
      <Link to="/campaigns/$id" params={{ id: campaignId }} className={look}>
        open it
      </Link>
    );
    facts.push(['Campaign', campaign]);
  }
  return facts;
}

function whatWasGiven({ agenda, parameters, metadata }: CallWithTurns): Fact[] {
  const facts: Fact[] = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  if (agenda) facts.unshift(['Agenda', agenda]);
  if (metadata)
    facts.push([
      'Notes',
      <code key="notes" className="font-mono text-[0.85rem]">
        {JSON.stringify(metadata)}
      </code>,
    ]);
  return facts;
}

function idsOf({ id, carrier_sid: sid }: CallWithTurns): Fact[] {
  const facts: Fact[] = [
    [
      'Id',
      <span key="id" className="font-mono text-[0.85rem]">
        {id}
      </span>,
    ],
  ];
  if (sid)
    facts.push([
      'Carrier’s id',
      <span key="sid" className="font-mono text-[0.85rem]">
        {sid}
      </span>,
    ]);
  return facts;
}

function assistantOf({ name, id, version }: CallWithTurns['assistant']): string {
  if (version !== null) return `${name}, version ${version}`;
  return id === null ? name : `${name}, a draft`;
}
