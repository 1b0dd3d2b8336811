using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Drydock.Clients.Docker;

/// <summary>Negotiates the API version once: from the header of a ping, and from <c>/version</c> where that is not
/// enough.</summary>
internal sealed class VersionNegotiator(DockerHttp http) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private ApiVersion? _current;

    public ApiVersion Current => _current ?? ApiVersion.Highest;

    /// <summary>Negotiates unless that has been done. If it fails, the request that needs the version has not been
    /// sent.</summary>
    /// <exception cref="DockerApiVersionException">There is no version in common.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_current is not null)
        {
            return;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _current ??= await NegotiateAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Negotiate again at the next request.</summary>
    public void Forget() => _current = null;

    public void Dispose() => _one.Dispose();

    private async Task<ApiVersion> NegotiateAsync(CancellationToken cancellationToken)
    {
        using var ping = await http.SendShortAsync(
            DockerRequest.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
        if (ApiVersion.TryParse(ResponseHeaders.First(ping, "Api-Version"), out var highest)
            && highest <= ApiVersion.Highest)
        {
            return ApiVersion.Choose(http.EndpointName, highest, serverLowest: null);
        }

        var version = await http.JsonAsync(
            DockerRequest.Get("/version", "read the version"),
            DockerJson.Default.VersionResponse,
            versioned: false,
            cancellationToken).ConfigureAwait(false);
        if (!ApiVersion.TryParse(version.APIVersion, out highest))
        {
            throw new DockerApiVersionException(
                http.EndpointName, $"Docker at {http.EndpointName} does not say which API version it speaks. "
                    + $"This client speaks {ApiVersion.SupportedRange}.", null);
        }

        ApiVersion? lowest = ApiVersion.TryParse(version.MinAPIVersion, out var parsed) ? parsed : null;
        return ApiVersion.Choose(http.EndpointName, highest, lowest);
    }
}

/// <summary>A version of the Engine API, such as 1.41.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The lowest this client speaks (Docker 17.12): exec with a working directory came with it.</summary>
    public static readonly ApiVersion Lowest = new(1, 35);

    /// <summary>The highest this client speaks (Docker 27).</summary>
    public static readonly ApiVersion Highest = new(1, 47);

    public static string SupportedRange => $"{Lowest}..{Highest}";

    public static bool TryParse([NotNullWhen(true)] string? text, out ApiVersion version)
    {
        version = default;
        var parts = (text ?? "").Trim().Split('.');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return false;
        }

        version = new ApiVersion(major, minor);
        return true;
    }

    /// <summary>The version to speak with an engine that speaks from <paramref name="serverLowest"/> (null: not known)
    /// to <paramref name="serverHighest"/>.</summary>
    public static ApiVersion Choose(string endpoint, ApiVersion serverHighest, ApiVersion? serverLowest)
    {
        if (serverHighest < Lowest)
        {
            throw new DockerApiVersionException(
                endpoint,
                $"Docker at {endpoint} speaks API {Server(serverHighest, serverLowest)}, this client {SupportedRange}. "
                    + "Upgrade the engine to Docker 17.12 or later.",
                Server(serverHighest, serverLowest));
        }

        if (serverLowest > Highest)
        {
            throw new DockerApiVersionException(
                endpoint,
                $"Docker at {endpoint} speaks API {Server(serverHighest, serverLowest)}, this client {SupportedRange}. "
                    + "Use a later release of this program.",
                Server(serverHighest, serverLowest));
        }

        return serverHighest < Highest ? serverHighest : Highest;
    }

    public static bool operator <(ApiVersion a, ApiVersion b) => a.CompareTo(b) < 0;

    public static bool operator >(ApiVersion a, ApiVersion b) => a.CompareTo(b) > 0;

    public static bool operator <=(ApiVersion a, ApiVersion b) => a.CompareTo(b) <= 0;

    public static bool operator >=(ApiVersion a, ApiVersion b) => a.CompareTo(b) >= 0;

    public int CompareTo(ApiVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static string Server(ApiVersion highest, ApiVersion? lowest) =>
        lowest is null ? highest.ToString() : $"{lowest}..{highest}";
}
