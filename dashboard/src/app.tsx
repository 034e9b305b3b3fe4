/** What is on the screen: the app for who is signed in, the door for everyone else. */
import { RouterProvider } from '@tanstack/react-router';
import { openSession, useSession } from './api/session.ts';
import { LoginPage } from './pages/login.tsx';
import { Button } from './parts/button.tsx';
import { Notice } from './parts/notice.tsx';
import { router } from './router.tsx';

export function App() {
  const session = useSession();
  switch (session.is) {
    case 'unknown':
      return null;
    case 'unreachable':
      return (
        <main className="mx-auto max-w-md p-8 pt-24">
          <Notice tone="bad" title="The server cannot be reached">
            <p>It may be stopped, or still starting. Start it with npm start and try again.</p>
            <Button className="mt-3" onClick={() => void openSession()}>
              Try again
            </Button>
          </Notice>
        </main>
      );
    case 'signed-out':
      return <LoginPage needsSetup={session.needsSetup} />;
    case 'signed-in':
      return <RouterProvider router={router} context={{ me: session.me }} />;
  }
}
