import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Java program of the page: a plain POST without a Content-Type, the secret not URL-encoded.
 * tokenAuthenticationRequest and AuthenticationBody are the page's but for the authority, which is
 * an argument; around them stands what the page leaves out.
 */
public class Token {
    static HttpRequest tokenAuthenticationRequest(String authority, String tenantId, String clientId, String clientSecret, String resourceManagerUrl) {
        String authUrl = String.format("%s/%s/oauth2/token", authority, tenantId);
        String clientIdParam = String.format("client_id=%s", clientId);
        String resourceParam = String.format("resource=%s", resourceManagerUrl);
        String clientSecretParam = String.format("client_secret=%s", clientSecret);

        String bodyString = String.format("grant_type=client_credentials&%s&%s&%s", clientIdParam, resourceParam, clientSecretParam);

        HttpRequest request = HttpRequest.newBuilder()
                .uri(URI.create(authUrl))
                .POST(HttpRequest.BodyPublishers.ofString(bodyString))
                .build();
        return request;
    }

    static class AuthenticationBody {
        String access_token;
        String token_type;
        int expires_in;
        String scope;
        String refresh_token;
        String id_token;

        AuthenticationBody() {}
    }

    public static void main(String[] arguments) throws Exception {
        Gson gson = new Gson();
        JsonObject scene = gson.fromJson(Files.readString(Path.of(arguments[0])), JsonObject.class);
        HttpClient client = HttpClient.newBuilder().build();
        for (JsonElement element : scene.getAsJsonArray("cases")) {
            JsonObject wanted = element.getAsJsonObject();
            JsonObject line = new JsonObject();
            line.add("case", wanted.get("name"));
            JsonArray tokens = new JsonArray();
            for (int time = 0; time < wanted.get("times").getAsInt(); time += 1) {
                HttpRequest request = tokenAuthenticationRequest(
                        scene.get("base").getAsString(),
                        wanted.get("tenant").getAsString(),
                        wanted.get("client_id").getAsString(),
                        wanted.get("client_secret").getAsString(),
                        wanted.get("resource").getAsString());
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    AuthenticationBody body = gson.fromJson(response.body(), AuthenticationBody.class);
                    tokens.add(body.access_token);
                    line.addProperty("shown", body.token_type + " token for " + body.expires_in + " seconds");
                } else {
                    line.addProperty("shown", response.statusCode() + " " + response.body());
                }
            }
            line.add("unverified", tokens);
            System.out.println(gson.toJson(line));
        }
    }
}
