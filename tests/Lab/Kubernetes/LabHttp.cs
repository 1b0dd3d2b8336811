using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab;

/// <summary>HTTP clients for the lab's own servers.</summary>
internal static class LabHttp
{
    /// <summary>
    /// A client that trusts only the run's authority and sends a bearer token and a client certificate if given.
    /// </summary>
    public static HttpClient Create(
        LabCertificateAuthority authority,
        string baseAddress,
        string? token = null,
        X509Certificate2? clientCertificate = null)
    {
        var client = new HttpClient(CreateHandler(authority.PublicCertificate, clientCertificate))
        {
            BaseAddress = new Uri(baseAddress)
        };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>A handler that trusts one authority only and uses no proxy.</summary>
    public static SocketsHttpHandler CreateHandler(X509Certificate2 authority, X509Certificate2? clientCertificate) =>
        new()
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = CreateSslOptions(authority, clientCertificate),
        };

    /// <summary>TLS options for a server of the lab: HTTP/1.1, one authority, a client certificate if given.</summary>
    public static SslClientAuthenticationOptions CreateSslOptions(
        X509Certificate2 authority, X509Certificate2? clientCertificate)
    {
        var options = new SslClientAuthenticationOptions
        {
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            CertificateChainPolicy = TrustOnly(authority),
        };
        if (clientCertificate is not null)
        {
            options.ClientCertificates = [clientCertificate];
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => clientCertificate;
        }

        return options;
    }

    /// <summary>Trust in one authority and no other.</summary>
    public static X509ChainPolicy TrustOnly(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustStore = { authority },
    };
}
