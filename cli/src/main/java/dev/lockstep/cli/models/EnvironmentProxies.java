package dev.lockstep.cli.models;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code ALL_PROXY} name, in capitals or not, but for the hosts of
 * {@code NO_PROXY}: the convention of curl and others, which Java does not know.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int USUAL_PORT = 80;

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI address) {
        return List.of(proxy(address)
                .map(proxy -> new Proxy(Proxy.Type.HTTP, place(proxy)))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
        // Whoever asked for the page says so.
    }

    /** What opens the proxy that stands here, if its address says it. */
    Optional<PasswordAuthentication> credentials(String host, int port) {
        return Stream.of("https", "http")
                .flatMap(scheme -> named(scheme).stream())
                .filter(proxy ->
                        proxy.getRawUserInfo() != null && place(proxy).equals(new InetSocketAddress(host, port)))
                .map(proxy -> proxy.getRawUserInfo().split(":", 2))
                .map(words -> new PasswordAuthentication(
                        decoded(words[0]),
                        decoded(words.length > 1 ? words[1] : "").toCharArray()))
                .findFirst();
    }

    /** The proxy through which an address is reached. */
    Optional<URI> proxy(URI address) {
        var host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
        return isException(host) ? Optional.empty() : named(String.valueOf(address.getScheme()));
    }

    private boolean isException(String host) {
        return variable("no_proxy").stream()
                .flatMap(list -> Stream.of(list.split("[,\\s]+")))
                .map(entry -> entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .anyMatch(entry ->
                        entry.equals("*") || !entry.isEmpty() && (host.equals(entry) || host.endsWith("." + entry)));
    }

    private Optional<URI> named(String scheme) {
        return variable(scheme + "_proxy").or(() -> variable("all_proxy")).map(EnvironmentProxies::parse);
    }

    private static URI parse(String text) {
        try {
            var proxy = URI.create(text.contains("://") ? text : "http://" + text);
            if ("http".equals(proxy.getScheme()) && proxy.getHost() != null) {
                return proxy;
            }
        } catch (IllegalArgumentException wrong) {
            // Said below.
        }
        // Not the text itself, which may hold a password.
        throw new ModelException(
                "the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used; write http://HOST:PORT");
    }

    private static InetSocketAddress place(URI proxy) {
        return new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? USUAL_PORT : proxy.getPort());
    }

    private Optional<String> variable(String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT))
                .flatMap(spelled -> Stream.ofNullable(environment.get(spelled)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
