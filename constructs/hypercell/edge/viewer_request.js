// Runs on every viewer request before the cache (CloudFront Functions, runtime 2.0: no network, under a millisecond).
// SETTINGS stands in front of this file when it is rendered:
//   canonicalHost  redirect every other name of the family to this one, or null
//   language       put the viewer's first language into `x-language`, which is part of the cache key
//   slash          redirect /flights/ to /flights: one page, one address, one copy in the cache
//   index          /docs and /docs/ are /docs/index.html: a bucket knows objects, not folders
function handler(event) {
  var request = event.request;
  var headers = request.headers;
  // Only this function says what the language is.
  delete headers['x-language'];

  var asks = request.method === 'GET' || request.method === 'HEAD';
  var host = headers.host ? headers.host.value.toLowerCase() : '';
  var wrongHost = SETTINGS.canonicalHost !== null && host !== SETTINGS.canonicalHost;
  var path = request.uri;
  if (SETTINGS.slash && path.length > 1 && path.endsWith('/')) {
    path = trimmed(path);
  }
  // A redirected POST would lose its body: it goes through as it is.
  if (asks && (wrongHost || path !== request.uri)) {
    return redirect((wrongHost ? SETTINGS.canonicalHost : host) + path + query(request.querystring));
  }

  if (SETTINGS.language) {
    headers['x-language'] = { value: language(headers['accept-language']) };
  }
  if (SETTINGS.index) {
    request.uri = indexed(request.uri);
  }
  return request;
}

function trimmed(path) {
  return path.replace(/\/+$/, '') || '/';
}

function indexed(uri) {
  if (uri.endsWith('/')) {
    return uri + 'index.html';
  }
  var last = uri.substring(uri.lastIndexOf('/') + 1);
  return last.indexOf('.') === -1 ? uri + '/index.html' : uri;
}

// Two letters, of which there are about 180: whole Accept-Language headers would fill the cache with copies.
function language(header) {
  var found = header ? /^\s*([A-Za-z]{2})(?:[-_;,\s]|$)/.exec(header.value) : null;
  return found ? found[1].toLowerCase() : 'en';
}

// CloudFront hands names and values over as they came, still encoded.
function query(parameters) {
  var parts = [];
  Object.keys(parameters).forEach(function (name) {
    var values = parameters[name].multiValue || [parameters[name]];
    values.forEach(function (one) {
      parts.push(one.value === '' ? name : name + '=' + one.value);
    });
  });
  return parts.length ? '?' + parts.join('&') : '';
}

function redirect(location) {
  return {
    statusCode: 301,
    statusDescription: 'Moved Permanently',
    headers: {
      location: { value: 'https://' + location },
      'cache-control': { value: 'max-age=3600' }
    }
  };
}
