using Drydock.Clients.Safety;
using k8s.Autorest;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The client of the package for resources of any type and with any query, which its methods do not offer
/// for the core group. Errors have a type.</summary>
internal sealed class KubernetesApi(KubernetesClientConfiguration configuration, params DelegatingHandler[] handlers)
    : k8s.Kubernetes(configuration, handlers)
{
    /// <summary>The answer in pooled memory, which returns when it is disposed.</summary>
    public async Task<JsonDocument> ReadAsync(
        KubernetesRequest request, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(request, message, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        }
        catch (JsonException)
        {
            throw EntityJson.NoJson(request);
        }
    }

    public async Task<HttpResponseMessage> OpenAsync(
        KubernetesRequest request, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        message.RequestUri = new Uri(BaseUri, message.RequestUri!);
        message.Version = HttpVersion.Version20;
        message.Options.Set(KubernetesHandler.Verb, request.Verb);
        try
        {
            return await SendRequestRaw("", message, cancellationToken);
        }
        catch (HttpOperationException refused)
        {
            throw StatusErrors.From(request, (int)refused.Response.StatusCode, refused.Response.Content);
        }
        catch (HttpOutcomeException failure)
        {
            throw Translate(request, failure);
        }
    }

    public KubernetesException Translate(KubernetesRequest request, HttpOutcomeException failure) => failure switch
    {
        { Problem: HttpProblem.TooLong } => new KubernetesTooLargeException(request, failure.Message),
        { MayHaveRun: true } => new KubernetesOutcomeUnknownException(request, failure.Message, failure),
        _ => new KubernetesUnreachableException(request, $"{BaseUri}: {failure.Message}", failure),
    };
}
