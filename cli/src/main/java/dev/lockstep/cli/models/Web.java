package dev.lockstep.cli.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gets things by HTTP. */
final class Web {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_REDIRECTS = 10;

    private final EnvironmentProxies proxies;
    private final HttpClient client;

    /** @param environment where proxies are named */
    Web(Map<String, String> environment) {
        proxies = new EnvironmentProxies(environment);
        client = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .proxy(proxies)
                .authenticator(new Authenticator() {
                    @Override
                    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
                        return getRequestorType() == RequestorType.PROXY
                                ? proxies.credentials(getRequestingHost(), getRequestingPort())
                                        .orElse(null)
                                : null;
                    }
                })
                .build();
    }

    /**
     * The answer to a request, which is one of success, or 416 where a range was asked for.
     *
     * @throws UnreachableException if there is none, or the server has trouble: it may go better the next time
     * @throws ModelException if the server refuses
     */
    HttpResponse<InputStream> get(RemoteFile file, Map<String, String> headers) {
        var address = file.address();
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            var response = send(file, address, headers);
            int status = response.statusCode();
            var elsewhere = response.headers().firstValue("location");
            if (status / 100 == 3 && elsewhere.isPresent()) {
                close(response);
                address = address.resolve(elsewhere.get());
                continue;
            }
            if (status / 100 == 2 || status == 416 && headers.containsKey("Range")) {
                return response;
            }
            close(response);
            throw refusal(file.address(), status);
        }
        throw new ModelException(file.address() + ": redirects without an end; check the address");
    }

    private HttpResponse<InputStream> send(RemoteFile file, URI address, Map<String, String> headers) {
        try {
            var request = HttpRequest.newBuilder(address).timeout(PATIENCE).header("User-Agent", "lockstep");
            headers.forEach(request::header);
            if (file.token().isPresent() && sameServer(file.address(), address)) {
                request.header("Authorization", "Bearer " + file.token().get());
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException failure) {
            var way = proxies.proxy(address)
                    .map(proxy -> " through the proxy " + proxy.getHost() + ":" + proxy.getPort())
                    .orElse("");
            throw new UnreachableException(
                    address.getHost() + " cannot be reached" + way + " (" + reason(failure) + ")", failure);
        } catch (IllegalArgumentException wrong) {
            throw new ModelException(address + ": is no address of the web; write https://...", wrong);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted", interrupted);
        }
    }

    private static boolean sameServer(URI one, URI other) {
        return String.valueOf(one.getScheme()).equalsIgnoreCase(other.getScheme())
                && String.valueOf(one.getAuthority()).equalsIgnoreCase(other.getAuthority());
    }

    private static RuntimeException refusal(URI address, int status) {
        return switch (status) {
            case 401, 403 ->
                new ModelException(address + ": there is no such file, or it is not public (status " + status
                        + "); check the name, and set HF_TOKEN if it is yours");
            case 407 ->
                new ModelException("the proxy wants a name and a password; write them into HTTPS_PROXY: "
                        + "http://NAME:PASSWORD@HOST:PORT");
            case 404, 410 ->
                new ModelException(address + ": there is no such file (status " + status + "); check the name");
            case 408, 425, 429, 500, 502, 503, 504 ->
                new UnreachableException(address.getHost() + " has trouble (status " + status + ")", null);
            default -> new ModelException(address + ": the server refuses with status " + status);
        };
    }

    private static void close(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException gone) {
            // It was not wanted anyway.
        }
    }

    private static String reason(IOException failure) {
        var message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
