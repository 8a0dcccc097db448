package dev.lockstep.server.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which endpoint answers which method and path. */
public final class Routes {
    /** @param path a whole path, or with a slash at its end all paths below */
    record Route(String path, Endpoint endpoint, Access access) {
        /** What of a path is below this one. */
        String rest(String path) {
            return path.substring(this.path.length());
        }
    }

    private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();

    public Routes get(String path, Access access, Endpoint endpoint) {
        return add("GET", path, access, endpoint);
    }

    public Routes post(String path, Endpoint endpoint) {
        return add("POST", path, Access.KEY, endpoint);
    }

    private Routes add(String method, String path, Access access, Endpoint endpoint) {
        routes.computeIfAbsent(path, _ -> new TreeMap<>()).put(method, new Route(path, endpoint, access));
        return this;
    }

    /**
     * @throws ApiException if there is none
     */
    Route find(String method, String path) {
        Map<String, Route> methods = methods(path)
                .orElseThrow(() -> new ApiException(ApiError.request(
                        404, "unknown_url", "there is nothing at " + path + "; docs/api.md lists the endpoints")));
        Route route = methods.get(method.equals("HEAD") ? "GET" : method);
        if (route == null) {
            throw new ApiException(ApiError.request(
                    405,
                    "method_not_allowed",
                    method + " does not work with " + path + "; use " + String.join(" or ", methods.keySet())));
        }
        return route;
    }

    private Optional<Map<String, Route>> methods(String path) {
        Map<String, Route> exact = routes.get(path);
        if (exact != null) {
            return Optional.of(exact);
        }
        int slash = path.lastIndexOf('/');
        while (slash > 0) {
            Map<String, Route> below = routes.get(path.substring(0, slash + 1));
            if (below != null) {
                return Optional.of(below);
            }
            slash = path.lastIndexOf('/', slash - 1);
        }
        return Optional.empty();
    }
}
