package dev.lockstep.server.http;

/** What answers requests to one path. */
@FunctionalInterface
public interface Endpoint {
    /**
     * @throws ApiException to refuse the request
     * @throws ClientGoneException if nobody is there to read the answer
     */
    void handle(Exchange exchange);
}
