/** The scripts of the steps where amifile.ts names no others: those that come with the program. It does not know what they do. */

export const usualScripts = {
  bootstrap: 'scripts/bootstrap.sh',
  package: 'scripts/install-package.sh',
  users: 'scripts/create-users.sh',
  mounts: 'scripts/mount-data.sh',
  tests: 'scripts/run-tests.sh',
  cleanUp: 'scripts/clean-up.sh',
} as const;
