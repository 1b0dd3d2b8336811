namespace Drydock.Lab.Oms;

/// <summary>
/// The end state of a scenario without values that may differ between two good runs (times, ids, connection numbers,
/// names of databases). Two upgrades with the same end are equal in <see cref="ToString"/>, and a diff of the two texts
/// shows the differences.
/// </summary>
/// <param name="Nodes">The nodes in the scenario's order.</param>
/// <param name="HaConfig">The text of ha.config; null if the row is absent.</param>
/// <param name="SchemaVersion">The version in the schema: the old one before docker_init.sh, the new one after.</param>
/// <param name="Schemas">By role (<c>rm</c>, <c>cm</c>, <c>hb/REGION</c>): SHA-256 of the catalogue (collation, tables,
/// columns, indexes, keys, views, triggers, routines, events).</param>
/// <param name="Data">By <c>role.table</c>: row count and checksum, without heartbeats, stores, writers and the
/// damage.</param>
/// <param name="Projects">All projects. Sync projects come from the table that holds them in this version.</param>
/// <param name="Stores">Stores and writers counted by status.</param>
/// <param name="Hosts">host_status by address.</param>
/// <param name="Damage">Punishments that are still visible in the databases or on the store mounts. Empty if nothing is
/// damaged.</param>
public sealed record OmsState(
    IReadOnlyList<OmsNodeState> Nodes, string? HaConfig, string SchemaVersion,
    IReadOnlyDictionary<string, string> Schemas, IReadOnlyDictionary<string, string> Data,
    IReadOnlyList<OmsProjectState> Projects, IReadOnlyDictionary<string, int> Stores,
    IReadOnlyDictionary<string, string> Hosts, IReadOnlyList<string> Damage)
{
    /// <summary>The lines of <see cref="Schemas"/>, to show differences.</summary>
    public IReadOnlyDictionary<string, string> Catalogues { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);

    /// <summary>
    /// The content of the databases without ha.config and without values that change while OMS runs. It is equal before
    /// T1 and after any rollback.
    /// </summary>
    public string DatabaseText()
    {
        var text = new StringBuilder();
        Databases(line => text.Append(line).Append('\n'));
        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');
        foreach (var node in Nodes)
        {
            Line($"node {node.Name}");
            foreach (var x in node.Containers)
            {
                Line($"  container {x}");
            }
        }

        Line($"ha.config {HaConfig ?? "absent"}");
        Databases(Line);
        foreach (var x in Stores.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            Line($"{x.Key} {x.Value}");
        }

        foreach (var x in Hosts.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            Line($"host {x.Key} {x.Value}");
        }

        foreach (var x in Damage)
        {
            Line($"DAMAGE {x}");
        }

        return text.ToString();
    }

    private void Databases(Action<string> line)
    {
        line($"schema version {SchemaVersion}");
        foreach (var x in Schemas.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            line($"schema {x.Key} {x.Value}");
        }

        foreach (var x in Data.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            line($"data {x.Key} {x.Value}");
        }

        foreach (var x in Projects)
        {
            line($"project {x}");
        }
    }
}
