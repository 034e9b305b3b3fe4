/** An address without a page, and a page that broke. */
import { wordsOf } from '../api/problem.ts';
import { ButtonLink } from '../parts/button.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';

export function LostPage({ error }: { error?: unknown }) {
  return (
    <Page title={error ? 'This page broke' : 'There is no such page'}>
      <div className="panel">
        <Empty title={error ? wordsOf(error) : 'Nothing is here'}>
          <ButtonLink to="/">Go to the first page</ButtonLink>
        </Empty>
      </div>
    </Page>
  );
}
