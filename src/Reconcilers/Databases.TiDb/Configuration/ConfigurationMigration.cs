using System.Net;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Migrates an instance's configuration file to the new version. Only TiKV's has to be changed from 2.1 to 3.0
/// (docs/research/tidb.md#configuration); PD's and TiDB's are unchanged and are checked by the new program.
/// Pure.</summary>
internal static class ConfigurationMigration
{
    /// <summary>Components whose programs can check a file (docs/research/tidb.md#tikv).</summary>
    public static IReadOnlyList<DatabaseComponent> Checked { get; } =
    [
        DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB,
    ];

    /// <summary>Migrates a file.</summary>
    /// <param name="settings">For TiKV; null leaves the file unchanged.</param>
    /// <exception cref="FormatException">The text is not TOML, or a value in it cannot be set.</exception>
    public static MigratedConfiguration Migrate(DatabaseComponent component, string text, TikvSettings? settings)
    {
        if (component == DatabaseComponent.TiKV && settings is not null)
        {
            return TikvMigration.Migrate(text, settings);
        }

        return new MigratedConfiguration(TomlText.Parse(text).Text, [], []);
    }

    /// <summary>Arguments by which a new program checks a file (PD's address is needed by TiKV's check only in
    /// form).</summary>
    public static IReadOnlyList<string> CheckArguments(DatabaseComponent component, string file, string pd) =>
        component switch
        {
            DatabaseComponent.TiKV => ["--pd-endpoints", pd, "--config", file, "--config-check"],
            _ => ["-config", file, "-config-check"],
        };
}

/// <summary>Migrates a tikv.toml from 2.1 to 3.0 (docs/research/tidb.md#configuration). Values in the file have
/// precedence over every rule, except raftstore.hibernate-regions, which the spec decides. Nothing is removed: 3.0
/// ignores settings that it no longer uses. Pure.</summary>
internal static class TikvMigration
{
    private static readonly string[] CacheSizes =
    [
        "rocksdb.defaultcf", "rocksdb.writecf", "rocksdb.lockcf", "raftdb.defaultcf",
    ];
    private static readonly string[] Levels = ["high", "normal", "low"];

    /// <summary>Migrates a file.</summary>
    /// <exception cref="FormatException">The text is not TOML, or a value in it cannot be set.</exception>
    public static MigratedConfiguration Migrate(string text, TikvSettings settings)
    {
        var toml = TomlText.Parse(text);
        var changes = new List<ConfigurationChange>();
        var remarks = new List<string>();

        if (toml.Find("storage.block-cache.capacity") is null && toml.Word("storage.block-cache.shared") != "false")
        {
            Set(
                "storage.block-cache.capacity",
                $"\"{settings.Capacity}\"",
                "one block cache for all column families, half of the host's memory divided by its TiKVs");
            var sizes = CacheSizes.Where(t => toml.Find($"{t}.block-cache-size") is not null)
                .Select(t => $"{t}.block-cache-size = {toml.Find($"{t}.block-cache-size")}")
                .ToList();
            if (sizes.Count > 0)
            {
                remarks.Add(
                    $"{string.Join(", ", sizes)} is kept and has no effect because of storage.block-cache.capacity");
            }
        }

        Concurrency();
        if (toml.Find("server.status-addr") is null)
        {
            Set("server.status-addr", $"\"{settings.StatusAddress}\"", "Prometheus pulls TiKV's metrics from there");
        }

        if (toml.Word("metric.address") is { Length: > 0 } pushes)
        {
            remarks.Add(
                $"metric.address = \"{pushes}\" is kept: TiKV continues to push its metrics to it, while the "
                + "monitoring of 3.0 pulls them from the status port");
        }

        if (toml.Word("raftstore.hibernate-regions") is var hibernates
            && (hibernates == "true") != settings.HibernateRegions
            && (hibernates is not null || settings.HibernateRegions))
        {
            Set(
                "raftstore.hibernate-regions",
                settings.HibernateRegions ? "true" : "false",
                settings.HibernateRegions
                    ? "asked for by spec.tidb.configuration.hibernateRegions; experimental in 3.0"
                    : "experimental in 3.0 and better switched on after the upgrade");
        }

        return new MigratedConfiguration(toml.Text, changes, remarks);

        void Concurrency()
        {
            if (Levels.Any(l => toml.Find($"readpool.coprocessor.{l}-concurrency") is not null))
            {
                return;
            }

            // A configured value is kept.
            var chosen = toml.Find("server.end-point-concurrency");
            if ((chosen ?? settings.Concurrency?.ToString(CultureInfo.InvariantCulture)) is not { } value)
            {
                return;
            }

            foreach (var level in Levels)
            {
                Set(
                    $"readpool.coprocessor.{level}-concurrency",
                    value,
                    chosen is null
                        ? "CPUs × 0.8 divided by the host's TiKVs"
                        : "takes the place of server.end-point-concurrency");
            }
        }

        void Set(string path, string value, string why)
        {
            changes.Add(new ConfigurationChange(path, toml.Find(path), value, why));
            toml = toml.With(path, value);
        }
    }
}

/// <summary>A configuration file carried to the new version.</summary>
/// <param name="Remarks">Kept values with a new meaning, for the reader of the plan.</param>
internal sealed record MigratedConfiguration(
    string Text, IReadOnlyList<ConfigurationChange> Changes, IReadOnlyList<string> Remarks);

/// <summary>A value that the migration sets.</summary>
/// <param name="Path">Its keys, joined with dots.</param>
internal sealed record ConfigurationChange(string Path, string? Before, string After, string Why)
{
    public override string ToString() => $"{Path}: {Before ?? "(not set)"} → {After} ({Why})";
}

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
            : $"0.0.0.0:{spec.Status(instance).Port}";
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
            ? $"{megabytes * Megabyte / Gigabyte}GB"
            : $"{megabytes}MB";
    }
}
