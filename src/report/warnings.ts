/** The words for what is not as it should be and does not stop a run. It does not know where they are shown. */
import { credentialWords } from '../core/credentials.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import { shellWord } from '../core/shell-word.ts';
import { type Failure, isDenied } from '../core/failure.ts';
import { cloudCure } from './cloud-trouble.ts';
import { because, date, moreRoom, placeText, stateText, troubleText } from './wording.ts';

interface Words {
  readonly message: string;
  readonly cure: string;
}

/** In one line, with what to do about it. */
export function warningText(warning: Warning): string {
  const { message, cure } = words(warning);
  return `${message}; ${cure}`;
}

export const warningDiagnostic = (warning: Warning): Diagnostic => ({
  severity: 'warning',
  code: warning.code,
  ...words(warning),
});

function words(warning: Warning): Words {
  switch (warning.code) {
    case 'interrupted':
      return {
        message: 'interrupted: ending the instances of this run',
        cure: 'the same signal once more leaves them to the next run',
      };
    case 'instance-left':
      return {
        message: `instance ${warning.instance} is left to the next run`,
        cure: `should there be none, end it: ${endInstance(warning)}`,
      };
    case 'instance-not-ended':
      return {
        message:
          warning.cause === null
            ? `instance ${warning.instance} was not seen terminated`
            : `instance ${warning.instance} could not be ended: ${troubleText(warning.cause)}`,
        cure: [
          warning.cause === null ? undefined : cloudCure(warning.cause),
          `end it: ${endInstance(warning)}`,
        ]
          .filter((one) => one !== undefined)
          .join('; '),
      };
    case 'instance-kept':
      return {
        message: `instance ${warning.instance} of build ${warning.buildId} is kept for a look, until its own timer ends it`,
        cure: `to get in: aws ssm start-session --region ${warning.region} --target ${warning.instance}; to end it: ${endInstance(warning)}`,
      };
    case 'instance-not-kept':
      return {
        message: `instance ${warning.instance} could not be kept: ${troubleText(warning.cause)}`,
        cure: 'it is ended; allow ec2:CreateTags to have it kept',
      };
    case 'lease-paused':
      return {
        message: `${warning.template}: its lease cannot be kept: ${troubleText(warning.cause)}`,
        cure: 'nothing is touched until the bucket answers; then the build goes on, unless another run has taken it over',
      };
    case 'latest-not-named':
      return {
        message: `${warning.image} is there, but the parameter ${warning.parameter} may not name it: ${troubleText(warning.cause)}`,
        cure: `${isRights(warning.cause) ? 'whoever runs amigraph needs ssm:PutParameter, ssm:GetParameters and ec2:DescribeImages; ' : ''}the next run that has the image tries again`,
      };
    case 'no-capacity':
      return {
        message: `${warning.template}: no room for ${placeText(warning.refused)}: ${warning.refused.awsCode}: ${warning.refused.message}`,
        cure:
          warning.next === null
            ? `it is asked for again for a while; ${moreRoom}`
            : `going on with ${placeText(warning.next)}`,
      };
    case 'instance-lost':
      return {
        message: `${warning.template}: AWS took instance ${warning.instance} away${because(warning.why)}`,
        cure: `the build begins anew on ${placeText(warning.next)}`,
      };
    case 'launch-unknown':
      return {
        message: `an instance tagged BuildId=${warning.buildId} may have been launched in ${warning.region}, and could not be looked for`,
        cure: 'the next run of this plan ends it; should there be none, its own timer does',
      };
    case 'credential':
      return {
        message: `${warning.file}:${warning.line}: ${credentialWords(warning.what).message}`,
        cure: credentialWords(warning.what).cure,
      };
    case 'image-failed':
      return {
        message: `${warning.template}: image ${warning.image} is ${warning.state}${because(warning.why)}`,
        cure: 'making another one of the same instance',
      };
    case 'image-left':
      return {
        message: `image ${warning.image} is not what its tags say and could not be removed`,
        cure: `remove it: ${removeImage(warning)}`,
      };
    case 'image-unusable':
      return {
        message: `${warning.image} has a wanted digest, but ${stateText(warning)}`,
        cure: cureOfState(warning),
      };
    case 'image-other-parent':
      return {
        message: `${warning.image} has a wanted digest, but its tags say that it stands on ${warning.found || 'nothing'}, not on ${warning.expected}`,
        cure: 'it is not reused; deregister it if nothing needs it',
      };
    case 'image-not-ours':
      return {
        message: `${warning.image} has the hash of a wanted digest, but not the tag ManagedBy=amigraph: it is not reused`,
        cure: 'tag it if it is one of ours and its tags are true; else take the tag TemplateHash from it',
      };
    case 'images-unlisted':
      return warning.trusted
        ? {
            message: `reused by ${warning.images.length === 1 ? 'its' : 'their'} tags alone, since the manifest does not have ${warning.images.length === 1 ? 'it' : 'them'}: ${some(warning.images)}`,
            cure: `to enter what is missing: ${repair(warning)}`,
          }
        : {
            message: `not reused, since the manifest does not have ${warning.images.length === 1 ? 'it' : 'them'} and cache.trust is "manifest": ${some(warning.images)}`,
            cure: `if they are good, enter them: ${repair(warning)}`,
          };
    case 'not-needed':
      return {
        message: `not built, since all that stands on ${warning.templates.length === 1 ? 'it' : 'them'} is there: ${some(warning.templates)}`,
        cure: `to build one all the same, name it: amigraph build ${shellWord(warning.templates[0] ?? 'NAME')}`,
      };
    case 'under-way':
      return {
        message: `${warning.template}: ${warning.holder} has been building it since ${date(warning.since)}`,
        cure: 'a build waits for it unless --no-wait is given, and goes on with it where that run has died',
      };
    case 'templates-unusable':
      return {
        message: `cannot be used, for the errors that were told first: ${some(warning.templates)}`,
        cure: 'mend them; amigraph validate tells them again',
      };
    case 'children-kept':
      return {
        message: `${warning.template} is built anew, and what stands on its image of before is kept: ${some(warning.children)}`,
        cure: `to build that anew too: amigraph build --rebuild ${shellWord(`${warning.template}+`)}`,
      };
    case 'image-tags':
      return {
        message: `the tags TemplateDigest and TemplateHash of ${warning.image} are missing or do not fit: it is not reused`,
        cure: 'restore them, or deregister it if nothing needs it',
      };
    case 'stale-unknown':
      return {
        message: `the digests of the templates are not all known: ${warning.why}`,
        cure: 'until they are, no image is called stale',
      };
    case 'manifest-unread':
      return {
        message: `${warning.object} could not be read: ${troubleText(warning.cause)}`,
        cure: 'how long builds took and who did them is not shown',
      };
    case 'manifest-broken':
      return {
        message: `the manifest is not used: ${warning.object}: ${warning.problem}`,
        cure: `the images are found by their tags; to set it aside and make it anew: ${repair(warning)}`,
      };
    case 'manifest-restored':
      return {
        message:
          warning.setAside === null
            ? `${warning.object} was removed during this run: it has again what the run had seen in it`
            : `${warning.object} could not be read any more, and is kept as ${warning.setAside}: it has again what the run had seen in it`,
        cure: `to see what it lacks: amigraph manifest verify --region ${warning.region}; to enter that: ${repair(warning)}`,
      };
    case 'manifest-not-written':
      return {
        message: `${warning.image} is there and tagged, but the manifest does not have it: ${troubleText(warning.cause)}`,
        cure:
          warning.cause.awsCode === 'ManifestNewer'
            ? 'use a newer amigraph'
            : `it is found by its tags; to enter it: ${repair(warning)}`,
      };
    case 'fingerprint-not-kept':
      return {
        message: `what ${warning.image} is made of could not be kept in the bucket: ${troubleText(warning.cause)}`,
        cure: 'it is reused all the same; only why cannot say what changed after it',
      };
  }
}

/** EC2 looks at a parameter's image with the rights of whoever wrote it, and says nothing where it may not. */
const isRights = (cause: Failure): boolean => cause.code !== 'cloud' || isDenied(cause);

/** The command that mends the manifest of a Region. */
export const repair = ({ region }: { readonly region: string }): string =>
  `amigraph manifest repair --region ${region}`;

/** The first of many. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length <= 5 ? shown : `${shown} and ${names.length - 5} more`;
}

function cureOfState({ image, region, state }: Extract<Warning, { code: 'image-unusable' }>): string {
  if (state === 'disabled')
    return `to have it reused, enable it: aws ec2 enable-image --region ${region} --image-id ${image}`;
  if (state === 'deregistered') return 'EC2 shows it for a while yet; nothing is to be done';
  return `it is not reused; remove it: ${removeImage({ region, image })}`;
}

export const removeImage = ({ region, image }: { region: string; image: string }): string =>
  `aws ec2 deregister-image --region ${region} --image-id ${image} --delete-associated-snapshots`;

export const endInstance = ({ region, instance }: { region: string; instance: string }): string =>
  `aws ec2 terminate-instances --region ${region} --instance-ids ${instance}`;
