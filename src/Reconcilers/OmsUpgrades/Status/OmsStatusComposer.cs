using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Running;
using Drydock.Reconcilers.OmsUpgrades.Steps;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>Writes down where an upgrade stands. Pure: the same plan and outcome give the same status.</summary>
internal static class OmsStatusComposer
{
    /// <summary>Status for a standing outside the plans (preflight, waiting for the target).</summary>
    public static OmsUpgradeStatus Compose(OmsUpgrade upgrade, OmsUpgradeStatus status, Standing standing, DateTimeOffset now)
    {
        var over = standing.Kind is StandingKind.Succeeded or StandingKind.PlanReady or StandingKind.RolledBack || standing.Back || status.UpgradeStands();
        status = status with
        {
            ObservedGeneration = upgrade.Metadata.Generation,
            Phase = standing.Phase,
            Step = standing.Step,
            Message = SchemaLimits.Clip(standing.Message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = over ? status.FinishedAt ?? now : null,
            Progress = status.Plan(PlanSlots.Active(status)) is { } plan ? Progress(plan) : null,
        };
        return status with { Conditions = OmsConditions.Build(status, standing, now, upgrade.Metadata.Generation) };
    }

    /// <summary>Status for a plan under way.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="status">Its status before.</param>
    /// <param name="slot">Which of its plans.</param>
    /// <param name="plan">The plan as it is now.</param>
    /// <param name="outcome">What the advance came to.</param>
    /// <param name="now">The time.</param>
    /// <param name="adjust">What else has a say in the standing (deletion, an ignored change of spec); null for nothing.</param>
    public static OmsUpgradeStatus Compose(
        OmsUpgrade upgrade, OmsUpgradeStatus status, PlanSlot slot, Plan plan, RunOutcome outcome, DateTimeOffset now, Func<Standing, Standing>? adjust = null)
    {
        status = status.With(slot, plan) with { Findings = [] };
        var (there, back) = (status.Plan, status.RollbackPlan);
        status = status with
        {
            Times = UpgradeMoments.Of(status),
            SnapshotRef = Snapshot(there?.Step(StepIds.Snapshot)) ?? status.SnapshotRef,
            RollbackSnapshotRef = back is null ? status.RollbackSnapshotRef : Snapshot(back.Step(RollbackIds.Snapshot)),
            RenamedProjects = there is null ? status.RenamedProjects : status.WentBack() ? [] : RenamedProjects.Of(there),
            Nodes = [.. status.Nodes.Select(n => Node(upgrade.Spec, status, n))],
        };
        if (outcome.State == RunState.Succeeded)
        {
            status = status with { ActionRequired = slot == PlanSlot.Rollback ? RollbackActionList.Compile(upgrade.Spec, status) : ForwardActions(upgrade.Spec, status) };
        }

        var standing = OmsStandings.Read(upgrade, status, slot, plan, outcome);
        return Compose(upgrade, status, adjust is null ? standing : adjust(standing), now);
    }

    /// <summary>What preflight learned, for status.</summary>
    public static OmsUpgradeStatus Discovered(OmsUpgradeStatus status, OmsUpgradeSpec spec, OmsDiscovery discovery, DateTimeOffset now) => status with
    {
        Findings = [],
        HighAvailability = new HighAvailabilityStatus
        {
            Method = spec.HighAvailability.Method,
            Present = discovery.HighAvailability.Present,
            EnabledBefore = discovery.HighAvailability.Enabled,
            Before = discovery.HighAvailability.Raw,
        },
        Projects = discovery.ProjectsAreKnown ? Projects(discovery.Projects, now) : null,
        Nodes =
        [
            .. discovery.Nodes.Select(n => new OmsNodeStatus { Name = n.Name, Container = n.OldContainer, Image = n.OldImage, ImageID = n.OldImageId, Version = spec.FromVersion }),
        ],
        Target = (status.Target ?? new TargetStatus()) with
        {
            Identity = TargetIdentity(discovery),
            Description = $"OMS on {string.Join(", ", discovery.Nodes.Select(n => n.Name))} with {discovery.Metadata.Server}",
        },
    };

    /// <summary>What the target is, as the server itself says.</summary>
    public static string TargetIdentity(OmsDiscovery discovery) => Preflight.TargetIdentity.Of(discovery.Metadata.ServerIdentity, discovery.Metadata.RmDatabase);

    // The reference is stored once the name stands in a receipt, so that nothing else is ever taken for it.
    private static SnapshotReference? Snapshot(PlanStep? step) =>
        step?.Receipt is { } receipt && receipt.GetValueOrDefault(TakeSnapshot.SnapshotKey) is { } name && !receipt.ContainsKey(TakeSnapshot.NotTakenFact)
            ? new SnapshotReference { Name = name, Uid = receipt.GetValueOrDefault(TakeSnapshot.SnapshotUidFact) }
            : null;

    private static List<ActionItem> ForwardActions(OmsUpgradeSpec spec, OmsUpgradeStatus status) =>
        OmsActionList.Compile(spec, status, status.Plan!) is var actions && status.CleanupPlan is { } cleanup && DoneWork.Done(cleanup)
            ? [.. actions.Where(a => a.Reason != Reasons.RemoveOldContainers)]
            : actions;

    private static string Progress(Plan plan) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Steps.Count(s => s.State == StepState.Succeeded)}/{plan.Steps.Count}");

    private static OmsNodeStatus Node(OmsUpgradeSpec spec, OmsUpgradeStatus status, OmsNodeStatus node)
    {
        if (status.RollbackPlan?.Step(RollbackIds.StartOld(node.Name)) is { State: StepState.Succeeded } back)
        {
            return node with
            {
                Container = back.Parameters["name"],
                Image = back.Receipt?.GetValueOrDefault(StartOldContainer.ImageFact),
                ImageID = back.Receipt?.GetValueOrDefault(StartOldContainer.ImageIdFact),
                Version = spec.FromVersion,
            };
        }

        if (status.Plan?.Step(StepIds.StartNew(node.Name)) is not { State: StepState.Succeeded } started)
        {
            return node;
        }

        var created = status.Plan.Step(StepIds.Create(node.Name));
        return node with
        {
            Container = started.Parameters["container"],
            Image = created?.Parameters["image"],
            ImageID = status.Plan.Step(StepIds.Image(node.Name))?.Receipt?.GetValueOrDefault(PrepareImage.ImageIdFact),
            Version = spec.ToVersion,
        };
    }

    private static ProjectsStatus Projects(IReadOnlyList<OmsProject> projects, DateTimeOffset now) => new()
    {
        RecordedAt = now,
        Migration = projects.Count(p => p.Kind == OmsProjectKind.Migration),
        Synchronization = projects.Count(p => p.Kind == OmsProjectKind.Sync),
        ByStatus = new SortedDictionary<string, int>(
            projects.GroupBy(p => p.Status, StringComparer.Ordinal).Take(64).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), StringComparer.Ordinal),
        Items =
        [
            .. projects.Take(SchemaLimits.Projects).Select(p => new ProjectStatus
            {
                Kind = p.Kind == OmsProjectKind.Migration ? ProjectKind.Migration : ProjectKind.Synchronization,
                Id = SchemaLimits.Clip(p.Id, SchemaLimits.ShortName),
                Name = SchemaLimits.Clip(p.Name, SchemaLimits.Name),
                Status = SchemaLimits.Clip(p.Status, SchemaLimits.ShortName),
                Components = p.Components is { Length: > 0 } components ? SchemaLimits.Clip(components, SchemaLimits.Name) : null,
            }),
        ],
    };
}
