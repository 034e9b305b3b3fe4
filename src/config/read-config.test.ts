import { describe, expect, it } from 'vitest';
import { BadSettings, type Environment, isLoopback, readConfig } from './read-config.ts';

const account = {
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'token-1',
  TWILIO_PHONE_NUMBER: '+12125551234',
};

/** What a person reads when the server does not start on this environment. */
function refusalOf(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof BadSettings) return error.message;
    throw error;
  }
  throw new Error('these settings were taken');
}

describe('readConfig', () => {
  it('runs on nothing at all: this machine only, embedded database, simulated network, scripted assistant', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      dataDir: './data',
      databaseUrl: null,
      twilio: null,
      phoneNumber: '+15551234567',
      languageModel: null,
      speech: { deepgram: null, elevenLabs: null, cartesia: null, openAi: null },
      recordCalls: true,
      lineRulesFile: null,
      telemetry: { metrics: false, otlpEndpoint: null },
      admin: null,
      trustProxy: false,
      trustedNetworks: [],
      callsPerSecond: 1,
      callsPerMinutePerNumber: null,
      maxConcurrentCalls: 50,
      allowedCountries: null,
      callsPerNumberPerDay: null,
      callsPerNumberPerWeek: null,
      keepRecordingsDays: null,
      keepTranscriptsDays: null,
      callsPerBlockPerHour: null,
      newClientCallsPerDay: null,
      onDoNotCall: 'finish',
      dialRulesFile: null,
      requiredConsents: [],
      spend: { currency: 'USD', capPerCall: null, capPerDay: null, capPerMonth: null, unknownPrices: 'deny' },
      requestsPerMinute: 600,
      openDialects: [],
      s3: null,
      deleteCarrierRecordings: false,
      logPii: false,
      logLevel: 'info',
    });
  });

  it('has OpenAI speak where its own language models are asked', () => {
    expect(readConfig({ OPENAI_API_KEY: 'key' }).speech.openAi).toMatchObject({ apiKey: 'key', voice: 'marin' });
    expect(readConfig({ ...account, PUBLIC_URL: 'https://calls.example.org' }).recordCalls).toBe(false);
  });

  it('takes every setting', () => {
    const config = readConfig({
      ...account,
      PORT: '0',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://calls.example.org/',
      DATA_DIR: '/var/lib/callwright',
      DATABASE_URL: 'postgres://user:word@db:5432/calls',
      ADMIN_EMAIL: 'Admin@Example.org',
      ADMIN_PASSWORD: 'correct horse battery',
      TRUST_PROXY: 'true',
      TRUSTED_NETWORKS: '10.1.0.0/16, 192.168.7.7',
      CALLS_PER_SECOND: '2.5',
      CALLS_PER_MINUTE_PER_NUMBER: '30',
      MAX_CONCURRENT_CALLS: '200',
      ALLOWED_COUNTRIES: 'US, ca',
      CALLS_PER_NUMBER_PER_DAY: '2',
      CALLS_PER_NUMBER_PER_WEEK: '0',
      REQUESTS_PER_MINUTE: '1200',
      OPEN_DIALECTS: 'outbound-call, call-customer,',
      LOG_PII: 'true',
      LOG_LEVEL: 'debug',
      TWILIO_AUTH_TOKEN_SECONDARY: 'token-2',
      TWILIO_API_BASE_URL: 'https://twilio.example.org/',
      OPENAI_API_KEY: 'key',
      OPENAI_BASE_URL: 'http://localhost:8000/v1/',
      LLM_MODEL: 'small',
      S3_BUCKET: 'recordings.example',
      S3_ENDPOINT: 'https://s3.example.org/',
      S3_REGION: 'eu-central-1',
      S3_ACCESS_KEY_ID: 'key-id',
      S3_SECRET_ACCESS_KEY: 'key-secret',
      DELETE_CARRIER_RECORDINGS: 'true',
      RECORD_CALLS: 'true',
      LINE_RULES_FILE: '/etc/callwright/line-rules.json',
      METRICS: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      DEEPGRAM_API_KEY: 'dg',
      DEEPGRAM_STT_MODEL: 'nova-3',
      ELEVENLABS_API_KEY: 'el',
      ELEVENLABS_AGENT_ID: 'agent_1',
      CARTESIA_API_KEY: 'ca',
      CARTESIA_VOICE_ID: 'voice-1',
      KEEP_RECORDINGS_DAYS: '30',
      KEEP_TRANSCRIPTS_DAYS: '90',
      CALLS_PER_BLOCK_PER_HOUR: '20',
      NEW_CLIENT_CALLS_PER_DAY: '0',
      ON_DO_NOT_CALL: 'end',
      DIAL_RULES_FILE: 'rules.json',
      REQUIRE_CONSENT: 'calls, marketing',
      SPEND_CURRENCY: 'EUR',
      SPEND_CAP_PER_DAY: '25.50',
      UNKNOWN_PRICES: 'allow',
    });
    expect(config.speech).toMatchObject({
      deepgram: { apiKey: 'dg', baseUrl: 'https://api.deepgram.com', sttModel: 'nova-3' },
      elevenLabs: { apiKey: 'el', agentId: 'agent_1' },
      cartesia: { apiKey: 'ca', voiceId: 'voice-1' },
      // A server of language models that is not OpenAI's own is not asked to speak.
      openAi: null,
    });
    expect(config).toEqual({
      speech: config.speech,
      recordCalls: true,
      lineRulesFile: '/etc/callwright/line-rules.json',
      telemetry: { metrics: true, otlpEndpoint: 'http://collector:4318' },
      port: 0,
      host: '0.0.0.0',
      publicUrl: 'https://calls.example.org',
      dataDir: '/var/lib/callwright',
      databaseUrl: 'postgres://user:word@db:5432/calls',
      twilio: {
        accountSid: account.TWILIO_ACCOUNT_SID,
        authToken: 'token-1',
        secondaryAuthToken: 'token-2',
        apiBaseUrl: 'https://twilio.example.org',
      },
      phoneNumber: '+12125551234',
      languageModel: { apiKey: 'key', baseUrl: 'http://localhost:8000/v1', model: 'small' },
      admin: { email: 'admin@example.org', password: 'correct horse battery' },
      trustProxy: true,
      trustedNetworks: ['10.1.0.0/16', '192.168.7.7'],
      callsPerSecond: 2.5,
      callsPerMinutePerNumber: 30,
      maxConcurrentCalls: 200,
      allowedCountries: ['US', 'CA'],
      callsPerNumberPerDay: 2,
      callsPerNumberPerWeek: 0,
      keepRecordingsDays: 30,
      keepTranscriptsDays: 90,
      callsPerBlockPerHour: 20,
      newClientCallsPerDay: 0,
      onDoNotCall: 'end',
      dialRulesFile: 'rules.json',
      requiredConsents: ['calls', 'marketing'],
      spend: { currency: 'EUR', capPerCall: null, capPerDay: 25_500_000, capPerMonth: null, unknownPrices: 'allow' },
      requestsPerMinute: 1200,
      openDialects: ['outbound-call', 'call-customer'],
      s3: {
        bucket: 'recordings.example',
        endpoint: 'https://s3.example.org',
        region: 'eu-central-1',
        accessKeyId: 'key-id',
        secretAccessKey: 'key-secret',
      },
      deleteCarrierRecordings: true,
      logPii: true,
      logLevel: 'debug',
    });
  });

  it('says what half a bucket lacks', () => {
    const half = refusalOf({ S3_BUCKET: 'recordings', S3_ACCESS_KEY_ID: 'key-id' });
    expect(half).toBe(
      'S3_SECRET_ACCESS_KEY is missing: The secret of that key. Set it, or unset the other S3_ settings to keep recordings in DATA_DIR.',
    );
    expect(refusalOf({ S3_ENDPOINT: 'http://localhost:9000' }).split('\n')).toHaveLength(3);
  });

  it('takes an empty setting for one that is not set', () => {
    expect(readConfig({ PORT: '', TWILIO_ACCOUNT_SID: '', OPENAI_API_KEY: '' })).toEqual(readConfig({}));
  });

  it('calls from a number without an account on the simulated network', () => {
    const config = readConfig({ TWILIO_PHONE_NUMBER: '+12125551234' });
    expect(config).toMatchObject({ twilio: null, phoneNumber: '+12125551234' });
  });

  const portLine = 'PORT must be a whole number from 0 to 65535. The port the server listens on; 0 takes a free one.';
  it.each([['abc'], ['-1'], ['65536'], ['3.5'], ['0x10'], ['1e3'], [' '], ['3000 '], ['Infinity'], ['9'.repeat(400)]])(
    'refuses the port %j',
    (PORT) => {
      expect(refusalOf({ PORT })).toBe(portLine);
    },
  );

  it.each([
    [{ CALLS_PER_SECOND: '0' }, 'CALLS_PER_SECOND must be a number above 0, 1000 at most.'],
    [{ CALLS_PER_SECOND: '-1' }, 'CALLS_PER_SECOND must be a number above 0, 1000 at most.'],
    [{ CALLS_PER_SECOND: '1001' }, 'CALLS_PER_SECOND must be a number above 0, 1000 at most.'],
    [{ CALLS_PER_SECOND: 'fast' }, 'CALLS_PER_SECOND must be a number above 0, 1000 at most.'],
    [{ MAX_CONCURRENT_CALLS: '0' }, 'MAX_CONCURRENT_CALLS must be a whole number from 1 to 100000.'],
    [{ MAX_CONCURRENT_CALLS: '1.5' }, 'MAX_CONCURRENT_CALLS must be a whole number from 1 to 100000.'],
    [{ LOG_PII: 'yes' }, 'LOG_PII must be true or false.'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be trace or debug or info or warn or error or silent.'],
    [{ OPEN_DIALECTS: 'all' }, 'OPEN_DIALECTS must be call-customer or outbound-call or calls-initiate.'],
    [{ PUBLIC_URL: 'calls.example.org' }, 'PUBLIC_URL must be an http:// or https:// address.'],
    [{ PUBLIC_URL: 'ftp://example.org' }, 'PUBLIC_URL must be an http:// or https:// address.'],
    [{ PUBLIC_URL: 'https://e.org/?a=1' }, 'PUBLIC_URL must be an address without user, query or fragment.'],
    [{ PUBLIC_URL: 'https://e.org/#top' }, 'PUBLIC_URL must be an address without user, query or fragment.'],
    [{ PUBLIC_URL: 'https://me:pw@e.org' }, 'PUBLIC_URL must be an address without user, query or fragment.'],
    [{ OPENAI_BASE_URL: 'nowhere' }, 'OPENAI_BASE_URL must be an http:// or https:// address.'],
    [{ OPENAI_API_KEY: ' ' }, 'OPENAI_API_KEY must not be empty.'],
    [{ TWILIO_PHONE_NUMBER: '555' }, 'TWILIO_PHONE_NUMBER must be a phone number in E.164 format, for example'],
    [{ ...account, TWILIO_ACCOUNT_SID: 'AC1' }, 'TWILIO_ACCOUNT_SID must be "AC" and 32 hexadecimal digits.'],
  ])('says in one line what is wrong with %j', (environment, line) => {
    const refusal = refusalOf(environment as Environment);
    expect(refusal.split('\n')).toHaveLength(1);
    expect(refusal.slice(0, line.length)).toBe(line);
  });

  it('never repeats a secret that it refuses', () => {
    const refusal = refusalOf({ DATABASE_URL: 'mysql://user:hunter2@db/calls' });
    expect(refusal).toMatch(/^DATABASE_URL must be an address like postgres:/);
    expect(refusal).not.toContain('hunter2');
  });

  it('says everything that is wrong at once, a line each', () => {
    const refusal = refusalOf({ PORT: 'x', LOG_PII: 'y', DATA_DIRS: '/tmp' });
    expect(refusal.split('\n').map((line) => line.split(' ')[0])).toEqual(['DATA_DIRS', 'PORT', 'LOG_PII']);
  });

  it.each([
    ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER'],
    ['TWILIO_AUTH_TOKEN', 'TWILIO_ACCOUNT_SID', 'TWILIO_PHONE_NUMBER'],
  ] as const)('stops on half an account that has only %s', (given, ...missing) => {
    const lines = refusalOf({ [given]: account[given] }).split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual(missing.map((name) => `${name} is missing`));
    for (const line of lines) expect(line).toContain('unset the other TWILIO_ settings to use the simulated');
  });

  it('stops on an account without its number', () => {
    const { TWILIO_PHONE_NUMBER: _, ...half } = account;
    expect(refusalOf(half)).toBe(
      'TWILIO_PHONE_NUMBER is missing: The number of that account that calls are made from. Set it, or unset the other TWILIO_ settings to use the simulated phone network.',
    );
  });

  it.each([
    ['PUBLC_URL', 'PUBLIC_URL'],
    ['TWILIO_ACOUNT_SID', 'TWILIO_ACCOUNT_SID'],
    ['OPENAI_APIKEY', 'OPENAI_API_KEY'],
    ['log_level', 'LOG_LEVEL'],
    ['DATABSAE_URL', 'DATABASE_URL'],
  ])('asks whether %s was meant to be %s', (name, meant) => {
    expect(refusalOf({ [name]: 'x' })).toBe(`${name} is not a setting; did you mean ${meant}?`);
  });

  it.each([['PATH'], ['HOSTNAME'], ['SHELL'], ['PORTS'], ['XDG_DATA_DIRS'], ['NODE_ENV'], ['toString'], ['__proto__']])(
    'lets the name %s of somebody else alone',
    (name) => {
      const environment = Object.fromEntries([[name, 'x']]);
      expect(readConfig(environment)).toEqual(readConfig({}));
    },
  );
});

describe('PUBLIC_URL', () => {
  it.each([
    ['http://localhost:3000'],
    ['http://127.0.0.1'],
    ['http://[::1]:80'],
    ['https://e.org'],
    ['https://e.org/calls'],
  ])('may be %s', (PUBLIC_URL) => {
    expect(readConfig({ PUBLIC_URL }).publicUrl).toBe(PUBLIC_URL);
  });

  it.each([['http://e.org'], ['http://192.168.1.5:3000'], ['http://localhost.e.org']])(
    'may not be %s: what is not this machine must be https',
    (PUBLIC_URL) => {
      expect(refusalOf({ PUBLIC_URL })).toBe(
        `PUBLIC_URL must begin with https:// unless it is this machine itself: ${PUBLIC_URL}`,
      );
    },
  );

  it.each([[undefined], ['http://localhost:3000'], ['https://127.0.0.1']])(
    'must be one that Twilio reaches when the account is real, not %s',
    (PUBLIC_URL) => {
      expect(refusalOf({ ...account, PUBLIC_URL })).toMatch(/^PUBLIC_URL must be set with a real Twilio account: /);
    },
  );

  it('may be left out when the account is that of a simulator on this machine', () => {
    const config = readConfig({ ...account, TWILIO_API_BASE_URL: 'http://127.0.0.1:4010' });
    expect(config.twilio?.apiBaseUrl).toBe('http://127.0.0.1:4010');
  });
});

describe('isLoopback', () => {
  it.each([['localhost'], ['127.0.0.1'], ['127.8.9.1'], ['::1'], ['[::1]']])('%s is this machine', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([['0.0.0.0'], ['::'], ['127.0.0.1.e.org'], ['10.0.0.1'], ['localhost.e.org'], ['']])('%j is not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
