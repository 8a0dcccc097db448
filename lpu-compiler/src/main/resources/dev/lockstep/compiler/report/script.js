(function () {
  function bytes(text) { var raw = atob(text), out = new Uint8Array(raw.length); for (var i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i); return out; }
  function rgb(name) { var c = document.createElement('canvas').getContext('2d'); c.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim(); var h = c.fillStyle; return [1, 3, 5].map(function (i) { return parseInt(h.substr(i, 2), 16); }); }
  function draw(canvas) {
    var w = +canvas.dataset.w, h = +canvas.dataset.h, data = bytes(canvas.dataset.bytes), kinds = canvas.dataset.kinds;
    var scale = Math.max(1, Math.floor(1072 / w)); canvas.width = w * scale; canvas.height = h * (+canvas.dataset.tall || 1);
    var ctx = canvas.getContext('2d'), idle = rgb('--idle'), tall = canvas.height / h;
    var colours = { m: rgb('--weights'), a: rgb('--vectors'), x: rgb('--arrays'), l: rgb('--hops'), s: rgb('--cache') };
    ctx.fillStyle = 'rgb(' + idle + ')'; ctx.fillRect(0, 0, canvas.width, canvas.height);
    for (var y = 0; y < h; y++) for (var x = 0; x < w; x++) {
      var v = data[y * w + x]; if (!v) continue;
      var c = colours[kinds ? kinds[x] : 'l'], t = Math.min(1, 0.25 + 0.75 * Math.sqrt(v / 255) * (kinds && kinds[x] !== 'm' ? 1.6 : 1)); t = Math.min(1, t);
      ctx.fillStyle = 'rgb(' + c.map(function (k, i) { return Math.round(idle[i] + (k - idle[i]) * t); }) + ')'; ctx.fillRect(x * scale, y * tall, scale, tall);
    }
  }
  function tell(canvas) {
    var w = +canvas.dataset.w, h = +canvas.dataset.h, data = bytes(canvas.dataset.bytes), names = canvas.dataset.names && canvas.dataset.names.split(',');
    canvas.addEventListener('mousemove', function (e) {
      var x = Math.min(w - 1, Math.floor(e.offsetX / canvas.clientWidth * w)), y = Math.min(h - 1, Math.floor(e.offsetY / canvas.clientHeight * h)), v = data[y * w + x];
      canvas.title = (names ? names[x] : 'chip ' + x) + ', ' + canvas.dataset.rows + ' ' + Math.round(y * canvas.dataset.row) + ': ' +
        (canvas.dataset.most ? Math.round(v / 255 * canvas.dataset.most) + ' vectors' : Math.round(v / 2.55) + ' % of the cycles');
    });
  }
  function all() { document.querySelectorAll('canvas[data-bytes]').forEach(draw); }
  document.querySelectorAll('canvas[data-bytes]').forEach(tell);
  all(); if (window.matchMedia) matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
})();
