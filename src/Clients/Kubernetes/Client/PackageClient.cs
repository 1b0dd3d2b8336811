using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The client of the package, for requests that <see cref="IKubernetesClient"/> does not have: logs, the
/// election's Lease, and lists of types without a model. It connects as <see cref="KubernetesClient"/> does: same check
/// of the server's certificate, same credentials, same proxy.</summary>
public static class PackageClient
{
    public static k8s.Kubernetes Create(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        return HttpSettings.Connect(
            configuration,
            options,
            new KubernetesHandler(configuration, TimeProvider.System),
            new ObjectLimit(options.MaxAnswerBytes));
    }

    /// <summary>Reads an object only up to the limit; a log is a stream.</summary>
    private sealed class ObjectLimit(int bytes) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                await response.Content.LoadIntoBufferAsync(bytes, cancellationToken);
            }

            return response;
        }
    }
}
