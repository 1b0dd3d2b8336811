namespace Drydock.Clients.Snapshots;

/// <summary>The objects of a database, read by the same queries as for a dump: what they cannot read fails here before
/// the downtime, not in it.</summary>
/// <param name="Name">The database.</param>
/// <param name="Tables">Base tables.</param>
/// <param name="Views">Views.</param>
/// <param name="Routines">Procedures and functions.</param>
/// <param name="Triggers">Triggers.</param>
/// <param name="Events">Events.</param>
/// <param name="AbsentLists">Views of information_schema that the server does not have, for instance <c>EVENTS</c>: it
/// has no such objects.</param>
public sealed record DatabaseObjects(
    string Name,
    int Tables,
    int Views,
    int Routines,
    int Triggers,
    int Events,
    IReadOnlyList<string> AbsentLists)
{
    /// <summary>Why the server could not load a dump by the tool, for tools of which that is so.</summary>
    public IReadOnlyDictionary<DumpToolKind, string> Refusals { get; private init; } =
        new Dictionary<DumpToolKind, string>();

    /// <summary>Reads a database; null if there is none of that name. Changes nothing.</summary>
    /// <exception cref="MySqlSessionException">The server refuses a query.</exception>
    public static async Task<DatabaseObjects?> ReadAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var reader = new CatalogueReader(session, "");
        if (await reader.ReadAsync(database, countRows: false, cancellationToken).ConfigureAwait(false) is not { } all)
        {
            return null;
        }

        var tables = await TableSelection.ReadAsync(session, database, "", cancellationToken).ConfigureAwait(false);
        return new DatabaseObjects(
            all.Name,
            all.Tables.Count,
            all.Views.Count,
            all.Routines.Count,
            all.Triggers.Count,
            all.Events.Count,
            [.. reader.Absent])
        {
            Refusals = Enum.GetValues<DumpToolKind>()
                .Select(tool => (Tool: tool, Text: tables.Refusal(database, session.Kind, tool)))
                .Where(static r => r.Text is not null)
                .ToDictionary(static r => r.Tool, static r => r.Text!),
        };
    }
}
