/** What a client may do to the items of a Realtime conversation, and how each mistake is answered. */
import { toHeardText } from '../say-reply.ts';
import type { NewVendorId } from '../vendor-ids.ts';
import type { ClientEvent } from './client-events.ts';
import { type ConversationItems, toConversationItem } from './conversation-items.ts';
import type { ServerEvent } from './realtime-response.ts';

export type ItemsResult = { events: ServerEvent[] } | { code: string; message: string };

type EventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;
type ItemEvent = EventOf<`conversation.item.${'create' | 'truncate' | 'delete' | 'retrieve'}`>;

export function changeItems(items: ConversationItems, event: ItemEvent, newId: NewVendorId): ItemsResult {
  switch (event.type) {
    case 'conversation.item.create':
      return create(items, event, newId);
    case 'conversation.item.truncate':
      return truncate(items, event);
    case 'conversation.item.delete':
      if (!items.remove(event.item_id)) return toNotFound('item_delete_invalid_item_id', event.item_id);
      return { events: [{ type: 'conversation.item.deleted', item_id: event.item_id }] };
    case 'conversation.item.retrieve': {
      const found = items.find(event.item_id);
      if (!found) return toNotFound('item_retrieve_invalid_item_id', event.item_id);
      return { events: [{ type: 'conversation.item.retrieved', item: found.wire }] };
    }
  }
}

function create(
  items: ConversationItems,
  { item, previous_item_id: after = null }: EventOf<'conversation.item.create'>,
  newId: NewVendorId,
): ItemsResult {
  const id = item.id ?? newId('item');
  if (items.find(id)) return { code: 'item_create_duplicate_item_id', message: `Item '${id}' already exists.` };
  const toolName = item.type === 'function_call_output' ? items.findCall(item.call_id) : null;
  if (item.type === 'function_call_output' && toolName === null) {
    return { code: 'invalid_tool_call_id', message: `Tool call ID '${item.call_id}' not found in conversation.` };
  }
  const made = toConversationItem(item, id, toolName);
  const before = items.add(made, after);
  if (before === undefined) return toNotFound('item_create_invalid_previous_item_id', after ?? '');
  const place = { previous_item_id: before, item: made.wire };
  return {
    events: [
      { type: 'conversation.item.added', ...place },
      { type: 'conversation.item.done', ...place },
    ],
  };
}

/** Words that had not sounded by then were never said. */
function truncate(items: ConversationItems, event: EventOf<'conversation.item.truncate'>): ItemsResult {
  const { item_id, content_index, audio_end_ms } = event;
  const { speech, said } = items.find(item_id) ?? {};
  if (!speech) return toNotFound('item_truncate_invalid_item_id', item_id);
  const sentMs = Math.floor(speech.sentMs);
  if (audio_end_ms > sentMs) {
    const message = `Audio content of ${sentMs}ms is already shorter than ${audio_end_ms}ms`;
    return { code: 'invalid_value', message };
  }
  speech.words = speech.words.filter(({ endMs }) => endMs <= audio_end_ms);
  speech.sentMs = audio_end_ms;
  if (said) said.text = toHeardText(speech.words, audio_end_ms);
  return { events: [{ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms }] };
}

function toNotFound(code: string, id: string): ItemsResult {
  return { code, message: `Item with item_id '${id}' not found, or not fit for this.` };
}
