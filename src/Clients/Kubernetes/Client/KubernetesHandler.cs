using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What each attempt of a request needs: the name for TLS, new credentials when the server refuses them,
/// metrics.</summary>
internal sealed class KubernetesHandler(KubernetesClientConfiguration configuration, TimeProvider time)
    : DelegatingHandler
{
    public static readonly HttpRequestOptionsKey<string> Verb = new("drydock.verb");
    private volatile object? _serverAhead;

    public TimeSpan? ServerAhead => (TimeSpan?)_serverAhead;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var code = "error";
        if (!string.IsNullOrEmpty(configuration.TlsServerName))
        {
            // The name that TLS asks for and verifies follows the Host header.
            request.Headers.Host = configuration.TlsServerName;
        }

        try
        {
            var response = await AuthorizedAsync(request, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            _serverAhead = response.Headers.Date is { } date ? date - time.GetUtcNow() : _serverAhead;
            return response;
        }
        finally
        {
            var verb = request.Options.TryGetValue(Verb, out var named)
                ? named
                : request.Method.Method.ToLowerInvariant();
            var host = KubernetesMetrics.Tag("host", request.RequestUri!.Authority);
            KubernetesMetrics.Requests.Add(
                1, KubernetesMetrics.Tag("code", code), KubernetesMetrics.Tag("method", verb), host);
            KubernetesMetrics.RequestSeconds.Record(
                time.GetElapsedTime(started).TotalSeconds, KubernetesMetrics.Tag("verb", verb), host);
        }
    }

    /// <summary>A 401 is answered before anything is carried out, so the same request may be sent once more with fresh
    /// credentials.</summary>
    private async Task<HttpResponseMessage> AuthorizedAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        if (configuration.TokenProvider is IRenewableTokenProvider renewable)
        {
            await renewable.RenewAsync(cancellationToken);
        }

        if (configuration.TokenProvider is { } provider)
        {
            request.Headers.Authorization = await provider.GetAuthenticationHeaderAsync(cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
