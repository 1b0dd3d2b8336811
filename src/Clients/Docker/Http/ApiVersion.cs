using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Drydock.Clients.Docker.Http;

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

    /// <summary>
    /// The version to speak with an engine that speaks from <paramref name="serverLowest"/> (null: not known) to
    /// <paramref name="serverHighest"/>.
    /// </summary>
    /// <exception cref="DockerApiVersionException">There is none.</exception>
    public static ApiVersion Choose(string endpoint, ApiVersion serverHighest, ApiVersion? serverLowest)
    {
        if (serverHighest < Lowest)
        {
            throw new DockerApiVersionException(
                endpoint,
                $"the engine at {endpoint} speaks API {Server(serverHighest, serverLowest)}, this client {SupportedRange}: upgrade the engine (Docker 17.12 or later)",
                Server(serverHighest, serverLowest),
                SupportedRange);
        }

        if (serverLowest > Highest)
        {
            throw new DockerApiVersionException(
                endpoint,
                $"the engine at {endpoint} speaks API {Server(serverHighest, serverLowest)}, this client {SupportedRange}: use a later release of this program",
                Server(serverHighest, serverLowest),
                SupportedRange);
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
