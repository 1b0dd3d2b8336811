using k8s;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Settings of the package's HTTP client that its configuration does not offer.</summary>
internal static class HttpSettings
{
    /// <summary>HTTP/2 if the server offers it: one connection carries all watches, and its pings detect a half-open
    /// connection even when every watch is idle, which HTTP/1.1 cannot. Behind a proxy that speaks only 1.1, the idle
    /// limit of each watch does that.</summary>
    public static KubernetesApi Connect(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions options,
        params DelegatingHandler[] handlers)
    {
        var fromConfiguration = configuration.FirstMessageHandlerSetup;
        SocketsHttpHandler? connections = null;
        configuration.UserAgent = options.UserAgent;
        configuration.FirstMessageHandlerSetup = handler =>
        {
            connections = handler;
            handler.ConnectTimeout = options.ConnectTimeout;
            handler.KeepAlivePingDelay = options.PingDelay;
            handler.KeepAlivePingTimeout = options.PingTimeout;
            handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90);
            handler.AllowAutoRedirect = false;
            handler.UseCookies = false;
            handler.AutomaticDecompression = DecompressionMethods.GZip;
            fromConfiguration?.Invoke(handler);
            handler.UseProxy = handler.Proxy is not null || !new Uri(configuration.Host).IsLoopback;
        };
        try
        {
            var kubernetes = new KubernetesApi(configuration, handlers);
            Secure(connections!, configuration);
            return kubernetes;
        }
        finally
        {
            configuration.FirstMessageHandlerSetup = fromConfiguration;
        }
    }

    private static void Secure(SocketsHttpHandler connections, KubernetesClientConfiguration configuration)
    {
        if (configuration.TokenProvider is ExecPlugin plugin)
        {
            // Called at each handshake, so that a renewed certificate is used by the next connection.
            connections.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => plugin.ClientCertificate!;
        }

        if (!configuration.SkipTlsVerify && configuration.SslCaCerts is { } authorities)
        {
            // The package's check ignores a wrong server name if the authority is not one of the system's, and trusts
            // the system's authorities in addition to those of the kubeconfig.
            connections.SslOptions.RemoteCertificateValidationCallback = null;
            connections.SslOptions.CertificateChainPolicy = ChainPolicies.TrustOnly(authorities);
        }
    }
}
