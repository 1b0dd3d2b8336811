using System.Globalization;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What a TiDB cluster is called by whoever claims it.</summary>
internal static class TargetIdentities
{
    /// <summary>By PD's cluster id.</summary>
    public static string Of(ulong clusterId) => string.Create(CultureInfo.InvariantCulture, $"tidb:{clusterId}");
}
