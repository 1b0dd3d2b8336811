namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a target is, by which claims on it are named.</summary>
internal static class TargetIdentity
{
    /// <summary>The metadata server as it itself says, and the console's database on it.</summary>
    public static string Of(string serverIdentity, string rmDatabase) => $"{serverIdentity}/{rmDatabase}";
}
