// oauth2-mock-server with one RS256 key on a free port. It prints one line when it listens.
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
console.log(`oauth2-mock-server: issuer ${server.issuer.url} on 127.0.0.1:${server.address().port}`);
