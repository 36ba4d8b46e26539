// guest.mjs SOCKET LINE…: writes the lines to the socket, and prints what comes until there is an
// answer for each JSON line, or the end.
import net from 'node:net';

const [socket, ...lines] = process.argv.slice(2);
const wanted = lines.filter((line) => line.startsWith('{')).length + 1;
let got = '';
const link = net.connect(socket, () => link.write(lines.map((line) => line + '\n').join('')));
const done = () => { console.log(got); process.exit(0); };
link.on('data', (text) => {
  got += text;
  if (got.split('\n').length > wanted) done();
});
link.on('close', done);
link.on('error', done);
