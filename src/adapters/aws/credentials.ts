/** The credentials of all clients: found once, by the SDK's own chain, and renewed before they expire. It does not know what they are used for. */
import { EC2Client } from '@aws-sdk/client-ec2';

// The SDK's version is ours to keep up with; its advice to change Node would only alarm whoever runs this program.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

type Credentials = EC2Client['config']['credentials'];

/** Credentials that there were and that cannot be renewed just now: asking again may help. */
class CredentialsNotRenewed extends Error {
  override readonly name = 'CredentialsNotRenewed';
}

/** Of `profile`, or whatever the environment, the shared files, containers or the machine's role say. One client of its own finds them, so that a program, a person or STS is asked once. */
export function sharedCredentials(profile: string | undefined, region: string): Credentials {
  const chain = new EC2Client({ region, ...(profile === undefined ? {} : { profile }) }).config.credentials;
  let hadSome = false;
  return async (options) => {
    try {
      const found = await chain(options);
      hadSome = true;
      return found;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The SDK may answer the same error again.
      const about = profile === undefined ? '' : `profile ${profile}: `;
      if (!error.message.startsWith(about)) error.message = `${about}${error.message}`;
      throw hadSome ? new CredentialsNotRenewed(error.message, { cause: error }) : error;
    }
  };
}

/** The Region that the profile names in the shared configuration file; undefined where there is none. */
export async function profileRegion(profile: string | undefined): Promise<string | undefined> {
  const client = new EC2Client(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
