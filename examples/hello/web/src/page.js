import escape from "escape-html";

export const page = ({ visitor, visits }) => `<!doctype html>
<title>hello</title>
<h1>Hello, ${escape(visitor)}!</h1>
<p>Visit number ${visits}, served on ${escape(process.env.DEVICE)}</p>
`;
