namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checks hosts: package, space for it, versions of its programs, memory, CPUs, clocks. Changes
/// nothing.</summary>
internal sealed class TiDbHostPreflight(TiDbTargets targets, Findings findings)
{
    // Compressed programs grow when they are unpacked, and archive and contents exist at the same time for a while.
    private const int RoomFactor = 4;
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(5);

    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public Task<TiDbHostFacts?> LookAsync(string host, CancellationToken cancellationToken) =>
        findings.LookAsync<TiDbHostFacts>(
            async () =>
            {
                var files = targets.Hosts.Files(host);
                var request = Spec.Package(host);
                var package = await files.PackageAsync(request, cancellationToken);
                if (package.IsComplete)
                {
                    foreach (var program in request.Programs)
                    {
                        if (await PrepareTiDbPackage.WrongVersionAsync(
                            targets, host, program, cancellationToken) is { } wrong)
                        {
                            findings.Add(Reasons.VersionMismatch, wrong, host, "spec.package");
                        }
                    }
                }
                else if (package.IsWrong || Spec.Package.Archives.Count == 0)
                {
                    findings.Add(
                        package.IsWrong ? Reasons.PackageCorrupt : Reasons.PackageMissing,
                        $"{host}: {package.Problem}", host, "spec.package");
                }
                else
                {
                    await RoomAsync(host, cancellationToken);
                }

                var (memory, cpus) = await files.MachineAsync(cancellationToken);
                return new TiDbHostFacts(host, package, memory, cpus, await files.ClockAsync(cancellationToken));
            },
            host);

    public void Clocks(IReadOnlyList<TiDbHostFacts> looks) => findings.CheckClocks(
        [.. looks.Select(l => (l.Host, l.Clock))], LargestSkew,
        static skew =>
            $"The clocks of {skew.Behind} and {skew.Ahead} differ by at least {skew.AtLeast.TotalSeconds:0.0} s "
            + $"(error of the measurement: {skew.Error.TotalSeconds:0.0} s), expected at most "
            + $"{LargestSkew.TotalSeconds:0} s. Repair NTP.");

    private async Task RoomAsync(string host, CancellationToken cancellationToken)
    {
        var needed = 0L;
        foreach (var archive in Spec.Package.Archives)
        {
            if (archive is { Storage: { } place, Path: { } path })
            {
                var storage = await targets.Context.Storages.OpenAsync(
                    place, targets.Context.Upgrade.Metadata.Namespace, cancellationToken);
                if (await storage.StatAsync(path, cancellationToken) is { } found)
                {
                    needed += found.Bytes * RoomFactor;
                }
                else
                {
                    findings.Add(
                        Reasons.PackageMissing,
                        $"{path} does not exist in {storage.Description}. Copy it there, or correct the path.",
                        field: $"spec.package.archives[{archive.Name}].path");
                }
            }
        }

        var free = await targets.Hosts.Files(host).FreeBytesAsync(Spec.Package.Directory, cancellationToken);
        if (free < needed)
        {
            findings.Add(
                Reasons.NoSpace,
                $"{Spec.Package.Directory} on {host} has {free / 1048576} MiB free; {needed / 1048576} MiB are needed "
                + "to unpack the archives. Free space.",
                host, "spec.package.directory");
        }
    }
}

/// <summary>A host as preflight found it.</summary>
/// <param name="Memory">Its memory in bytes.</param>
internal sealed record TiDbHostFacts(string Host, PackageState Package, long Memory, int Cpus, ClockReading Clock);

/// <summary>Finds out whether the backup can be stored and found again: the storage's mark is written and read back,
/// recipients are tried.</summary>
internal sealed class BackupPreflight(TiDbTargets targets, Findings findings)
{
    private const string Field = "spec.tidb.backup.storage";

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (targets.Settings.Backup is not { } backup)
        {
            return;
        }

        await findings.CheckAsync(() => StorageAsync(backup.Storage!, cancellationToken), field: Field);
        if (backup.Encryption is { } encryption)
        {
            await findings.CheckAsync(
                () => new AgeRecipients().CheckAsync(encryption.Recipients, cancellationToken),
                field: "spec.tidb.backup.encryption.recipients");
        }
    }

    private async Task StorageAsync(StorageSpec place, CancellationToken cancellationToken)
    {
        var storage = await targets.Context.Storages.OpenAsync(
            place, targets.Context.Upgrade.Metadata.Namespace, cancellationToken);
        var written = await storage.EnsureMarkAsync(cancellationToken);
        if ((await storage.ReadMarkAsync(cancellationToken))?.StorageId != written.StorageId)
        {
            findings.Add(
                Reasons.StorageUnusable,
                $"{storage.Description} does not return the marker file that preflight wrote. Check that it is "
                + "the right volume or bucket.",
                field: Field);
        }
    }
}
