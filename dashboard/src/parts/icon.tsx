/** The icons, drawn on a grid of 24. */

const paths = {
  home: 'M4 11.5 12 5l8 6.5M6 10v9h12v-9M10 19v-5h4v5',
  calls:
    'M21 16.5v2.6a1.9 1.9 0 0 1-2.1 1.9A17 17 0 0 1 3 5.1 1.9 1.9 0 0 1 4.9 3h2.7l1.9 4.8-2 1.5a13 13 0 0 0 6.2 6.2l1.5-2z',
  place: 'M12 5v14M5 12h14',
  assistant: 'M12 4v3M8 20h8M6 7h12a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2M9 12v1M15 12v1',
  campaign: 'M4 10v4l11 5V5zM15 8.5a4 4 0 0 1 0 7M7 15.5V20h3v-3.2',
  phone: 'M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M11 18h2',
  number: 'M9 4 7 20M17 4l-2 16M4 9h16M4 15h16',
  ban: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.7 5.7l12.6 12.6',
  client: 'M4 20V6l8-3 8 3v14M9 20v-4h6v4M9 9h.01M15 9h.01M9 13h.01M15 13h.01',
  users:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 4.3a3.5 3.5 0 0 1 0 6.4M17.5 14.5A6 6 0 0 1 21 20',
  key: 'M8 15a4 4 0 1 1 3.5-5.9H21v3h-2v3h-3v-3h-4.5A4 4 0 0 1 8 15M8 11h.01',
  webhook: 'M12 8a3 3 0 1 0-2.6-1.5M10.5 8.5 7 15M7 13.5A3 3 0 1 0 9.8 18H16M16 21a3 3 0 1 0-1.5-5.6M13.5 9.5 17 15',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 12h2M18 12h2M12 4v2M12 18v2M6.3 6.3l1.4 1.4M16.3 16.3l1.4 1.4M6.3 17.7l1.4-1.4M16.3 7.7l1.4-1.4',
  play: 'M8 5v14l11-7z',
  pause: 'M9 5v14M15 5v14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M20 20l-4-4',
  in: 'M17 7 7 17M7 9v8h8',
  out: 'M7 17 17 7M9 7h8v8',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  hangUp: 'M3 14.5c5-4.6 13-4.6 18 0l-2 3-4-1.5v-2.4a11 11 0 0 0-6 0V16l-4 1.5z',
  headphones:
    'M4 15v-3a8 8 0 0 1 16 0v3M4 15.5A1.5 1.5 0 0 1 5.5 14H7v6H5.5A1.5 1.5 0 0 1 4 18.5zM20 15.5a1.5 1.5 0 0 0-1.5-1.5H17v6h1.5a1.5 1.5 0 0 0 1.5-1.5z',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5 11a7 7 0 0 0 14 0M12 18v3',
  micOff:
    'M4 4l16 16M9 9v2a3 3 0 0 0 4.5 2.6M15 10V6a3 3 0 0 0-5.8-1M5 11a7 7 0 0 0 11 5.7M12 18v3M19 11a7 7 0 0 1-.4 2.3',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  send: 'M4 12 20 5l-5 15-4-6z',
  keypad: 'M6 5h.01M12 5h.01M18 5h.01M6 12h.01M12 12h.01M18 12h.01M6 19h.01M12 19h.01M18 19h.01',
  check: 'M5 12.5 10 17.5 19.5 7',
  warn: 'M12 4 2.5 20h19zM12 10v4M12 17h.01',
  upload: 'M12 16V5M7 9l5-5 5 5M5 20h14',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className = 'size-[1.15rem]' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      fill={name === 'play' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'keypad' ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
