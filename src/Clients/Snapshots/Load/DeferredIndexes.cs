using System.Globalization;
using System.Text.RegularExpressions;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Drops the plain secondary indexes of large, still empty tables and recreates them after the rows are loaded: one
/// sorted build instead of one insertion per row. Only if this was verified on the empty table to give exactly the same
/// definition, and if no foreign key needs the indexes.
/// </summary>
internal sealed partial class DeferredIndexes
{
    private const long LargeTableRows = 20_000;

    // 1553: needed by a foreign key; 1075: by AUTO_INCREMENT; 1091: not there under that name; 1142, 1044: no privilege
    // to alter. In these cases all indexes stay.
    private static readonly int[] NotAllowed = [1553, 1075, 1091, 1142, 1044];

    private readonly DatabaseLoad _load;
    private readonly LoadSession _session;
    private readonly List<string> _putBack = [];

    private DeferredIndexes(DatabaseLoad load, LoadSession session)
    {
        _load = load;
        _session = session;
    }

    internal static async Task<DeferredIndexes> TakeOffAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var deferred = new DeferredIndexes(load, session);
        foreach (var table in load.Database.Tables.Where(static t => t.Rows >= LargeTableRows))
        {
            await deferred.TakeOffAsync(
                $"{MySqlIdentifier.Quote(load.Target)}.{MySqlIdentifier.Quote(table.Name)}",
                cancellationToken).ConfigureAwait(false);
        }

        return deferred;
    }

    /// <summary>Recreates the indexes, several tables in parallel.</summary>
    internal async Task RecreateAsync(CancellationToken cancellationToken)
    {
        var parallel = Math.Clamp(Math.Min(Environment.ProcessorCount, _load.Request.Threads), 1, 4);
        await Parallel.ForEachAsync(
            _putBack,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (sql, token) =>
            {
                await using var worker = await LoadSession.OpenAsync(
                    _load.Location, _load.Request.Connection, _load.Target, token).ConfigureAwait(false);
                if (worker.HasLocks)
                {
                    await worker.ExecuteAsync(
                        $"DO GET_LOCK(CONCAT('{SessionMarker.LoaderLock(_load.Location.Id, _load.Key)}', "
                            + "CONNECTION_ID()), 0)",
                        token).ConfigureAwait(false);
                }

                // The marker is set before the check: a successor that takes the lock after the check finds the marker
                // and ends this session.
                await worker.RequireLeadAsync(_session, token).ConfigureAwait(false);
                await worker.ExecuteAsync(sql, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>
    /// The plain secondary indexes of a definition as SHOW CREATE TABLE has it; none if it has other kinds, or foreign
    /// keys that might need them.
    /// </summary>
    internal static IReadOnlyList<(string Name, string Definition)> PlainKeys(string definition)
    {
        if (OtherKeys().IsMatch(definition) || !definition.Contains("ENGINE=InnoDB", StringComparison.Ordinal))
        {
            return [];
        }

        return [.. PlainKey().Matches(definition).Select(static m => (m.Groups["name"].Value, m.Groups["all"].Value))];
    }

    private async Task TakeOffAsync(string table, CancellationToken cancellationToken)
    {
        var before = await DefinitionAsync(table, cancellationToken).ConfigureAwait(false);
        var keys = PlainKeys(before);
        if (keys.Count == 0)
        {
            return;
        }

        var takeOff = $"ALTER TABLE {table} {string.Join(", ", keys.Select(static k => $"DROP KEY {k.Name}"))}";
        var putBack = $"ALTER TABLE {table} {string.Join(", ", keys.Select(static k => $"ADD {k.Definition}"))}";
        if (!await TryAsync(takeOff, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await _session.ExecuteAsync(putBack, cancellationToken).ConfigureAwait(false);
        if (await DefinitionAsync(table, cancellationToken).ConfigureAwait(false) == before)
        {
            await _session.ExecuteAsync(takeOff, cancellationToken).ConfigureAwait(false);
            _putBack.Add(putBack);
        }
    }

    private async Task<bool> TryAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await _session.ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SnapshotException e) when (e.InnerException is MySqlException { Number: var number }
            && NotAllowed.Contains(number))
        {
            return false;
        }
    }

    private Task<string> DefinitionAsync(string table, CancellationToken cancellationToken) =>
        _session.AskAsync(async connection =>
    {
        await using var command = new MySqlCommand($"SHOW CREATE TABLE {table}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? reader.GetString(1)
            : throw new SnapshotException(
                SnapshotFailure.CatalogueMismatch,
                string.Create(CultureInfo.InvariantCulture, $"Table {table} was just created and does not exist."));
    });

    [GeneratedRegex(
        @"^  (?<all>KEY (?<name>`(?:[^`\n]|``)+`) \(.*\)[^\n]*?),?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000)]
    private static partial Regex PlainKey();

    [GeneratedRegex(
        @"^  (FULLTEXT|SPATIAL|VECTOR) |^  CONSTRAINT .* FOREIGN KEY|^  KEY .* USING HASH"
            + "|WITHOUT OVERLAPS|SYSTEM VERSIONING",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000)]
    private static partial Regex OtherKeys();
}
