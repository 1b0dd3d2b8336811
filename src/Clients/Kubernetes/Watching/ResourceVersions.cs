using System.Globalization;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>
/// Compares versions. Kubernetes long called them opaque; they are numbers that grow (KEP-5504 says so for good).
/// </summary>
internal static class ResourceVersions
{
    /// <summary>
    /// Whether <paramref name="version"/> is older than <paramref name="other"/>; false where one of them is not a
    /// number (then only order of arrival counts).
    /// </summary>
    public static bool IsOlder(string? version, string? other) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && ulong.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var right)
        && left < right;
}
