import java.io.FileInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Does Java, trusting one CA, accept a server under a given name? CA.pem, then PORT and NAME in pairs. */
public class Connect {
    public static void main(String[] arguments) throws Exception {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (InputStream file = new FileInputStream(arguments[0])) {
            roots.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        for (int index = 1; index < arguments.length; index += 2) {
            System.out.println(connect(context, Integer.parseInt(arguments[index]), arguments[index + 1]));
        }
    }

    static String connect(SSLContext context, int port, String name) {
        try (Socket plain = new Socket("127.0.0.1", port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return "accepted";
        } catch (Exception error) {
            StringBuilder chain = new StringBuilder("refused");
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                chain.append(": ").append(cause.getMessage());
            }
            return chain.toString().replace('\n', ' ');
        }
    }
}
