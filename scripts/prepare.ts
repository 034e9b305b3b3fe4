/** What `npm ci` leaves ready for a quick first start: the browser app, and an empty embedded database. */

import { buildDashboard } from '../src/cli/build-dashboard.ts';
import { makeEmptyDatabase } from '../src/store/embedded/empty-database.ts';

const [built, database] = await Promise.all([buildDashboard(), makeEmptyDatabase()]);
if (built.result === 'failed') console.error(built.output);
if (built.result === 'built') console.log(`The dashboard was built in ${(built.ms / 1000).toFixed(1)} s.`);
if (database === 'made') console.log('An empty database was made for the first start.');
process.exitCode = built.result === 'failed' ? 1 : 0;
