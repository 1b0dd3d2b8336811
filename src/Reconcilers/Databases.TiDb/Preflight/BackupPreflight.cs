namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Finds out whether the backup can be stored and found again: the storage's mark is written and read back,
/// recipients are tried.</summary>
internal sealed class BackupPreflight(ITiDbTargets targets, Findings findings)
{
    private const string Field = "spec.tidb.backup.storage";

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var backup = targets.Settings().Backup;
        if (backup.Waived)
        {
            return;
        }

        if (backup.Storage is not { } place)
        {
            findings.Add(
                Reasons.InvalidSpec,
                "spec.tidb.backup has no storage. Set it, or waived: true if you have a full backup from elsewhere.",
                field: Field);
            return;
        }

        await findings.LookAsync(() => StorageAsync(place, cancellationToken), field: Field);
        if (backup.Encryption is { } encryption)
        {
            await findings.LookAsync(
                async () =>
                {
                    await new AgeRecipients().CheckAsync(encryption.Recipients, cancellationToken);
                    return true;
                },
                field: "spec.tidb.backup.encryption.recipients");
        }
    }

    private async Task<bool> StorageAsync(StorageSpec place, CancellationToken cancellationToken)
    {
        var storage = await targets.Storages.OpenAsync(place, targets.Upgrade.Metadata.Namespace, cancellationToken);
        var written = await storage.EnsureMarkAsync(cancellationToken);
        if ((await storage.ReadMarkAsync(cancellationToken))?.StorageId != written.StorageId)
        {
            findings.Add(
                Reasons.StorageUnusable,
                $"{storage.Description} does not return the marker file that preflight wrote. Check that it is "
                + "the right volume or bucket.",
                field: Field);
        }

        return true;
    }
}
