using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The claims of a restore: one Lease for each of its databases on its server, with the same name as the claim
/// of an upgrade that uses the database as its metadata database. So two restores of one database exclude each other,
/// and so do an upgrade and a restore of its database. A restore that is the rollback of an upgrade uses the claim of
/// that upgrade.</summary>
internal sealed class RestoreClaims(RestoreServices services)
{
    public static IReadOnlyList<string> Names(
        SnapshotRestore restore, ServerState server, IEnumerable<string> databases) =>
        [
            .. databases.SelectMany(d => Target(server, d).Names(restore.Metadata.Namespace))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
        ];

    /// <summary>Takes all claims or none; a restore that has started keeps the claims it has.</summary>
    /// <returns>Null if this restore holds all claims, otherwise the holder and the remedy.</returns>
    public async Task<string?> TakeAsync(
        SnapshotRestore restore,
        ServerState server,
        IReadOnlyList<string> databases,
        string? upgradeUid,
        CancellationToken cancellationToken)
    {
        var begun = RestoreProgress.HasBegun(restore.Status);

        // Every restore takes them in the same order, so that two restores never wait for each other.
        foreach (var database in databases.Order(StringComparer.Ordinal))
        {
            var target = Target(server, database);
            if (upgradeUid is not null && await IsLentAsync(restore, target, upgradeUid, cancellationToken))
            {
                continue;
            }

            if (await services.Claims.ClaimAsync(
                target, restore, adopt: false, keep: begun, cancellationToken) is { } holder)
            {
                await GiveWayAsync(restore, server, databases, cancellationToken);
                return $"{holder} holds {target.Identity}. The restore continues automatically when it finishes or is "
                    + "deleted. If that object no longer exists, check the database, then delete the Lease "
                    + $"{holder.Lease}.";
            }
        }

        // Checked after the claims are stored: an upgrade also stores its claim first and then checks for others, so at
        // least one of the two sees the other.
        if (await UpgradeAsync(restore, server, databases, upgradeUid, cancellationToken) is { } upgrade)
        {
            await GiveWayAsync(restore, server, databases, cancellationToken);
            return upgrade;
        }

        return null;
    }

    public Task ReleaseAsync(SnapshotRestore restore, IEnumerable<string> names, CancellationToken cancellationToken) =>
        services.Claims.ReleaseAsync(names, restore.Metadata.Uid!, cancellationToken);

    public Task ReleaseAsync(SnapshotRestore restore, CancellationToken cancellationToken) => ReleaseAsync(
        restore,
        restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Claims)?.Split(
            ',', StringSplitOptions.RemoveEmptyEntries)
            ?? [],
        cancellationToken);

    private static ClaimTarget Target(ServerState server, string database) =>
        new(TargetIdentity.Of(server.Identity, database), server.Addresses);

    // The upgrade holds the claim on the databases of its own rollback, perhaps under other addresses than the restore
    // uses.
    private async Task<bool> IsLentAsync(
        SnapshotRestore restore, ClaimTarget target, string upgradeUid, CancellationToken cancellationToken)
    {
        foreach (var name in target.Names(restore.Metadata.Namespace))
        {
            if ((
                await services.Kubernetes.GetAsync<V1Lease>(
                    name, services.Claims.Namespace, cancellationToken))?.Spec?.HolderIdentity == upgradeUid)
            {
                return true;
            }
        }

        return false;
    }

    // A half restored database stays claimed, so that no other object works on it.
    private Task GiveWayAsync(
        SnapshotRestore restore,
        ServerState server,
        IEnumerable<string> databases,
        CancellationToken cancellationToken) =>
        RestoreProgress.HasBegun(restore.Status)
            ? Task.CompletedTask
            : ReleaseAsync(restore, Names(restore, server, databases), cancellationToken);

    // An upgrade claims only its rm database; its plan names the other databases that it works on.
    private async Task<string?> UpgradeAsync(
        SnapshotRestore restore,
        ServerState server,
        IReadOnlyList<string> databases,
        string? upgradeUid,
        CancellationToken cancellationToken)
    {
        var here = Target(server, databases[0]);
        var claiming = new ListOptions
        {
            Keep = static entity => ((OmsUpgrade)entity).Status?.Target?.Claim is null ? null : entity,
        };
        var upgrades = await services.Scope.ListAsync<OmsUpgrade>(services.Kubernetes, claiming, cancellationToken);
        foreach (var upgrade in
            upgrades.Items.Where(u => u.Metadata.Uid != upgradeUid && u.Status?.Target?.Claim is not null))
        {
            if (ClaimTarget.Of(upgrade.Status!.Target) is { } there
                && here.IsOnServerOf(there, restore.Metadata.Namespace, upgrade.Metadata.Namespace)
                && DatabasesOf(upgrade)
                    .Intersect(databases, StringComparer.OrdinalIgnoreCase)
                    .ToList() is { Count: > 0 } common)
            {
                return $"{OmsUpgrade.KindName} {upgrade.Metadata.Namespace}/{upgrade.Metadata.Name} works on "
                    + $"{string.Join(", ", common)}. The restore continues automatically when that upgrade finishes or "
                    + "is deleted.";
            }
        }

        return null;
    }

    private static IEnumerable<string> DatabasesOf(OmsUpgrade upgrade) =>
        (upgrade.Status!.Plan?.Steps ?? []).SelectMany(StepDatabases.Of);
}
