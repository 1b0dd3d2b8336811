namespace Drydock.Clients.Docker;

/// <summary>Negotiates the API version once: from the header of a ping, and from <c>/version</c> where that is not
/// enough.</summary>
internal sealed class VersionNegotiator(
    string endpoint, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) : IDisposable
{
    public const string Ping = "/_ping";

    /// <summary>The lowest this client speaks (Docker 20.10).</summary>
    public static readonly Version Lowest = new(1, 41);

    /// <summary>The highest this client speaks: of Docker 28.5, the newest with which it ran.</summary>
    public static readonly Version Highest = new(1, 51);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Version? _current;

    public static string SupportedRange => $"{Lowest}..{Highest}";

    /// <summary>Negotiates unless that has been done. If it fails, the request that needs the version has not been
    /// sent.</summary>
    /// <exception cref="DockerApiVersionException">There is no version in common.</exception>
    public async Task<Version> OfAsync(CancellationToken cancellationToken)
    {
        if (_current is { } known)
        {
            return known;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _current ??= await NegotiateAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Negotiate again at the next request.</summary>
    public void Forget() => _current = null;

    public void Dispose() => _one.Dispose();

    /// <summary>The version to speak with an engine that speaks from <paramref name="serverLowest"/> (null: not known)
    /// to <paramref name="serverHighest"/>.</summary>
    public static Version Choose(string endpoint, Version serverHighest, Version? serverLowest)
    {
        var server = serverLowest is null ? $"{serverHighest}" : $"{serverLowest}..{serverHighest}";
        return serverHighest < Lowest ? throw NotSpoken("Upgrade the engine to Docker 20.10 or later.")
            : serverLowest > Highest ? throw NotSpoken("Use a later release of this program.")
            : serverHighest < Highest ? serverHighest
            : Highest;

        DockerApiVersionException NotSpoken(string wayOut) => new(
            endpoint, $"Docker at {endpoint} speaks API {server}, this client {SupportedRange}. {wayOut}", server);
    }

    private async Task<Version> NegotiateAsync(CancellationToken cancellationToken)
    {
        DockerCall.Current = new DockerCall("negotiate the version");
        using var ping = await GetAsync(Ping, cancellationToken).ConfigureAwait(false);
        if (ping.Headers.TryGetValues("Api-Version", out var values)
            && Version.TryParse(values.First(), out var highest)
            && highest <= Highest)
        {
            return Choose(endpoint, highest, serverLowest: null);
        }

        using var version = await GetAsync("/version", cancellationToken).ConfigureAwait(false);
        var said = DockerJson.Object(
            await version.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        if (!Version.TryParse(said.Text("ApiVersion"), out highest))
        {
            throw new DockerApiVersionException(
                endpoint,
                $"Docker at {endpoint} does not say which API version it speaks. This client speaks "
                    + $"{SupportedRange}.",
                null);
        }

        return Choose(endpoint, highest, Version.TryParse(said.Text("MinAPIVersion"), out var lowest) ? lowest : null);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(DockerHandler.Root, path));
        return await send(request, cancellationToken).ConfigureAwait(false);
    }
}
