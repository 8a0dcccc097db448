package dev.lockstep.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxiesTest {
    private static final Map<String, String> BOTH =
            Map.of("https_proxy", "http://secure.example:3128", "HTTP_PROXY", "plain.example:8080");

    @Test
    void shouldTakeTheProxyOfTheScheme() {
        assertThat(new EnvironmentProxies(BOTH).select(URI.create("https://huggingface.co/x")))
                .containsExactly(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("secure.example", 3128)));
        assertThat(new EnvironmentProxies(BOTH).select(URI.create("http://huggingface.co/x")))
                .containsExactly(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("plain.example", 8080)));
        assertThat(new EnvironmentProxies(Map.of("ALL_PROXY", "any.example", "https_proxy", ""))
                        .select(URI.create("https://huggingface.co/x")))
                .containsExactly(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("any.example", 80)));
        assertThat(new EnvironmentProxies(Map.of()).select(URI.create("https://huggingface.co/x")))
                .containsExactly(Proxy.NO_PROXY);
    }

    @ParameterizedTest
    @CsvSource({
        "huggingface.co, true",
        "'localhost, .huggingface.co', true",
        "*.co, true",
        "*, true",
        "face.co, false",
        "'', false",
        "huggingface.co.uk, false"
    })
    void shouldLeaveOutTheHostsOfNoProxy(String list, boolean left) {
        var environment = Map.of("HTTPS_PROXY", "proxy.example:3128", "NO_PROXY", list);
        assertThat(new EnvironmentProxies(environment)
                        .proxy(URI.create("https://HuggingFace.co/x"))
                        .isEmpty())
                .isEqualTo(left);
    }

    @Test
    void shouldKnowThePasswordOfItsProxyOnly() {
        var proxies = new EnvironmentProxies(Map.of("https_proxy", "http://me:p%40ss+word@127.0.0.1:3128"));
        var credentials = proxies.credentials("127.0.0.1", 3128).orElseThrow();
        assertThat(credentials.getUserName()).isEqualTo("me");
        assertThat(credentials.getPassword()).containsExactly("p@ss+word".toCharArray());
        assertThat(proxies.credentials("127.0.0.1", 3129)).isEmpty();
    }

    @Test
    void shouldRefuseWhatIsNoHttpProxyWithoutShowingIt() {
        var proxies = new EnvironmentProxies(Map.of("https_proxy", "socks5://me:secret@proxy.example"));
        assertThatThrownBy(() -> proxies.select(URI.create("https://huggingface.co")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("http://HOST:PORT")
                .hasMessageNotContaining("secret");
    }
}
