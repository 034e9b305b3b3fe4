/** Starts the browser app. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { Problem } from './api/problem.ts';
import { openSession } from './api/session.ts';
import { App } from './app.tsx';
import { applyTheme } from './theme.ts';
import './styles.css';

// The policy of this page forbids code that is made at run time, and trying it would be reported.
config({ jitless: true });
applyTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What was refused will be refused again.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

const place = document.getElementById('app');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
void openSession();
