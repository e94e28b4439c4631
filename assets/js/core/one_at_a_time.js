// Questions that overtake each other: one is under way, and of those that come meanwhile only the last matters.

/** Returns a function that runs `task` one at a time; called while it runs, it has the task run once more. `again()` tells whether it will. */
export function oneAtATime(task) {
  let again = false,
    running = false;
  const ask = async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await null; // changes made in the same moment are one question
        await task();
      }
    } finally {
      running = false;
    }
  };
  ask.again = () => again;
  return ask;
}
