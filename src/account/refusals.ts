/** Why something about accounts is refused. */
import { CallwrightError } from '../base/errors.ts';

/** The pair of address and password is wrong, whichever of the two it is. */
export class WrongPair extends CallwrightError {
  constructor() {
    super('account/wrong-pair', 'Invalid email or password');
  }
}

export class TooManyLogins extends CallwrightError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('account/too-many-logins', 'Too many failed logins. Try again later.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The login has ended, has expired or never was. */
export class SessionOver extends CallwrightError {
  constructor() {
    super('account/session-over', 'This login is over. Log in again.');
  }
}

export class EmailTaken extends CallwrightError {
  constructor() {
    super('account/email-taken', 'There is a user with this email address already.');
  }
}

export class NoSuchClient extends CallwrightError {
  constructor() {
    super('account/no-such-client', 'client_id: there is no such client.');
  }
}

/** Nobody can give or take away what goes beyond their own permissions. */
export class BeyondYourOwn extends CallwrightError {
  constructor(what: string) {
    super('account/beyond-your-own', `This goes beyond your own permissions: ${what}.`);
  }
}

/** Nobody changes their own role, locks themselves out, or sets their own password without the present one. */
export class OwnAccount extends CallwrightError {
  constructor(message: string) {
    super('account/own-account', message);
  }
}

export class LastAdministrator extends CallwrightError {
  constructor() {
    super('account/last-administrator', 'This is the last administrator, and one must stay.');
  }
}

/** A user of a client has the role client, and nobody else has. */
export class RoleAndClient extends CallwrightError {
  constructor() {
    super(
      'account/role-and-client',
      'The role client is for users and keys that belong to a client, and only for those.',
    );
  }
}

export class SetupRefused extends CallwrightError {}
