using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Configuration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Builds the connection pool.</summary>
internal static class HttpHandlers
{
    /// <summary>
    /// HTTP/2 if the server offers it: one connection carries all watches, and its pings detect a half-open connection
    /// even when every watch is idle, which HTTP/1.1 cannot. Behind a proxy that speaks only 1.1, the idle limit of
    /// each watch does that.
    /// </summary>
    public static SocketsHttpHandler Create(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions options,
        Func<X509Certificate2?> clientCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            UseProxy = configuration.Proxy is not null || !configuration.Server.IsLoopback,
            SslOptions = TlsOptions(configuration, clientCertificate),
        };
        if (configuration.Proxy is not null)
        {
            handler.Proxy = new WebProxy(configuration.Proxy);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions TlsOptions(
        KubernetesClientConfiguration configuration, Func<X509Certificate2?> clientCertificate)
    {
        var tls = new SslClientAuthenticationOptions
        {
            // Called at each handshake, so that a certificate renewed by an exec plugin is used by the next connection.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => clientCertificate()!,
        };
        if (configuration.SkipTlsVerify)
        {
#pragma warning disable CA5359 // the user asked for it by insecure-skip-tls-verify
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (configuration.CertificateAuthorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return tls;
    }
}
