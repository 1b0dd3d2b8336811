using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Checks, without changing anything, whether a load can succeed.</summary>
internal sealed class LoadChecks(DumpCodec coder, SnapshotToolOptions options, TimeProvider time)
{
    private const int Parallelism = 4;

    /// <summary>
    /// Reads all files of the database and compares them with the manifest. The rows for myloader are staged if the
    /// request allows it, nothing else is staged and there is room.
    /// </summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        DatabaseLoad load, CancellationToken cancellationToken)
    {
        var staged = load.Request.Staging?.IsEmpty != true
            ? null
            : await TryStageAsync(load, cancellationToken).ConfigureAwait(false);
        if (staged is null)
        {
            return await FilesAsync(
                load, load.Database.StoredFiles, staged: null, cancellationToken).ConfigureAwait(false);
        }

        var kept = false;
        try
        {
            var findings = await WithRestAsync(load, staged, cancellationToken).ConfigureAwait(false);
            if (findings.Count == 0)
            {
                load.Request.Staging!.Keep(load, staged);
                kept = true;
            }

            return findings;
        }
        finally
        {
            if (!kept)
            {
                staged.Dispose();
            }
        }
    }

    /// <summary>
    /// Copies the files for myloader into a scratch directory and verifies everything else, so that no defect of the
    /// snapshot can appear later. Null if myloader is not needed.
    /// </summary>
    /// <exception cref="SnapshotException">Something is wrong with the snapshot.</exception>
    internal async Task<StagedRows?> StageAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        if (load.Request.AlreadyChecked && load.Request.Staging?.Take(load) is { } kept)
        {
            return kept;
        }

        var staged = await FetchAsync(load, cancellationToken).ConfigureAwait(false);
        try
        {
            var findings = load.Request.AlreadyChecked
                ? staged?.Findings ?? []
                : await WithRestAsync(load, staged, cancellationToken).ConfigureAwait(false);
            DumpCheck.ThrowIfAny(findings, $"Snapshot {load.Location.Id} cannot be loaded");
            return staged;
        }
        catch
        {
            staged?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads the named files and compares their contents, together with the staged files, with the manifest.
    /// </summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> FilesAsync(
        DatabaseLoad load, IReadOnlyList<SnapshotFile> files, StagedRows? staged, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Verifying, time);
        var findings = new ConcurrentQueue<SnapshotFinding>();
        var contents = new ConcurrentBag<(SnapshotFile File, DumpSummary Summary)>(staged?.Contents ?? []);
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                try
                {
                    var stored = await coder.ReadAsync(
                        load.Location.Storage,
                        load.Location.Prefix + file.Name,
                        new DumpReadRequest(file, load.Database.Name, load.Names),
                        load.DecryptionKey,
                        ReadDepth.Scanned,
                        sink: null,
                        meter,
                        token).ConfigureAwait(false);
                    foreach (var finding in DumpCheck.Stored(load.Database.Name, file, stored, opened: true))
                    {
                        findings.Enqueue(finding);
                    }

                    contents.Add((file, stored.Summary!));
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
                {
                    findings.Enqueue(DumpCheck.Missing(load.Database.Name, file, load.Location.Storage));
                }
            }).ConfigureAwait(false);
        if (!findings.IsEmpty || staged?.Findings.Count > 0)
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

    private async Task<IReadOnlyList<SnapshotFinding>> WithRestAsync(
        DatabaseLoad load, StagedRows? staged, CancellationToken cancellationToken)
    {
        var rest = load.Database.StoredFiles.Where(
            static f => f.Part is not (SnapshotPart.Rows or SnapshotPart.Metadata)).ToList();
        return [
            .. staged?.Findings ?? [],
            .. await FilesAsync(load, rest, staged, cancellationToken).ConfigureAwait(false)];
    }

    // An optimization: without a scratch directory or room in it, the check continues without staging, and the load
    // reports the problem.
    private async Task<StagedRows?> TryStageAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        try
        {
            var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Verifying, time);
            return await StagedRows.FetchAsync(load, coder, options, meter, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.StorageUnusable)
        {
            return null;
        }
    }

    private async Task<StagedRows?> FetchAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        // Only the rows of one database are staged at a time.
        load.Request.Staging?.Clear();
        var scan = !load.Request.AlreadyChecked;
        var meter = new ProgressMeter(
            load.Request.Progress, load.Database.Name, scan ? SnapshotStage.Verifying : SnapshotStage.Staging, time);
        return await StagedRows.FetchAsync(load, coder, options, meter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks what the server would refuse.</summary>
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
