/** A dialog above the page; Escape closes it, and the browser keeps the focus inside. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function Dialog({
  title,
  isOpen,
  close,
  isWide = false,
  children,
}: {
  title: string;
  isOpen: boolean;
  close(): void;
  isWide?: boolean;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (isOpen && !shown?.open) shown?.showModal();
    if (!isOpen && shown?.open) shown.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={close}
      className={`panel m-auto max-h-[90dvh] w-[calc(100%-2rem)] overflow-y-auto p-0 text-ink ${isWide ? 'max-w-3xl' : 'max-w-lg'}`}
    >
      {isOpen && (
        <>
          <div className="flex items-center justify-between border-b border-line px-5 py-3">
            <h2 id={id} className="text-[1.05rem] font-semibold">
              {title}
            </h2>
            <Button look="quiet" size="small" onClick={close} aria-label="Close">
              <Icon name="close" />
            </Button>
          </div>
          <div className="p-5">{children}</div>
        </>
      )}
    </dialog>
  );
}
