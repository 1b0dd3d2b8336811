namespace Drydock.Clients.Snapshots;

/// <summary>
/// Keeps the rows of one database that a check has fetched, verified and decoded for myloader until they are loaded, so
/// that they are fetched only once. Owned by the code that checks and loads; disposing removes rows that were not
/// loaded. Thread-safe.
/// </summary>
public sealed class SnapshotStaging : IDisposable
{
    private readonly Lock _guard = new();
    private (string Key, StagedRows Rows)? _kept;
    private bool _over;

    internal bool IsEmpty
    {
        get
        {
            lock (_guard)
            {
                return _kept is null && !_over;
            }
        }
    }

    /// <summary>Removes rows that were not loaded.</summary>
    public void Dispose()
    {
        lock (_guard)
        {
            _over = true;
        }

        Clear();
    }

    internal void Keep(DatabaseLoad load, StagedRows rows)
    {
        lock (_guard)
        {
            if (_kept is null && !_over)
            {
                _kept = (KeyOf(load), rows);
                return;
            }
        }

        rows.Dispose();
    }

    /// <summary>
    /// The rows of exactly these files, if they are still staged; the caller owns them then.
    /// </summary>
    internal StagedRows? Take(DatabaseLoad load)
    {
        StagedRows rows;
        lock (_guard)
        {
            if (_kept is not { } kept || kept.Key != KeyOf(load))
            {
                return null;
            }

            rows = kept.Rows;
            _kept = null;
        }

        if (rows.IsWhole)
        {
            return rows;
        }

        rows.Dispose();
        return null;
    }

    internal void Clear()
    {
        StagedRows? rows;
        lock (_guard)
        {
            rows = _kept?.Rows;
            _kept = null;
        }

        rows?.Dispose();
    }

    // The hash covers all files of the database, so a changed manifest does not match.
    private static string KeyOf(DatabaseLoad load) =>
        $"{load.Location.Storage.Description} {load.Location.Prefix} {load.Manifest.CreatedAt:O} {load.Database.Name} "
            + $"{load.Database.File.Sha256}";
}
