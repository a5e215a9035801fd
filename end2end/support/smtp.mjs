// A real SMTP server for tests: takes letters and prints each as one line of JSON.
//   node smtp.mjs [--tls [KEY CERTIFICATE]]
// The first line it prints is its port. Sign in as `lk` / `secret`, or not at all.
//   busy-N@…     is told to come later (451) for the first N tries
//   nobody@…     is refused for good (550)
// With --tls it offers STARTTLS, with a certificate that nobody has signed or with the one of the files.
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";
import { simpleParser } from "mailparser";

const [option, key, cert] = process.argv.slice(2);
const tls = option === "--tls";
const own = cert && { key: readFileSync(key), cert: readFileSync(cert) };
const tries = new Map();
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = new SMTPServer({
  ...own,
  disabledCommands: tls ? [] : ["STARTTLS"],
  authOptional: true,
  allowInsecureAuth: true,
  disableReverseLookup: true,
  onAuth({ username, password }, _, done) {
    const known = username === "lk" && password === "secret";
    done(known ? null : refusal(535, "wrong user or password"), { user: username });
  },
  onRcptTo({ address }, _, done) {
    if (address.startsWith("nobody@")) return done(refusal(550, "there is no such mailbox"));
    const busy = Number(/^busy-(\d+)@/.exec(address)?.[1] ?? 0);
    const count = (tries.get(address) ?? 0) + 1;
    tries.set(address, count);
    done(count <= busy ? refusal(451, "come later") : null);
  },
  onData(stream, session, done) {
    simpleParser(stream).then((letter) => {
      console.log(JSON.stringify({
        to: session.envelope.rcptTo.map(({ address }) => address),
        from: letter.from.text,
        subject: letter.subject,
        id: letter.messageId,
        text: letter.text,
        html: letter.html,
        user: session.user ?? null,
        secure: session.secure,
      }));
      done();
    }, done);
  },
});
server.on("error", (error) => console.error(error.message));
server.listen(0, "127.0.0.1", () => console.log(server.server.address().port));
