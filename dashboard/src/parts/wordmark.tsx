/** The name and its mark. */

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2.5 text-[1.08rem] font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <path
          d="M8 13v6M12 10v12M16 7v18M20 11v10M24 14v4"
          className="stroke-on-accent"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </svg>
      Callwright
    </span>
  );
}
