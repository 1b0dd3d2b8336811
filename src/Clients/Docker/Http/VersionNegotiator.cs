using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker.Http;

/// <summary>
/// Agrees once on the API version: from the ping's header, and from <c>/version</c> where that is not enough.
/// </summary>
internal sealed class VersionNegotiator(DockerHttp http) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private ApiVersion? _current;

    /// <summary>The agreed version.</summary>
    public ApiVersion Current => _current ?? ApiVersion.Highest;

    /// <summary>
    /// Agrees unless that has been done. Whatever fails here, the request that wanted it has not been sent.
    /// </summary>
    /// <param name="repeat">Whether transient failures are tried again here.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DockerApiVersionException">There is no version in common.</exception>
    public async Task EnsureAsync(bool repeat, CancellationToken cancellationToken)
    {
        if (_current is not null)
        {
            return;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _current ??= repeat
                ? await http.RepeatAsync(NegotiateAsync, cancellationToken).ConfigureAwait(false)
                : await NegotiateAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Agree again at the next request.</summary>
    public void Forget() => _current = null;

    public void Dispose() => _one.Dispose();

    private async Task<ApiVersion> NegotiateAsync(CancellationToken cancellationToken)
    {
        using var ping = await http.SendShortAsync(DockerCall.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
        if (ApiVersion.TryParse(AnswerHeaders.First(ping, "Api-Version"), out var highest) && highest <= ApiVersion.Highest)
        {
            return ApiVersion.Choose(http.EndpointName, highest, serverLowest: null);
        }

        var version = await http.JsonAsync(DockerCall.Get("/version", "get version"), DockerJson.Default.VersionResponse, versioned: false, cancellationToken).ConfigureAwait(false);
        if (!ApiVersion.TryParse(version.APIVersion, out highest))
        {
            throw new DockerApiVersionException(
                http.EndpointName, $"the engine at {http.EndpointName} does not say which API it speaks; this client speaks {ApiVersion.SupportedRange}", null, ApiVersion.SupportedRange);
        }

        ApiVersion? lowest = ApiVersion.TryParse(version.MinAPIVersion, out var parsed) ? parsed : null;
        return ApiVersion.Choose(http.EndpointName, highest, lowest);
    }
}
