/** What the screen is like: narrow enough for sheets, wider than high (level), and whether motion is unwelcome. */

class Screen {
  compact = $state(false);
  level = $state(false);
  still = $state(false);

  begin(signal: AbortSignal): void {
    this.#follow(
      "(max-width: 899px)",
      (matches) => {
        this.compact = matches;
      },
      signal,
    );
    this.#follow(
      "(orientation: landscape)",
      (matches) => {
        this.level = matches;
      },
      signal,
    );
    this.#follow(
      "(prefers-reduced-motion: reduce)",
      (matches) => {
        this.still = matches;
      },
      signal,
    );
  }

  #follow(query: string, take: (matches: boolean) => void, signal: AbortSignal): void {
    const media = matchMedia(query);
    take(media.matches);
    media.addEventListener("change", () => take(media.matches), { signal });
  }
}

export const screen = new Screen();
