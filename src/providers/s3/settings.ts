/** The environment variables of a bucket that speaks S3: their form, meaning and default. */
import { z } from 'zod';

export const s3Settings = {
  S3_BUCKET: {
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .optional(),
    meaning: 'A bucket for recordings, on any server that speaks S3; without one they are kept in DATA_DIR.',
    secret: false,
  },
  S3_ENDPOINT: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((address) => !/[?#@]/.test(address), 'must be an address without user, query or fragment')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    meaning: "Where the bucket's server is; by default Amazon's own for S3_REGION.",
    secret: false,
  },
  S3_REGION: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,50}$/, 'must be the name of a region, for example eu-central-1')
      .default('us-east-1'),
    meaning: 'The region of the bucket.',
    secret: false,
  },
  S3_ACCESS_KEY_ID: {
    schema: z.string().min(1).optional(),
    meaning: 'The id of the key that may read, write and delete in the bucket.',
    secret: false,
  },
  S3_SECRET_ACCESS_KEY: {
    schema: z.string().min(1).optional(),
    meaning: 'The secret of that key.',
    secret: true,
  },
} as const;
