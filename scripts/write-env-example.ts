/** Writes .env.example from the settings themselves: `node scripts/write-env-example.ts`. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { allSettings, type Setting } from '../src/config/settings.ts';

const opening = [
  '# The settings of Callwright. Copy this file to .env and set what you need: everything has a default.',
  '# Made by scripts/write-env-example.ts; the environment itself goes before .env.',
];

function defaultOf(setting: Setting): string {
  const usual = setting.schema.safeParse(undefined).data;
  if (usual === undefined) return '';
  return Array.isArray(usual) ? usual.join(',') : String(usual);
}

export function toEnvExample(settings: Record<string, Setting>): string {
  const entries = Object.entries(settings).map(([name, setting]) => {
    const mark = setting.secret ? ' (a secret)' : '';
    return `# ${setting.meaning}${mark}\n# ${name}=${defaultOf(setting)}\n`;
  });
  return `${opening.join('\n')}\n\n${entries.join('\n')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../.env.example', import.meta.url), toEnvExample(allSettings));
}
