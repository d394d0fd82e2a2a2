/** The stand-in for the AWS command line: it reads the parameters that the sandbox has laid out, and downloads as curl does. It knows no other service. */
import { download } from './stand-ins-commands.ts';

/** Where the folder of parameters is seen by what runs in the sandbox. */
export const parametersSeenAt = '/run/amigraph/parameters';

/** The file that holds a parameter's value. */
export const parameterFile = (name: string): string => name.replaceAll('/', '%');

const getParameter = `#!/bin/bash
if [ "\${1:-} \${2:-}" = 'ssm get-parameter' ]; then
  name=''
  while [ "$#" -gt 0 ]; do
    if [ "$1" = --name ]; then name="$2"; fi
    shift
  done
  if ! [ -f "${parametersSeenAt}/\${name//\\//%}" ]; then
    printf '\\nAn error occurred (ParameterNotFound) when calling the GetParameter operation: \\n' >&2
    exit 254
  fi
  cat "${parametersSeenAt}/\${name//\\//%}"
  echo
  exit
fi
`;

export const aws = `${getParameter}${download.slice(download.indexOf('\n') + 1)}`;
