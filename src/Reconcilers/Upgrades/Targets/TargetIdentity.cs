namespace Drydock.Reconcilers.Upgrades;

/// <summary>The identity of a target, from which claims are named.</summary>
internal static class TargetIdentity
{
    /// <summary>The metadata server as it itself says, and the console's database on it.</summary>
    public static string Of(string serverIdentity, string rmDatabase) => $"{serverIdentity}/{rmDatabase}";

    /// <summary>The part that the server says of itself.</summary>
    public static string? ServerOf(string? target) =>
        target?.LastIndexOf('/') is { } end and > 0 ? target[..end] : null;
}
