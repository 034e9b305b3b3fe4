/** `/v1/prices`: what things cost; look, set, end. A price is never changed, only followed by another. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { Price } from '../../spend/price.ts';
import { toPrice } from '../../spend/read-prices.ts';
import { usualPrices } from '../../spend/usual-prices.ts';
import type { Store } from '../../store/open-store.ts';
import { endPrice, insertPrices, listPrices, type NewPrice, type PriceRow } from '../../store/prices.ts';
import { answerPost } from '../answer-post.ts';
import { createPriceSchema, listPricesQuerySchema, type PriceResource } from '../contract/prices.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

export interface PriceParts {
  store: Store;
  clock: Clock;
  newId: NewId;
  /** Three letters. */
  currency: string;
}

const reading = { config: { permission: 'prices:read' } } as const;
const writing = { config: { permission: 'prices:write' } } as const;
const idCursor = z.tuple([z.string().max(100)]);

export function priceRoutes(parts: PriceParts) {
  const { store } = parts;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/prices', reading, async (request) => {
      const query = parseOrProblem(listPricesQuerySchema, request.query);
      if (query.origin === 'usual') return listUsual(query);
      const afterId = query.cursor === undefined ? null : fromCursor(query.cursor, idCursor)[0];
      const rows = await listPrices(store.db, query, { limit: query.limit + 1, afterId });
      return toPage(rows, query.limit, { show: (row) => toResource(toPrice(row)), cursor: ({ id }) => [id] });
    });

    app.post('/v1/prices', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const row = toRow(parts, parseOrProblem(createPriceSchema, request.body));
        await store.transaction(async (db) => {
          await insertPrices(db, [row]);
          const { vendor, item, model, prefix, price_micros, per } = row;
          const details = { vendor, item, model, prefix, price_micros, per };
          await recordChange(parts, db, { ...subject(row), request, action: 'price.set', details });
        });
        return { status: 201, body: toResource(toPrice(row)) };
      }),
    );

    app.delete<{ Params: { id: string } }>('/v1/prices/:id', writing, async (request, reply) => {
      await store.transaction(async (db) => {
        const row = await endPrice(db, request.params.id, new Date(parts.clock.now()));
        if (!row) throw notFound('price that holds');
        const details = { vendor: row.vendor, item: row.item, price_micros: row.price_micros };
        await recordChange(parts, db, { ...subject(row), request, action: 'price.ended', details });
      });
      return reply.code(204).send();
    });
  };
}

const subject = ({ id }: { id: string }) => ({ subjectKind: 'price', subjectId: id });

/** As it is stored, and as it will be read from there. */
export function toRow(
  { newId, clock, currency }: Pick<PriceParts, 'newId' | 'clock' | 'currency'>,
  price: z.output<typeof createPriceSchema>,
): PriceRow & NewPrice {
  const now = new Date(clock.now());
  const { valid_from, ...fields } = price;
  return {
    ...fields,
    id: newId('price'),
    countries: null,
    currency,
    valid_from: valid_from === undefined ? now : new Date(valid_from),
    valid_until: null,
    created_at: now,
  };
}

function listUsual(query: z.output<typeof listPricesQuerySchema>) {
  const after = query.cursor === undefined ? -1 : fromCursor(query.cursor, z.tuple([z.int().min(0)]))[0];
  const wanted = usualPrices
    .map((price, place) => ({ price, place }))
    .filter(({ price, place }) => place > after && isWanted(price, query))
    .slice(0, query.limit + 1);
  return toPage(wanted, query.limit, { show: ({ price }) => toResource(price), cursor: ({ place }) => [place] });
}

const isWanted = (price: Price, { vendor, item, prefix }: z.output<typeof listPricesQuerySchema>) =>
  (vendor === undefined || price.vendor === vendor) &&
  (item === undefined || price.item === item) &&
  (prefix === undefined || price.prefix === prefix);

function toResource(price: Price): PriceResource {
  return {
    id: price.id,
    vendor: price.vendor,
    item: price.item,
    model: price.model,
    prefix: price.prefix,
    countries: price.countries === null ? null : [...price.countries],
    number_kind: price.numberKind,
    currency: price.currency,
    price_micros: price.priceMicros,
    per: price.per,
    increment_seconds: price.incrementSeconds,
    valid_from: new Date(price.validFromMs).toISOString(),
    valid_until: price.validUntilMs === null ? null : new Date(price.validUntilMs).toISOString(),
    source: price.source,
    origin: price.origin,
  };
}
