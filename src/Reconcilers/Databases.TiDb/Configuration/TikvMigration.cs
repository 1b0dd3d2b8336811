namespace Drydock.Reconcilers.Databases.TiDb;

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
/// <param name="Text">The whole file.</param>
/// <param name="Changes">The values that were set; empty if the file is unchanged.</param>
/// <param name="Remarks">Kept values with a new meaning, for the reader of the plan.</param>
internal sealed record MigratedConfiguration(
    string Text, IReadOnlyList<ConfigurationChange> Changes, IReadOnlyList<string> Remarks);

/// <summary>A value that the migration sets.</summary>
/// <param name="Path">Its keys, joined with dots.</param>
/// <param name="Before">The former value; null if there was none.</param>
/// <param name="After">The new value.</param>
/// <param name="Why">Why.</param>
internal sealed record ConfigurationChange(string Path, string? Before, string After, string Why)
{
    public override string ToString() => $"{Path}: {Before ?? "(not set)"} → {After} ({Why})";
}
