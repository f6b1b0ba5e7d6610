// Shows the token in the URL's fragment, which the browser does not send to the server, and the next request.
'use strict';
const post = (origin, path, token, header = '') => `curl -X POST ${origin}${path} \\
  -H 'Content-Type: application/json' \\${header}
  -d '{"token":"${token}"}'`;
const LOGGED_IN = `
  -H "Authorization: Bearer $ACCESS_TOKEN" \\`;
const flows = {
  'registration': {
    title: 'アカウント登録 / Registration',
    next: (origin, token) => `${post(origin, '/v1/registrations/confirmation', token)}\n\nPOST ${origin}/v1/accounts`,
  },
  'password-reset': {
    title: 'パスワードの再設定 / Password reset',
    next: (origin, token) => `POST ${origin}/v1/password-resets/completion\n{"token":"${token}","password":"…"}`,
  },
  'email-change': {
    title: 'メールアドレスの変更 / Change of address',
    next: (origin, token) => post(origin, '/v1/account/email-changes/completion', token, LOGGED_IN),
  },
};
const flow = flows[location.pathname.split('/').pop()];
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (flow && token && /^[A-Za-z0-9_-]+$/.test(token)) {
  document.getElementById('title').textContent = flow.title;
  document.getElementById('token').textContent = token;
  document.getElementById('next').textContent = flow.next(location.origin, token);
}
