import type { ReactNode } from 'react'

// Drawn for these pages on a grid of 24, stroke 1.8.
const PATHS = {
  home: 'M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  zoomOut: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20M8 10.5h5',
  target: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  info: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 11v5M12 8v.2',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4',
  moon: 'M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2',
  history: 'M4.5 9A8 8 0 1 1 4 12M4 5v4h4M12 8v4l3 2',
  down: 'M7 10l5 5 5-5',
  right: 'M10 7l5 5-5 5',
  left: 'M14 7l-5 5 5 5',
  external: 'M14 5h5v5M19 5l-8 8M11 6H5v13h13v-6',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.2',
  chart: 'M4 4v16h16M7 15l4-5 3 3 5-7',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4',
  list: 'M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.2M4.5 12h.2M4.5 17.5h.2',
  radar: 'M12 12l5.7-5.7M20 12a8 8 0 1 1-4-6.9M15.6 10.6a4 4 0 1 1-2.2-2.3',
  book: 'M5 5.5A1.5 1.5 0 0 1 6.5 4H19v13H6.5A1.5 1.5 0 0 0 5 18.5zM5 18.5A1.5 1.5 0 0 0 6.5 20H19v-3M9 8.5h6',
  nodes:
    'M12 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM10.8 8.3L7.2 15.7M13.2 8.3l3.6 7.4M8.5 18h7',
  mail: 'M3.5 6h17v12h-17zM4 6.5l8 6.5 8-6.5',
  route:
    'M6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6 8v12M6 13h7a3 3 0 0 0 3-3V9M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  mute: 'M6 16.5V11a6 6 0 0 1 9.5-4.9M18 11v5.5l1.5 1.5h-15M10 20.5h4M4 4l16 16',
  keyboard: 'M3 7h18v10H3zM7 13.5h10M7 10.2h.2M10.3 10.2h.2M13.6 10.2h.2M16.9 10.2h.2',
  grid: 'M4 4h7v7H4zM13.5 4H20v4.5h-6.5zM13.5 11H20v9h-6.5zM4 13.5h7V20H4z',
  dots: 'M12 5.5v.2M12 12v.2M12 18.5v.2',
  star: 'M12 4l2.4 5 5.6.8-4 3.9.9 5.5-4.9-2.6-4.9 2.6.9-5.5-4-3.9 5.6-.8z',
  refresh: 'M19 12a7 7 0 1 1-2-5M19 4v4h-4',
  share: 'M12 15V4M8 7.5L12 4l4 3.5M5 13v6h14v-6',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  save: 'M5 5h11l3 3v11H5zM8 5v5h7V5M8 19v-5h8v5',
  undo: 'M8 5L4 9l4 4M4 9h9a6 6 0 0 1 0 12h-3',
  redo: 'M16 5l4 4-4 4M20 9h-9a6 6 0 0 0 0 12h3',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  code: 'M9 7l-5 5 5 5M15 7l5 5-5 5',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  upload: 'M12 16V5M8 8.5L12 5l4 3.5M5 15v4h14v-4',
  download: 'M12 4v11M8 11.5l4 3.5 4-3.5M5 15v4h14v-4',
  filter: 'M4 5h16l-6 7.5V19l-4-2v-4.5z',
  grip: 'M9 6v.2M9 12v.2M9 18v.2M15 6v.2M15 12v.2M15 18v.2',
  corner: 'M19 9v10H9',
  folder: 'M4 6h6l2 2.5h8V19H4z',
  up: 'M7 14l5-5 5 5',
} as const

export type IconName = keyof typeof PATHS

/** Decoration only: what carries it names itself. */
export function Icon(props: { name: IconName; size?: number }): ReactNode {
  const size = props.size ?? 16
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  )
}

export function Logo(): ReactNode {
  return (
    <svg width={22} height={22} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M9 22h6l-1-9h-4z" fill="var(--accent)" />
      <rect x="9" y="8" width="6" height="4" rx="1" fill="var(--lamp)" />
      <path d="M8 7l4-4 4 4z" fill="var(--accent)" />
      <path d="M16 9l6-2v5l-6-1zM8 9L2 7v5l6-1z" fill="var(--lamp)" opacity=".6" />
    </svg>
  )
}
