using System.Globalization;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Has all databases dumped and verified by a BackupSnapshot of its own (docs/research/oms.md#procedure). The object
/// carries no owner reference, so that nothing that removes the upgrade removes the backup. A second attempt makes
/// another object: no dump is ever overwritten.
/// </summary>
internal sealed class TakeSnapshot(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Receipt key: name of the BackupSnapshot.</summary>
    public const string SnapshotKey = "snapshot";

    /// <summary>Fact: uid of the BackupSnapshot.</summary>
    public const string SnapshotUidFact = "snapshotUid";

    /// <summary>Fact: it was optional and could not be taken.</summary>
    public const string NotTakenFact = "notTaken";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotKey) is not { } name)
        {
            return new Observation.NotStarted();
        }

        var snapshot = await Targets.Kubernetes.GetAsync<BackupSnapshot>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (snapshot is null)
        {
            return new Observation.NotStarted();
        }

        if (snapshot.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Failed(Reasons.SnapshotMissing, $"BackupSnapshot {name} was not made by this upgrade; delete it or retry under another name");
        }

        var status = snapshot.Status;
        return status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded when status.Verified == true => new Observation.Done(
                $"{name}: {status.Databases.Count.ToString(CultureInfo.InvariantCulture)} databases, {(status.SizeBytes ?? 0).ToString(CultureInfo.InvariantCulture)} bytes, verified",
                Fact(SnapshotUidFact, snapshot.Metadata.Uid ?? "")),
            BackupSnapshotPhases.Failed when context.OptionalParameter("optional") == "true" => new Observation.Done(
                $"{name} could not be taken ({status.Message}); what the failed upgrade left is dropped without it", Fact(NotTakenFact, "true")),
            BackupSnapshotPhases.Failed => new Observation.Failed(Reasons.SnapshotFailed, $"BackupSnapshot {name}: {status.Message}"),
            _ => new Observation.Running($"{name} {status?.Phase ?? BackupSnapshotPhases.Pending} {status?.Progress}".TrimEnd()),
        };
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Step.Receipt?.ContainsKey(SnapshotKey) == true
            ? context.Step.Receipt
            : Fact(SnapshotKey, IsSecond(context)
                ? SnapshotNames.BeforeRollback(Targets.Upgrade.Metadata, context.Ordinal())
                : SnapshotNames.Snapshot(Targets.Upgrade.Metadata, context.Ordinal())));

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Upgrade.Metadata;
        var name = context.Receipt(SnapshotKey)!;
        var backup = Targets.Upgrade.Spec.Backup;
        var snapshot = new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = ChildMetadata.Of(name, OmsUpgrade.KindName, upgrade),
            Spec = new BackupSnapshotSpec
            {
                Source = await SnapshotCredentials.SourceAsync(Targets, context.OwnerUid, cancellationToken),
                Databases = [.. context.Parameter("databases").Split(',')],
                Storage = StorageText.Parse(context.Parameter("storage"), Targets.Upgrade.Spec.Backup.Storage),
                Tool = Enum.Parse<DumpTool>(context.Parameter("tool")),
                Threads = int.Parse(context.Parameter("threads"), CultureInfo.InvariantCulture),
                Encryption = context.Parameter("recipients") is { Length: > 0 } recipients ? new EncryptionSpec { Recipients = [.. recipients.Split(',')] } : null,

                // The second one is insurance: it is not to lengthen the outage by a load of its own.
                Verify = IsSecond(context) ? SnapshotVerification.ReadBack : Enum.Parse<SnapshotVerification>(context.Parameter("verify")),
                IdentitySecretRef = backup.IdentitySecretRef,
                Timeout = Targets.Upgrade.Spec.Timeouts.Backup,
            },
        };
        try
        {
            await Targets.Kubernetes.CreateAsync(snapshot, cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier life of this attempt made it; the next look reads whose it is.
        }
    }

    // Of the way back: what the new version wrote, before it is dropped. Never under a name of the first one.
    private static bool IsSecond(StepContext context) => context.OptionalParameter("second") == "true";

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextSnapshotChangeAsync(context.Receipt(SnapshotKey)!, cancellationToken);
}
