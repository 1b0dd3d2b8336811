namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The name of a TiDB cluster in claims.</summary>
internal static class TargetIdentities
{
    public static string Of(ulong clusterId) => string.Create(CultureInfo.InvariantCulture, $"tidb:{clusterId}");
}
