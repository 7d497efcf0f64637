/** The chrome's colours and faces, read once per theme from the host's custom properties. */
export interface Theme {
  stage: string;
  ink: string;
  ink2: string;
  hairline: string;
  edge: string;
  select: string;
  soft: string;
  sans: string;
  mono: string;
}

/** Reads computed style: call it before anything of the frame is written. */
export function readTheme(host: HTMLElement): Theme {
  const style = getComputedStyle(host);
  const colour = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    stage: colour("--stage", "#fffefc"),
    ink: colour("--ink", "#1d2129"),
    ink2: colour("--ink-2", "#626a76"),
    hairline: colour("--hairline", "#e5e2dc"),
    edge: colour("--edge", "#dfe1e4"),
    select: colour("--select", "#3b5bfd"),
    soft: colour("--soft", "#ecebe6"),
    sans: style.fontFamily || "system-ui, sans-serif",
    mono: colour("--mono", '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace'),
  };
}
