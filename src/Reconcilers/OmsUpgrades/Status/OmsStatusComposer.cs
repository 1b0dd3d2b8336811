using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Steps;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>Writes down where an upgrade stands. Pure: the same plan and outcome give the same status.</summary>
internal static class OmsStatusComposer
{
    /// <summary>Status for a standing outside the plan (preflight, waiting for the target).</summary>
    public static OmsUpgradeStatus Compose(OmsUpgrade upgrade, OmsUpgradeStatus status, Standing standing, DateTimeOffset now)
    {
        status = status with
        {
            ObservedGeneration = upgrade.Metadata.Generation,
            Phase = standing.Phase,
            Step = standing.Step,
            Message = SchemaLimits.Clip(standing.Message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = standing.Kind is StandingKind.Succeeded or StandingKind.PlanReady ? status.FinishedAt ?? now : null,
            Progress = status.Plan is { } plan ? Progress(plan) : null,
        };
        return status with { Conditions = OmsConditions.Build(status, standing, now, upgrade.Metadata.Generation) };
    }

    /// <summary>Status for a plan under way.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="status">Its status before.</param>
    /// <param name="plan">The plan as it is now.</param>
    /// <param name="outcome">What the advance came to.</param>
    /// <param name="now">The time.</param>
    /// <param name="adjust">What else has a say in the standing (deletion, an ignored change of spec); null for nothing.</param>
    public static OmsUpgradeStatus Compose(OmsUpgrade upgrade, OmsUpgradeStatus status, Plan plan, RunOutcome outcome, DateTimeOffset now, Func<Standing, Standing>? adjust = null)
    {
        status = status with { Plan = plan, Findings = [] };
        var snapshot = plan.Steps.Find(s => s.Id == StepIds.Snapshot)?.Receipt;
        status = status with
        {
            Times = Times(plan),
            SnapshotRef = snapshot?.GetValueOrDefault(TakeSnapshot.SnapshotKey) is { } name
                ? new SnapshotReference { Name = name, Uid = snapshot.GetValueOrDefault(TakeSnapshot.SnapshotUidFact) }
                : status.SnapshotRef,
            Nodes = [.. status.Nodes.Select(n => Node(upgrade.Spec, plan, n))],
            ActionRequired = outcome.State == RunState.Succeeded ? OmsActionList.Compile(upgrade.Spec, status, plan) : status.ActionRequired,
        };
        var standing = Read(status, plan, outcome);
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
        Projects = Projects(discovery.Projects, now),
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

    private static Standing Read(OmsUpgradeStatus status, Plan plan, RunOutcome outcome)
    {
        var phase = plan.Steps.Find(s => s.Id == outcome.StepId)?.Phase ?? plan.Steps.Find(s => s.State != StepState.Succeeded)?.Phase ?? OmsUpgradePhases.Settle;
        var running = string.Join(", ", plan.Steps.Where(s => s.State == StepState.Running).Select(s => s.Id));
        var manual = outcome.State == RunState.Working
            && plan.Steps.Exists(s => s.State == StepState.Running && s.Action == OmsActions.AwaitManualHighAvailability);
        return outcome.State switch
        {
            RunState.Succeeded => new Standing(
                StandingKind.Succeeded,
                OmsUpgradePhases.Succeeded,
                status.ActionRequired.Count > 0 ? Reasons.SucceededWithActions : Reasons.Succeeded,
                Finished(status, plan)),
            RunState.Working => new Standing(StandingKind.Progressing, phase, manual ? Reasons.AwaitingManualChange : Reasons.Running, outcome.Message) { Step = running, Held = manual },
            RunState.Held => new Standing(StandingKind.Progressing, phase, Reasons.Held, outcome.Message) { Step = outcome.StepId, Held = true },
            RunState.Paused => new Standing(StandingKind.Progressing, phase, Reasons.Paused, outcome.Message) { Step = outcome.StepId },
            RunState.Stopped => new Standing(StandingKind.Progressing, phase, Reasons.Undoing, outcome.Message) { Step = outcome.StepId },
            RunState.Failed => new Standing(StandingKind.Stalled, OmsUpgradePhases.Failed, outcome.Reason, Failure(plan, outcome)) { Step = outcome.StepId, Failed = true },
            _ => new Standing(StandingKind.Stalled, phase, outcome.Reason, outcome.Message) { Step = outcome.StepId },
        };
    }

    private static string Failure(Plan plan, RunOutcome outcome)
    {
        var step = plan.Steps.Find(s => s.Id == outcome.StepId);
        var output = step?.OutputRef is { } secret ? $" The end of its output is in Secret {secret}." : "";
        var refused = outcome.RetryRefused is { } why ? $" The retry was not carried out: {why}." : "";
        var onlyRestored = step is { Retry: RetryRule.RestoreFirst, StartedAt: not null } && outcome.Reason != EngineReasons.StepTimeout;
        var wayOut = onlyRestored
            ? "a retry token alone never repeats it, it runs again only on restored data"
            : "after the repair set a new spec.retry or annotate drydock.dev/retry=<token>";
        return $"{outcome.Message}.{output}{refused} Nothing more is started; {wayOut}".Replace("..", ".", StringComparison.Ordinal);
    }

    private static string Finished(OmsUpgradeStatus status, Plan plan) =>
        $"all {plan.Steps.Count.ToString(CultureInfo.InvariantCulture)} steps succeeded"
        + (status.Times?.Downtime is { } downtime ? $", downtime {downtime}" : "")
        + (status.ActionRequired.Count > 0 ? $"; {status.ActionRequired.Count.ToString(CultureInfo.InvariantCulture)} entries in status.actionRequired are for a person" : "");

    private static string Progress(Plan plan) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Steps.Count(s => s.State == StepState.Succeeded)}/{plan.Steps.Count}");

    private static UpgradeTimes? Times(Plan plan)
    {
        var stopped = plan.Steps.Where(s => s.Action == OmsActions.StopContainer).Select(s => Time(s, StopContainer.FinishedAtFact)).OfType<DateTimeOffset>().ToList();
        if (stopped.Count == 0)
        {
            return null;
        }

        var t1 = stopped.Min();
        var enable = plan.Steps.Find(s => s.Id == StepIds.EnableHA);
        var t2 = enable is { State: StepState.Succeeded } ? Time(enable, EnableHighAvailability.EnabledAtFact) : null;
        return new UpgradeTimes { T1 = t1, T2 = t2, Downtime = t2 is null ? null : KubernetesDuration.Format(t2.Value - t1) };
    }

    private static DateTimeOffset? Time(PlanStep step, string fact) =>
        step.Receipt?.GetValueOrDefault(fact) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;

    private static OmsNodeStatus Node(OmsUpgradeSpec spec, Plan plan, OmsNodeStatus node)
    {
        if (plan.Steps.Find(s => s.Id == StepIds.StartNew(node.Name)) is not { State: StepState.Succeeded } started)
        {
            return node;
        }

        var created = plan.Steps.Find(s => s.Id == StepIds.Create(node.Name));
        return node with
        {
            Container = started.Parameters["container"],
            Image = created?.Parameters["image"],
            ImageID = plan.Steps.Find(s => s.Id == StepIds.Image(node.Name))?.Receipt?.GetValueOrDefault(PrepareImage.ImageIdFact),
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
            }),
        ],
    };
}
