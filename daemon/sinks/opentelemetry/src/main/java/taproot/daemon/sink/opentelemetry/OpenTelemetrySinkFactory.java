package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigType;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkFactory;
import taproot.daemon.sink.SinkSettings;
import taproot.normalizer.CommandRecord;

/** The sink type {@code opentelemetry}: traces and metrics to a receiver of OTLP, over gRPC or HTTP. */
public final class OpenTelemetrySinkFactory implements SinkFactory {
    /** As in {@code OTEL_EXPORTER_OTLP_PROTOCOL}. */
    private enum Protocol {
        GRPC("grpc"),
        HTTP("http/protobuf");

        private final String word;

        Protocol(String word) {
            this.word = word;
        }

        static Protocol of(String word) throws ConfigType.BadValue {
            for (Protocol protocol : values()) {
                if (protocol.word.equals(word)) {
                    return protocol;
                }
            }
            throw new ConfigType.BadValue(word);
        }
    }

    private enum Compression {
        GZIP,
        NONE
    }

    private static final Path NONE = Path.of("");

    private record Label(String name, String value) {
        static Label parse(String text) throws ConfigType.BadValue {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new ConfigType.BadValue(text);
            }
            return new Label(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    private static final ConfigKey<URI> ENDPOINT = ConfigKey.required(
            "endpoint",
            ConfigType.text(
                    "where a receiver of OTLP listens, such as \"http://127.0.0.1:4317\" (gRPC) or"
                            + " \"https://collector.example:4318\" (HTTP)",
                    OpenTelemetrySinkFactory::endpoint),
            "Where a receiver of OTLP listens; over HTTP, /v1/traces and /v1/metrics are put behind it.");

    private static final ConfigKey<Protocol> PROTOCOL = key(
            "protocol", ConfigType.text("\"grpc\" or \"http/protobuf\"", Protocol::of), "grpc", "How to speak to it.");

    private static final ConfigKey<List<Header>> HEADERS = key(
            "headers",
            ConfigType.texts(Header.EXPECTED, Header::parse),
            "",
            "Headers for each request, such as a token.");

    private static final ConfigKey<Compression> COMPRESSION =
            key("compression", ConfigType.oneOf(Compression.class), "gzip", "Of requests.");

    private static final ConfigKey<Path> CA = key(
            "ca_certificate",
            ConfigType.text(
                    "the absolute path of a file with PEM certificates, or \"\"", OpenTelemetrySinkFactory::path),
            "",
            "Whom to trust instead of the JVM's own authorities.");

    private static final ConfigKey<Boolean> TRACES = key("traces", ConfigType.bool(), "true", "Whether to send spans.");

    private static final ConfigKey<Boolean> METRICS =
            key("metrics", ConfigType.bool(), "true", "Whether to send counts, failures and durations.");

    private static final ConfigKey<Detail> DETAIL = key(
            "detail",
            ConfigType.oneOf(Detail.class),
            "process",
            "The spans of a command that no rule fits: none, its own, its processes', or its regions' too.");

    private static final ConfigKey<List<Rule>> RULES =
            key("rules", ConfigType.texts(Rule.EXPECTED, Rule::parse), "", "Details by repository, command and mode.");

    private static final ConfigKey<List<Nickname>> NICKNAMES = key(
            "nicknames",
            ConfigType.texts(Nickname.EXPECTED, Nickname::parse),
            "",
            "What repositories are called, instead of their paths.");

    private static final ConfigKey<Boolean> HOST_NAME =
            key("host_name", ConfigType.bool(), "false", "Whether to say on which host.");

    private static final ConfigKey<Boolean> USER_NAME =
            key("user_name", ConfigType.bool(), "false", "Whether to say for which user.");

    private static final ConfigKey<List<Label>> RESOURCE = key(
            "resource",
            ConfigType.texts("an array of NAME=VALUE, such as [\"deployment.environment.name=ci\"]", Label::parse),
            "",
            "Further attributes of the resource.");

    private static <T> ConfigKey<T> key(String name, ConfigType<T> type, String preset, String meaning) {
        return new ConfigKey<>(name, type, preset, false, meaning);
    }

    private static URI endpoint(String text) throws ConfigType.BadValue {
        try {
            URI uri = new URI(text);
            boolean known = uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null;
            if (known) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new ConfigType.BadValue(text + " (" + e.getReason() + ")");
        }
        throw new ConfigType.BadValue(text);
    }

    private static Path path(String text) throws ConfigType.BadValue {
        if (!text.isEmpty() && !text.startsWith("/")) {
            throw new ConfigType.BadValue(text);
        }
        return Path.of(text);
    }

    @Override
    public String type() {
        return "opentelemetry";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of(
                ENDPOINT,
                PROTOCOL,
                HEADERS,
                COMPRESSION,
                CA,
                TRACES,
                METRICS,
                DETAIL,
                RULES,
                NICKNAMES,
                HOST_NAME,
                USER_NAME,
                RESOURCE);
    }

    @Override
    public void check(SinkSettings settings) throws SinkException {
        if (!settings.get(TRACES) && !settings.get(METRICS)) {
            throw new SinkException(
                    "expected traces, metrics or both to be true, got neither: the sink would send nothing");
        }
        if (!settings.get(CA).equals(NONE) && settings.get(ENDPOINT).getScheme().equals("http")) {
            throw new SinkException("expected an https endpoint with ca_certificate, got " + settings.get(ENDPOINT));
        }
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException {
        URI endpoint = settings.get(ENDPOINT);
        List<Header> headers = settings.get(HEADERS);
        boolean gzip = settings.get(COMPRESSION) == Compression.GZIP;
        SSLContext tls = tls(settings.get(CA));
        Transport transport = switch (settings.get(PROTOCOL)) {
            case GRPC -> new GrpcTransport(endpoint, headers, gzip, tls);
            case HTTP -> new HttpTransport(endpoint, headers, gzip, tls);
        };
        return new OpenTelemetrySink(
                transport,
                resource(settings),
                rules(settings),
                settings.get(TRACES),
                settings.get(METRICS),
                settings.deliveryTimeout(),
                settings.traces());
    }

    @Override
    public List<String> explain(SinkSettings settings, CommandRecord command) {
        return rules(settings).explain(command);
    }

    private static Rules rules(SinkSettings settings) {
        return new Rules(settings.get(NICKNAMES), settings.get(RULES), settings.get(DETAIL));
    }

    private static Resource resource(SinkSettings settings) throws SinkException {
        Attributes attributes = new Attributes()
                .put("service.name", "git")
                .put("service.instance.id", settings.installation())
                .put("os.type", "linux");
        if (settings.get(HOST_NAME)) {
            attributes.put("host.name", hostName());
        }
        if (settings.get(USER_NAME)) {
            attributes.put("user.name", System.getProperty("user.name"));
        }
        settings.get(RESOURCE).forEach(label -> attributes.put(label.name(), label.value()));
        return Resource.newBuilder().addAllAttributes(attributes.list()).build();
    }

    /** The kernel's own, which needs no name server. */
    private static String hostName() throws SinkException {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new SinkException("the host's name cannot be read (" + e + "); leave host_name out", e);
        }
    }

    private static @Nullable SSLContext tls(Path certificates) throws SinkException {
        if (certificates.equals(NONE)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(certificates)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new SinkException(
                    "expected PEM certificates in ca_certificate, " + certificates + " cannot be read: " + e, e);
        }
    }
}
