package dev.lockstep.server.http;

import io.helidon.http.HttpException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where every request comes in: gives it a number, lets it in or not, finds who answers, and says what went wrong. */
final class Gateway implements Handler {
    private final Routes routes;
    private final Origins origins;
    private final Keys keys;
    private final BodyReader bodies;
    private final Duration stallTime;
    private final Clients clients;
    private final RequestLog log;
    private final Function<RuntimeException, Optional<ApiError>> failures;

    /**
     * @param stallTime how long a client may take no bytes of its answer
     * @param failures says what a client is told about an exception of the model
     */
    Gateway(
            Routes routes,
            Origins origins,
            Keys keys,
            BodyReader bodies,
            Duration stallTime,
            Clients clients,
            RequestLog log,
            Function<RuntimeException, Optional<ApiError>> failures) {
        this.routes = routes;
        this.origins = origins;
        this.keys = keys;
        this.bodies = bodies;
        this.stallTime = stallTime;
        this.clients = clients;
        this.log = log;
        this.failures = failures;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        long start = System.nanoTime();
        String method = request.prologue().method().text();
        String path = request.path().path();
        // While there is one: a connection that has ended has no other end.
        String peer = request.remotePeer().host();
        var client = new Client(Connections.LINK.get());
        clients.add(client);
        String id =
                "req_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        var exchange = new Exchange(id, request, response, client, bodies, stallTime, path);
        Throwable failure = null;
        int status;
        try {
            exchange.setHeader("x-request-id", id);
            answer(method, path, exchange);
            status = exchange.status();
        } catch (ClientGoneException gone) {
            status = RequestEntry.CLIENT_GONE;
            client.drop();
        } catch (ApiException refused) {
            status = refuse(exchange, path, refused.error());
        } catch (HttpException refused) {
            status = refuse(
                    exchange,
                    path,
                    ApiError.request(refused.status().code(), "bad_request", String.valueOf(refused.getMessage())));
        } catch (RuntimeException | Error broken) {
            Optional<ApiError> known =
                    broken instanceof RuntimeException exception ? failures.apply(exception) : Optional.empty();
            failure = known.isPresent() ? null : broken;
            status = refuse(
                    exchange,
                    path,
                    known.orElseGet(() ->
                            ApiError.internal("something went wrong in the server; its log says more under " + id)));
        } finally {
            clients.remove(client);
        }
        log(exchange, peer, method, path, status, start, failure);
        if (status == RequestEntry.CLIENT_GONE || exchange.last()) {
            // Helidon would wait for the client to close the connection.
            throw new CloseConnectionException("this was the last request");
        }
    }

    private void answer(String method, String path, Exchange exchange) {
        origins.check(exchange);
        if (method.equals("OPTIONS")) {
            Origins.preflight(exchange);
            return;
        }
        Routes.Route route = routes.find(method, path);
        exchange.follow(route);
        if (route.access() == Access.KEY) {
            keys.check(exchange);
        }
        route.endpoint().handle(exchange);
    }

    /** Sends an error, or ends the connection where half of another answer has been sent already. */
    private static int refuse(Exchange exchange, String path, ApiError error) {
        exchange.note("error", error.message());
        try {
            if (exchange.started()) {
                exchange.breakOff();
                return error.status();
            }
            error.retryAfterSeconds().ifPresent(seconds -> exchange.setHeader("Retry-After", seconds));
            exchange.closeUnlessRead();
            exchange.sendJson(error.status(), ErrorShape.of(path).body(error));
            exchange.discardRest();
            return error.status();
        } catch (ClientGoneException gone) {
            return RequestEntry.CLIENT_GONE;
        }
    }

    private void log(
            Exchange exchange,
            String peer,
            String method,
            String path,
            int status,
            long start,
            @Nullable Throwable failure) {
        log.add(new RequestEntry(
                exchange.id(),
                peer,
                method,
                path,
                exchange.route(),
                status,
                Duration.ofNanos(System.nanoTime() - start),
                exchange.notes(),
                Optional.ofNullable(failure)));
    }
}
