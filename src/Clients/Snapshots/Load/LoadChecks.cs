using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Looks, without changing anything, whether a load can succeed.</summary>
internal sealed class LoadChecks(ObjectCoder coder, SnapshotToolOptions options, TimeProvider time)
{
    private const int Parallelism = 4;

    /// <summary>
    /// Brings what myloader needs into a scratch directory and verifies everything else, so that nothing of the snapshot can be found wanting later.
    /// Null where no myloader is needed.
    /// </summary>
    /// <exception cref="SnapshotException">Something is wrong with the snapshot.</exception>
    internal async Task<StagedRows?> StageAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Verifying, time);
        var scan = !load.Request.AlreadyChecked;
        var staged = await StagedRows.FetchAsync(load, coder, options, scan, meter, cancellationToken).ConfigureAwait(false);
        try
        {
            var findings = new List<SnapshotFinding>(staged?.Findings ?? []);
            if (scan)
            {
                var rest = load.Database.StoredFiles.Where(static f => f.Part is not (SnapshotPart.Rows or SnapshotPart.Metadata)).ToList();
                findings.AddRange(await FilesAsync(load, rest, staged, cancellationToken).ConfigureAwait(false));
            }

            DumpCheck.ThrowIfAny(findings, $"Snapshot {load.Location.Id} cannot be loaded");
            return staged;
        }
        catch
        {
            staged?.Dispose();
            throw;
        }
    }

    /// <summary>Reads the named files and, with what is staged already, compares their contents with the manifest.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> FilesAsync(DatabaseLoad load, IReadOnlyList<SnapshotFile> files, StagedRows? staged, CancellationToken cancellationToken)
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
                    var stored = await coder.ReadAsync(load.Location.Storage, load.Location.Prefix + file.Name, load.ReadKey, ReadDepth.Scanned, sink: null, meter, token).ConfigureAwait(false);
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
                $"The dump of {load.Database.Name} changes that database by its name (ALTER DATABASE, for routines or triggers made under another collation): it can be loaded under its own name only, not as {load.Target}."));
        }

        return all;
    }

    /// <summary>What the server would refuse.</summary>
    internal static async Task<IReadOnlyList<SnapshotFinding>> ServerAsync(DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        var where = load.Request.Connection.Describe();
        var limit = await session.AskAsync(c => MySqlServer.VariableAsync(c, "max_allowed_packet", cancellationToken)).ConfigureAwait(false);
        var longest = load.Database.File.LargestStatementBytes;
        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= longest)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.PacketTooLarge, load.Database.Name, string.Create(
                CultureInfo.InvariantCulture, $"{load.Database.Name}: the longest statement of the dump has {longest} bytes, max_allowed_packet of {where} is {bytes}; set it higher.")));
        }

        foreach (var variable in (string[])["read_only", "super_read_only", "innodb_read_only"])
        {
            // Whoever has the privilege to write all the same would write into a replica.
            var value = await session.AskAsync(c => MySqlServer.VariableAsync(c, variable, cancellationToken)).ConfigureAwait(false);
            if (value is not (null or "0" or "OFF" or ""))
            {
                findings.Add(new SnapshotFinding(
                    SnapshotFailure.ReadOnlyServer, load.Database.Name, $"{where} is read-only ({variable}={value}): it may be a replica; name the server that is written to, or set it writable."));
                break;
            }
        }

        return findings;
    }
}
