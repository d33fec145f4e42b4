// Prints a profile as the decoder pprof-format sees it.
'use strict';
const fs = require('node:fs');
const zlib = require('node:zlib');
const { Profile } = require('pprof-format');

const profile = Profile.decode(zlib.gunzipSync(fs.readFileSync(process.argv[2])));
const text = index => profile.stringTable.strings[Number(index)];
const type = value => `${text(value.type)}/${text(value.unit)}`;

const byId = messages => new Map(messages.map(message => [message.id, message]));
const locations = byId(profile.location);
const functions = byId(profile.function);

function frame(id) {
  const line = locations.get(id).line[0];
  const called = functions.get(line.functionId);
  return `${text(called.name)} ${text(called.filename)}:${line.line}`;
}

const label = found =>
  `${text(found.key)}=${Number(found.str) ? text(found.str) : `${found.num} ${text(found.numUnit)}`}`;

console.log('types', ...profile.sampleType.map(type));
console.log('default', text(profile.defaultSampleType));
console.log('period', type(profile.periodType), String(profile.period));
console.log('time', String(profile.timeNanos));
for (const sample of profile.sample) {
  const stack = sample.locationId.map(frame).join('; ');
  console.log(`${stack} | ${sample.value.join(' ')} | ${sample.label.map(label).join(' ')}`.trimEnd());
}
