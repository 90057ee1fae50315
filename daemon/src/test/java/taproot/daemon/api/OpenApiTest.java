package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document that describes the interface, held against the endpoints there are. */
class OpenApiTest extends LoggedServerBase {
    @Test
    void theDocumentIsValid() throws Exception {
        SwaggerParseResult result = parsed();
        assertThat(result.getMessages()).isEmpty();
        assertThat(result.getOpenAPI().getOpenapi()).isEqualTo("3.1.0");
    }

    @Test
    void itDescribesEveryEndpointWithItsParametersAndNoOther() throws Exception {
        Set<String> described = new TreeSet<>();
        OpenAPI document = parsed().getOpenAPI();
        document.getPaths()
                .forEach((path, item) -> item.readOperationsMap()
                        .forEach((method, operation) ->
                                described.add(method + " " + path + " " + parameters(operation))));
        Set<String> there = Endpoints.ALL.stream()
                .map(endpoint -> endpoint.method() + " " + endpoint.path() + " " + new TreeSet<>(endpoint.parameters()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described).isEqualTo(there);
    }

    @Test
    void itIsServed() throws Exception {
        assertThat(Http.ask(socket, "GET /v1/openapi.json"))
                .startsWith("HTTP/1.1 200 OK")
                .endsWith(new String(OpenApiEndpoint.document(), StandardCharsets.UTF_8));
    }

    private static SwaggerParseResult parsed() throws Exception {
        ParseOptions options = new ParseOptions();
        options.setResolve(true);
        return new OpenAPIV3Parser()
                .readContents(new String(OpenApiEndpoint.document(), StandardCharsets.UTF_8), null, options);
    }

    private static Set<String> parameters(Operation operation) {
        List<Parameter> parameters = operation.getParameters();
        return parameters == null
                ? Set.of()
                : parameters.stream()
                        .filter(parameter -> parameter.get$ref() != null || "query".equals(parameter.getIn()))
                        .map(OpenApiTest::name)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(Parameter parameter) {
        String ref = parameter.get$ref();
        return ref == null ? parameter.getName() : ref.substring(ref.lastIndexOf('/') + 1);
    }
}
