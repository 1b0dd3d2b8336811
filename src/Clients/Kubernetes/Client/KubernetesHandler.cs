using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What each attempt of a request needs: the name for TLS, new credentials when the server refuses them,
/// metrics.</summary>
internal sealed class KubernetesHandler(
    KubernetesClientConfiguration configuration, TimeProvider time, string? actsAs = null)
    : DelegatingHandler
{
    private const string ActsAs = "Impersonate-User";

    public static readonly HttpRequestOptionsKey<string> Verb = new("drydock.verb");
    private static readonly TimeSpan ServerTimeLasts = TimeSpan.FromMinutes(5);
    private volatile Answer? _dated;

    public DateTimeOffset? ServerTime =>
        _dated is { } answer && time.GetElapsedTime(answer.At) is var since && since <= ServerTimeLasts
            ? answer.Date + since
            : null;

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

        if (actsAs is not null)
        {
            request.Headers.Remove(ActsAs);
            request.Headers.Add(ActsAs, actsAs);
        }

        try
        {
            var response = await AuthorizedAsync(request, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            _dated = response.Headers.Date is { } date ? new Answer(date, time.GetTimestamp()) : _dated;
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

    private sealed record Answer(DateTimeOffset Date, long At);
}
