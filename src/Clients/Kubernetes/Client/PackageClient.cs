using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The client of the package, for requests that <see cref="IKubernetesClient"/> does not have: logs, and lists
/// of types without a model. It connects as <see cref="KubernetesClient"/> does: same check of the server's
/// certificate, same credentials, same proxy.</summary>
public static class PackageClient
{
    public static k8s.Kubernetes Create(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        return HttpSettings.Connect(
            configuration, options, new Requests(configuration.TokenProvider as IRenewableTokenProvider, options));
    }

    /// <summary>A 401 is answered before anything is carried out, so the same request is sent once more with fresh
    /// credentials. An object is read only up to the limit; a log is a stream.</summary>
    private sealed class Requests(IRenewableTokenProvider? tokens, KubernetesClientOptions options) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized && tokens is not null)
            {
                response.Dispose();
                await tokens.RenewAsync(cancellationToken);
                request.Headers.Authorization = await tokens.GetAuthenticationHeaderAsync(cancellationToken);
                response = await base.SendAsync(request, cancellationToken);
            }

            if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                await response.Content.LoadIntoBufferAsync(options.MaxAnswerBytes, cancellationToken);
            }

            return response;
        }
    }
}
