package dev.lockstep.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Not for use by several threads at once, except {@link #clientGone}. */
public final class Exchange {
    private final String id;
    private final ServerRequest request;
    private final ServerResponse response;
    private final Client client;
    private final BodyReader bodies;
    private final Duration stallTime;
    private final String path;
    private final Map<String, Object> notes = new LinkedHashMap<>();
    private Routes.@Nullable Route route;
    private int status;
    private boolean bodyRead;

    /** @param stallTime how long the client may take no bytes of its answer */
    Exchange(
            String id,
            ServerRequest request,
            ServerResponse response,
            Client client,
            BodyReader bodies,
            Duration stallTime,
            String path) {
        this.id = id;
        this.request = request;
        this.response = response;
        this.client = client;
        this.bodies = bodies;
        this.stallTime = stallTime;
        this.path = path;
    }

    /** Names the request in logs and in the header {@code x-request-id}. */
    public String id() {
        return id;
    }

    /** What follows the endpoint's path. */
    public String rest() {
        return route == null ? "" : route.rest(path);
    }

    /** The endpoint's path. */
    String route() {
        return route == null ? "unknown" : route.path();
    }

    void follow(Routes.Route route) {
        this.route = route;
    }

    public Optional<String> header(String name) {
        return request.headers().first(HeaderNames.create(name));
    }

    /** The object in the request's body. From here on {@link #clientGone} tells. */
    public JsonFields json() {
        byte[] body = bodies.read(request, client);
        bodyRead = true;
        client.watch();
        return Json.object(body);
    }

    /** Whether the client has ended the connection; an answer would not be read. */
    public boolean clientGone() {
        return client.gone();
    }

    /** A fact for the log. */
    public void note(String name, Object value) {
        notes.put(name, value);
    }

    /** The facts for the log. */
    Map<String, Object> notes() {
        return notes;
    }

    /** The status that was sent; 0 if none was. */
    int status() {
        return status;
    }

    /** Whether an answer has begun that can only be broken off. */
    boolean started() {
        return status != 0;
    }

    /** Ends the connection, so that nobody takes half an answer for a whole one. */
    void breakOff() {
        client.drop();
    }

    /** Ends the connection after this answer if a body may be left unread, which would be taken for the next request. */
    void closeUnlessRead() {
        if (unread()) {
            setHeader("Connection", "close");
        }
    }

    /** Takes what is left of the body: who is still sending would not see an answer on a connection that is closed already. */
    void discardRest() {
        if (unread()) {
            bodies.discard(request, client);
        }
    }

    /** Whether the connection ends after this answer. */
    boolean last() {
        return unread()
                || header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    private boolean unread() {
        return !bodyRead && request.content().hasEntity();
    }

    public void setHeader(String name, String value) {
        response.header(HeaderNames.create(name), value);
    }

    public void sendJson(int status, Object value) {
        send(status, "application/json", Json.bytes(value));
    }

    /** Sends a whole answer. */
    public void send(int status, String contentType, byte[] body) {
        begin(status, contentType);
        client.waiting(stallTime, () -> {
            try {
                response.send(body);
                return body;
            } catch (RuntimeException broken) {
                throw new ClientGoneException(broken);
            }
        });
    }

    /** An answer without a body. */
    public void sendNothing(int status) {
        this.status = status;
        response.status(Status.create(status));
        response.send();
    }

    /** Begins an answer in pieces. */
    public ResponseStream stream(String contentType) {
        begin(200, contentType);
        setHeader("Cache-Control", "no-cache");
        // Proxies such as nginx are asked not to collect pieces.
        setHeader("X-Accel-Buffering", "no");
        return new ResponseStream(response.outputStream(), client, stallTime);
    }

    private void begin(int status, String contentType) {
        this.status = status;
        response.status(Status.create(status));
        setHeader("Content-Type", contentType);
    }
}
