/** Light or dark: the system's choice until one is made here, which is then remembered. */

export type Theme = "light" | "dark";

const STORED = "chainrule.theme";

class Look {
  theme: Theme = $state("light");

  begin(signal: AbortSignal): void {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.#apply(document.documentElement.dataset.theme === "dark" ? "dark" : "light");
    system.addEventListener(
      "change",
      () => {
        if (!this.#stored()) this.#apply(system.matches ? "dark" : "light");
      },
      { signal },
    );
  }

  toggle(): void {
    this.#apply(this.theme === "dark" ? "light" : "dark");
    try {
      localStorage.setItem(STORED, this.theme);
    } catch {
      // Remembering is a courtesy.
    }
  }

  #apply(theme: Theme): void {
    document.documentElement.dataset.theme = theme;
    this.theme = theme;
  }

  #stored(): boolean {
    try {
      return localStorage.getItem(STORED) !== null;
    } catch {
      return false;
    }
  }
}

export const look = new Look();
