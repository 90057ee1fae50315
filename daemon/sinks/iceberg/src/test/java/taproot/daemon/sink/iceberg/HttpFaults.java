package taproot.daemon.sink.iceberg;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What stands before a catalog in a test and knows which request is a commit. It counts what passes. */
final class HttpFaults implements AutoCloseable {
    /** What becomes of a request. */
    sealed interface Fate {
        record Pass() implements Fate {}

        /** The catalog never gets it, or gets it, and either way the answer is an error of the server's. */
        record Answer500(boolean arrives) implements Fate {}

        /** The catalog does it and nobody hears of it. */
        record Swallow() implements Fate {}

        /** The catalog gets it late. */
        record Delay(long seconds) implements Fate {}
    }

    /** Decides about each commit. */
    interface Rule {
        Fate of(int commit);
    }

    static final Fate PASS = new Fate.Pass();

    private final URI catalog;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong commits = new AtomicLong();
    /** Those that are on their way late, and the test. */
    private final Phaser late = new Phaser(1);

    private volatile Rule rule = _ -> PASS;

    HttpFaults(InetSocketAddress catalog) throws IOException {
        this.catalog = URI.create("http://127.0.0.1:" + catalog.getPort());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void rule(Rule next) {
        commits.set(0);
        rule = next;
    }

    /** Waits until every commit that was late has arrived. */
    void awaitLate() {
        late.arriveAndAwaitAdvance();
    }

    long requests() {
        return requests.get();
    }

    /** Of requests and answers, without headers. */
    long bytes() {
        return bytes.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean commit = "POST".equals(exchange.getRequestMethod())
                    && exchange.getRequestURI().getPath().contains("/tables/");
            Fate fate = commit ? rule.of((int) commits.incrementAndGet()) : PASS;
            switch (fate) {
                case Fate.Pass _ -> answer(exchange, forward(exchange, body));
                case Fate.Answer500 error -> {
                    if (error.arrives()) {
                        forward(exchange, body);
                    }
                    exchange.sendResponseHeaders(500, -1);
                }
                case Fate.Swallow _ -> forward(exchange, body); // The connection is closed behind it.
                case Fate.Delay delay -> {
                    late.register();
                    try {
                        TimeUnit.SECONDS.sleep(delay.seconds());
                        answer(exchange, forward(exchange, body));
                    } finally {
                        late.arriveAndDeregister();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        requests.incrementAndGet();
        bytes.addAndGet(body.length);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        catalog.resolve(exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null) {
            request.header("Content-Type", type);
        }
        HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        bytes.addAndGet(response.body().length);
        return response;
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> response) throws IOException {
        response.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().add("Content-Type", type));
        boolean empty = response.body().length == 0;
        exchange.sendResponseHeaders(response.statusCode(), empty ? -1 : response.body().length);
        if (!empty) {
            exchange.getResponseBody().write(response.body());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
    }
}
