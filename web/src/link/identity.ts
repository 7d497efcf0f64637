/**
 * Which session this tab resumes. Session storage outlives a reload but is copied when a tab is duplicated, so the
 * tab that uses a session holds a lock of its name: the copy finds it taken and begins a session of its own.
 */

const STORED = "chainrule.session";
const ATTEMPTS = 4;
const PAUSE = 50;

/** The session to resume, empty for a new one. */
export async function remembered(): Promise<string> {
  const session = stored();
  if (session === "") return "";
  // After a reload the page before may hold the lock for a moment longer.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await held(session)) return session;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return "";
}

/** This tab now uses ``session``. */
export async function remember(session: string): Promise<void> {
  if (stored() === session) return;
  try {
    sessionStorage.setItem(STORED, session);
  } catch {
    return; // Storage can be forbidden: a reload then begins anew.
  }
  await held(session);
}

function stored(): string {
  try {
    return sessionStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}

/** Takes the lock for as long as the tab lives; false where another tab has it. */
function held(session: string): Promise<boolean> {
  if (navigator.locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`chainrule:${session}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>(() => {});
      })
      .catch(() => resolve(true));
  });
}
