/** `/auth`: the first administrator, logging in, staying logged in, logging out; errors are `{ error, requestId }`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccountParts, type Login, logIn, logOut, refreshLogin } from '../../account/log-in.ts';
import { changeOwnPassword } from '../../account/manage-users.ts';
import { permissionsHeldBy } from '../../account/principal.ts';
import type { Setup } from '../../account/set-up.ts';
import { everyone } from '../../store/reach.ts';
import { findUser, type UserRow } from '../../store/users.ts';
import { toAccountProblem } from '../account-problems.ts';
import { type Access, lockRoutes, whoAsks } from '../authorize.ts';
import {
  changePasswordSchema,
  type LoginAnswer,
  type LoginUser,
  loginSchema,
  logoutQuerySchema,
  refreshSchema,
  setupSchema,
  type WhoAmI,
} from '../contract/auth.ts';
import { ProblemError, parseOrProblem, toProblem } from '../problem.ts';

export interface AuthParts extends AccountParts {
  access: Access;
  setup: Setup;
}

const bodyLimit = 10 * 1024;
const open = { config: { permission: 'open' }, bodyLimit } as const;
const signedIn = { config: { permission: 'signed-in' }, bodyLimit } as const;

export function authRoutes(parts: AuthParts) {
  return async (app: FastifyInstance): Promise<void> => {
    lockRoutes(app, parts.access);
    app.setErrorHandler((error, request, reply) => sendError(parts, { error, request, reply }));
    app.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });

    app.post('/auth/login', open, async (request) => {
      const pair = parseOrProblem(loginSchema, request.body);
      return toLoginAnswer(await logIn(parts, { ...pair, address: request.ip, requestId: request.id }));
    });

    app.post('/auth/refresh', open, async (request) => {
      const { refresh_token } = parseOrProblem(refreshSchema, request.body);
      return toLoginAnswer(await refreshLogin(parts, refresh_token, request.id));
    });

    app.get('/auth/setup', open, async () => ({ is_needed: await parts.setup.isNeeded() }));

    app.post('/auth/setup', open, async (request, reply) => {
      const wanted = parseOrProblem(setupSchema, request.body);
      const login = await parts.setup.setUp({ ...wanted, requestId: request.id });
      return reply.code(201).send(toLoginAnswer(login));
    });

    app.post('/auth/logout', signedIn, async (request, reply) => {
      const { everywhere } = parseOrProblem(logoutQuerySchema, request.query);
      const asker = { principal: whoAsks(request), requestId: request.id };
      if (asker.principal.sessionId === undefined) throw notLoggedIn();
      await logOut(parts, asker, { everywhere: everywhere === 'true' });
      return reply.code(204).send();
    });

    app.post('/auth/password', signedIn, async (request, reply) => {
      const { current_password, new_password } = parseOrProblem(changePasswordSchema, request.body);
      const user = await findOwnUser(parts, request);
      if (!user) throw notLoggedIn();
      const asker = { principal: whoAsks(request), requestId: request.id };
      const change = { user, present: current_password, wanted: new_password, address: request.ip };
      await changeOwnPassword(parts, asker, change);
      return reply.code(204).send();
    });

    app.get('/auth/me', signedIn, async (request): Promise<WhoAmI> => {
      const principal = whoAsks(request);
      const user = await findOwnUser(parts, request);
      const { kind, id, role, clientId } = principal;
      const permissions = permissionsHeldBy(principal);
      return { kind, id, role, client_id: clientId, permissions, user: user ? toLoginUser(user) : null };
    });
  };
}

async function findOwnUser({ store }: AuthParts, request: FastifyRequest): Promise<UserRow | undefined> {
  const principal = whoAsks(request);
  return principal.kind === 'user' ? findUser(store.db, everyone, principal.id) : undefined;
}

const notLoggedIn = () =>
  new ProblemError({
    status: 400,
    code: 'request/not-logged-in',
    title: 'Invalid request',
    detail: 'This is for users who have logged in; a key has no login.',
  });

function toLoginAnswer({ token, expiresInSeconds, refreshToken, user }: Login): LoginAnswer {
  return {
    token,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    refresh_token: refreshToken,
    user: toLoginUser(user),
  };
}

const toLoginUser = ({ id, email, name, role, client_id }: UserRow): LoginUser => ({
  id,
  email,
  name,
  role: role as LoginUser['role'],
  client_id,
});

function sendError(
  { log }: AuthParts,
  { error: thrown, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const error = toAccountProblem(thrown) as Error;
  const problem = toProblem(error);
  if (problem.status === 500) log.error({ requestId: request.id, reason: error.message }, 'request failed');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error instanceof ProblemError) reply.headers(error.headers);
  return reply.code(problem.status).send({ error: problem.detail, requestId: request.id });
}
