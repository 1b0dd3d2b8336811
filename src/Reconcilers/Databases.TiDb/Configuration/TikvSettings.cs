using System.Net;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the migration of a TiKV's file is to set, where the file does not have it already
/// (docs/research/tidb.md#configuration).</summary>
/// <param name="Capacity">storage.block-cache.capacity, as TiKV writes sizes.</param>
/// <param name="Concurrency">readpool.coprocessor.*-concurrency; null leaves the program's own default.</param>
/// <param name="StatusAddress">server.status-addr.</param>
/// <param name="HibernateRegions">raftstore.hibernate-regions.</param>
internal sealed record TikvSettings(string Capacity, int? Concurrency, string StatusAddress, bool HibernateRegions)
{
    private const long Megabyte = 1024 * 1024;
    private const long Gigabyte = 1024 * Megabyte;

    /// <summary>Capacity = MEM_TOTAL × 0.5 / instances on the host; with several instances on it, instances ×
    /// concurrency = CPUs × 0.8 (docs/research/tidb.md#configuration). A single instance needs no concurrency: TiKV
    /// takes CPUs × 0.8 itself.</summary>
    /// <param name="memory">Memory of its host, bytes.</param>
    public static TikvSettings Of(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, long memory, int cpus)
    {
        var configuration = (spec.Tidb ?? new TiDbSpec()).Configuration;
        var instances = spec.Instances.Count(i => i.Component == DatabaseComponent.TiKV && i.Host == instance.Host);

        // TiKV parses the address of its status port and resolves no name.
        var address = IPAddress.TryParse(instance.Host, out _)
            ? spec.Status(instance).ToString()
            : string.Create(CultureInfo.InvariantCulture, $"0.0.0.0:{spec.Status(instance).Port}");
        return new TikvSettings(
            configuration.BlockCacheCapacity ?? Size(memory / 2 / instances),
            instances > 1 ? Math.Max(1, (int)(cpus * 0.8 / instances)) : null,
            address,
            configuration.HibernateRegions);
    }

    public static string Size(long bytes)
    {
        var megabytes = Math.Max(1, bytes / Megabyte);
        return megabytes * Megabyte % Gigabyte == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{megabytes * Megabyte / Gigabyte}GB")
            : string.Create(CultureInfo.InvariantCulture, $"{megabytes}MB");
    }
}
