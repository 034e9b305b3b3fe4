/** Says on every page that the phone in this browser rings or is in use. */
import { Link } from '@tanstack/react-router';
import { Button } from '../parts/button.tsx';
import { toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { phone, usePhone } from './browser-phone.ts';

export function PhoneBar() {
  const { call } = usePhone();
  if (call.is === 'none') return null;
  return (
    <div role="status" className="panel fixed right-4 bottom-4 z-20 flex items-center gap-3 p-3 shadow-lg">
      <span className="pulse-dot size-2.5 rounded-full bg-accent text-accent" />
      <Link to="/phone" className="font-medium">
        {call.is === 'ringing' ? `${toNumber(call.from)} is calling` : 'On the phone'}
      </Link>
      {call.is === 'ringing' && (
        <Button look="main" size="small" onClick={phone.answer}>
          Answer
        </Button>
      )}
      <Button
        look="danger"
        size="small"
        onClick={phone.hangUp}
        aria-label={call.is === 'ringing' ? 'Decline' : 'Hang up'}
      >
        <Icon name="hangUp" className="size-4" />
      </Button>
    </div>
  );
}
