// The Java program of the page. A line that ends with `// completed` stands in the place of what the page leaves out or
// has wrong: imports, a class and `main` around it, the names `request` and `body`, the parentheses of statusCode, and
// what stands there as `... etc ...`, which here prints the fields. Everything else is the page's, to the letter.
import com.google.gson.Gson; // completed
import java.net.URI; // completed
import java.net.http.HttpClient; // completed
import java.net.http.HttpRequest; // completed
import java.net.http.HttpResponse; // completed

public class Page { // completed
public static void main(String[] arguments) throws Exception { // completed
String tenantId = "your-tenant-id";
String clientId = "your-client-id";
String clientSecret = "your-client-secret";
String resourceManagerUrl = "https://management.azure.com";

HttpRequest tokenAuthenticationRequest = tokenAuthenticationRequest(tenantId, clientId, clientSecret, resourceManagerUrl);

HttpClient client = HttpClient.newBuilder().build();
Gson gson = new Gson();
HttpRequest request = tokenAuthenticationRequest; // completed
HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
if (response.statusCode() == 200) // completed
{
     AuthenticationBody body = gson.fromJson(response.body(), AuthenticationBody.class); // completed

    System.out.println("access_token: " + body.access_token); // completed
    System.out.println("token_type: " + body.token_type); // completed
    System.out.println("expires_in: " + body.expires_in); // completed
    System.out.println("scope: " + body.scope); // completed
    System.out.println("refresh_token: " + body.refresh_token); // completed
    System.out.println("id_token: " + body.id_token); // completed
}
else System.out.println(response.statusCode() + " " + response.body()); // completed
} // completed

static HttpRequest tokenAuthenticationRequest(String tenantId, String clientId, String clientSecret, String resourceManagerUrl){
    String authUrl = String.format("https://login.microsoftonline.com/%s/oauth2/token", tenantId);
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
} // completed

class AuthenticationBody {
    String access_token;
    String token_type;
    int expires_in;
    String scope;
    String refresh_token;
    String id_token;
    
    AuthenticationBody() {}
}
