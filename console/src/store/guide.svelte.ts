/** Whether somebody is led through the first steps: they show what is next on every page, until they are done or put away. */
class Guide {
  on = $state(false);
}

export const guide = new Guide();
