using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Preflight;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.SnapshotRestores;

/// <summary>
/// The claims of a restore: one Lease for each of its databases on its server, of the same name as the claim of an upgrade whose metadata database it is.
/// So two restores of one database exclude each other, and an upgrade and a restore of its database; the upgrade whose way back the restore is lends its own.
/// </summary>
internal sealed class RestoreClaims(RestoreServices services)
{
    /// <summary>Names of the claims, for the receipt, before they are taken.</summary>
    public static IReadOnlyList<string> Names(string server, IEnumerable<string> databases) =>
        [.. databases.Select(d => TargetClaims.NameOf(TargetIdentity.Of(server, d))).Order(StringComparer.Ordinal)];

    /// <summary>Takes all of them, or none; a restore that has begun keeps those it has.</summary>
    /// <returns>Null if they are ours now; otherwise who is in the way, and how to go on.</returns>
    public async Task<string?> TakeAsync(SnapshotRestore restore, string server, IReadOnlyList<string> databases, string? upgradeUid, CancellationToken cancellationToken)
    {
        // In one order for everybody, so that two restores never wait for each other.
        foreach (var identity in databases.Select(d => TargetIdentity.Of(server, d)).OrderBy(TargetClaims.NameOf, StringComparer.Ordinal))
        {
            var name = TargetClaims.NameOf(identity);
            var present = await services.Kubernetes.GetAsync<V1Lease>(name, services.Claims.Namespace, cancellationToken);
            if (present is not null && present.Spec.HolderIdentity == upgradeUid)
            {
                continue;
            }

            if (await services.Claims.TakeAsync(identity, restore, cancellationToken) is { } holder)
            {
                await GiveWayAsync(restore, server, databases, cancellationToken);
                return $"{holder} holds {identity}; it goes on when that one lets go. If that object no longer exists, look at the database first, then delete the Lease {services.Claims.Namespace}/{name}";
            }
        }

        // Only now: an upgrade stores its claim and looks for ours, so of the two at least one sees the other.
        if (await UpgradeAsync(server, databases, upgradeUid, cancellationToken) is { } upgrade)
        {
            await GiveWayAsync(restore, server, databases, cancellationToken);
            return upgrade;
        }

        return null;
    }

    /// <summary>Lets go of those of them that this restore holds.</summary>
    public async Task ReleaseAsync(SnapshotRestore restore, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await services.Claims.ReleaseAsync(name, restore.Metadata.Uid!, cancellationToken);
        }
    }

    /// <summary>Lets go of what the receipt names.</summary>
    public Task ReleaseAsync(SnapshotRestore restore, CancellationToken cancellationToken) => ReleaseAsync(
        restore, restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Claims)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [], cancellationToken);

    // What is half restored stays claimed: nobody else may work on it.
    private Task GiveWayAsync(SnapshotRestore restore, string server, IEnumerable<string> databases, CancellationToken cancellationToken) =>
        RestoreProgressOf.HasBegun(restore.Status) ? Task.CompletedTask : ReleaseAsync(restore, Names(server, databases), cancellationToken);

    // An upgrade claims its rm database alone; that it works on the others too stands in its plan.
    private async Task<string?> UpgradeAsync(string server, IReadOnlyList<string> databases, string? upgradeUid, CancellationToken cancellationToken)
    {
        var upgrades = await services.Kubernetes.ListAsync<OmsUpgrade>(services.WatchNamespace, cancellationToken: cancellationToken);
        foreach (var upgrade in upgrades.Items.Where(u => u.Metadata.Uid != upgradeUid && u.Status?.Target is { Claim: not null, Identity: { } identity } && identity.StartsWith(server + "/", StringComparison.Ordinal)))
        {
            if (DatabasesOf(upgrade).Intersect(databases, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } common)
            {
                return $"{OmsUpgrade.KindName} {upgrade.Metadata.Namespace}/{upgrade.Metadata.Name} works on {string.Join(", ", common)}; it goes on when that one lets go";
            }
        }

        return null;
    }

    private static IEnumerable<string> DatabasesOf(OmsUpgrade upgrade) =>
        (upgrade.Status!.Plan?.Steps ?? [])
            .Select(s => s.Parameters.GetValueOrDefault("databases"))
            .OfType<string>()
            .SelectMany(d => d.Split(','));
}
