namespace Drydock.Clients.Snapshots;

/// <summary>Checks, without changing anything, whether a load can succeed.</summary>
internal sealed class LoadChecks(DumpCodec coder, TimeProvider time)
{
    private const int Parallelism = 4;

    /// <summary>Reads all files of the database and compares them with the manifest.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> FilesAsync(
        DatabaseLoad load, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Verifying, time);
        var findings = new ConcurrentQueue<SnapshotFinding>();
        var contents = new ConcurrentBag<(SnapshotFile File, DumpSummary Summary)>();
        await Parallel.ForEachAsync(
            load.Database.StoredFiles,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                try
                {
                    var stored = await coder.ReadAsync(
                        load.Location.Storage,
                        load.Location.Prefix + file.Name,
                        new DumpReadRequest(file, load.Names),
                        load.DecryptionKey,
                        ReadDepth.Decoded,
                        sink: null,
                        meter,
                        token).ConfigureAwait(false);
                    foreach (var finding in DumpCheck.Stored(load.Database.Name, file, stored, opened: true))
                    {
                        findings.Enqueue(finding);
                    }

                    if (stored.Summary is { } summary)
                    {
                        contents.Add((file, summary));
                    }
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
                {
                    findings.Enqueue(DumpCheck.Missing(load.Database.Name, file, load.Location.Storage));
                }
            }).ConfigureAwait(false);
        if (!findings.IsEmpty)
        {
            return [.. findings];
        }

        List<SnapshotFinding> all = [.. DumpCheck.Contents(load.Database, [.. contents])];
        if (load.Target != load.Database.Name && contents.Any(static c => c.Summary.NamesDatabase))
        {
            all.Add(new SnapshotFinding(
                SnapshotFailure.InvalidRequest,
                load.Database.Name,
                $"The dump of {load.Database.Name} changes that database by its name (ALTER DATABASE, for routines or "
                    + "triggers made under another collation): it can be loaded only under its own name, not as "
                    + $"{load.Target}."));
        }

        return all;
    }

    /// <summary>Does the same before a load, unless it was just done.</summary>
    /// <exception cref="SnapshotException">Something is wrong with the snapshot.</exception>
    internal async Task RequireGoodFilesAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        if (!load.Request.AlreadyChecked)
        {
            DumpCheck.ThrowIfAny(
                await FilesAsync(load, cancellationToken).ConfigureAwait(false),
                $"Snapshot {load.Location.Id} cannot be loaded");
        }
    }

    internal static async Task<IReadOnlyList<SnapshotFinding>> ServerAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        var where = load.Request.Connection.Describe();
        var limit = await session.AskAsync(
            c => MySqlServer.VariableAsync(c, "max_allowed_packet", cancellationToken)).ConfigureAwait(false);
        var longest = load.Database.File.LargestStatementBytes;
        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= longest)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.PacketTooLarge, load.Database.Name, string.Create(
                CultureInfo.InvariantCulture,
                $"{load.Database.Name}: the longest statement of the dump has {longest} bytes, but max_allowed_packet "
                    + $"of {where} is {bytes}. Increase it.")));
        }

        foreach (var variable in (string[])["read_only", "super_read_only", "innodb_read_only"])
        {
            // A user with the privilege to write despite read_only would write into a replica.
            var value = await session.AskAsync(
                c => MySqlServer.VariableAsync(c, variable, cancellationToken)).ConfigureAwait(false);
            if (value is not (null or "0" or "OFF" or ""))
            {
                findings.Add(new SnapshotFinding(
                    SnapshotFailure.ReadOnlyServer,
                    load.Database.Name,
                    $"{where} is read-only ({variable}={value}): it may be a replica. "
                        + "Use the primary server, or make this server writable."));
                break;
            }
        }

        return findings;
    }
}
