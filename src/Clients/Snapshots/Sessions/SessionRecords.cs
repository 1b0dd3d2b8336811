namespace Drydock.Clients.Snapshots;

/// <summary>The records of running dump and load sessions, stored next to the snapshot's files so that a successor
/// finds them.</summary>
internal static class SessionRecords
{
    internal static async Task<string> AddAsync(
        SnapshotLocation location, SnapshotSession session, CancellationToken cancellationToken)
    {
        var name = $"{Folder(location)}{StorageName.Unique()}.json";
        try
        {
            await using var writer = await location.Storage.CreateAsync(name, cancellationToken).ConfigureAwait(false);
            await JsonSerializer.SerializeAsync(
                writer.Content, session, SnapshotJson.Default.SnapshotSession, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return name;
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot write '{name}' in {location.Storage.Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }

    /// <summary>Reads all records; a record truncated by a crash is ignored.</summary>
    internal static async Task<IReadOnlyList<SnapshotSession>> ReadAsync(
        SnapshotLocation location, CancellationToken cancellationToken)
    {
        var sessions = new List<SnapshotSession>();
        foreach (var entry in await location.Storage.ListAsync(
            Folder(location), cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(location, entry.Name, cancellationToken).ConfigureAwait(false) is { } session)
            {
                sessions.Add(session);
            }
        }

        return sessions;
    }

    internal static async Task ClearAsync(
        SnapshotLocation location, string? database, CancellationToken cancellationToken)
    {
        foreach (var entry in await location.Storage.ListAsync(
            Folder(location), cancellationToken).ConfigureAwait(false))
        {
            if (database is null
                || (
                    await ReadAsync(
                        location, entry.Name, cancellationToken).ConfigureAwait(false))?.Database == database)
            {
                await location.Storage.DeleteAsync(entry.Name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<SnapshotSession?> ReadAsync(
        SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocumentReader.ReadAsync(
                location.Storage,
                name,
                SnapshotLimits.Record,
                SnapshotJson.Default.SnapshotSession,
                cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Written by an attempt that died during the write: its session never got past its login.
            return null;
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
        {
            // Removed since it was listed: that session ended normally.
            return null;
        }
    }

    private static string Folder(SnapshotLocation location) => $"{location.Prefix}sessions/";
}

/// <summary>A server session that belongs to a dump or a load.</summary>
/// <param name="SnapshotId">The snapshot.</param>
/// <param name="Database">The database it dumps or loads; empty for a session found only by its marker.</param>
/// <param name="ConnectionId">CONNECTION_ID() on the server.</param>
/// <param name="Host">The client address as shown in the process list.</param>
/// <param name="ServerKey">Which server (<c>MySqlServerIdentity.Key</c>).</param>
public sealed record SnapshotSession(
    string SnapshotId, string Database, ulong ConnectionId, string Host, string ServerKey);
