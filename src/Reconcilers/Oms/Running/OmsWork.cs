using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the specs of OmsUpgrade and the steps of its plans mean to a run. Until T1 everything is undone.
/// </summary>
internal sealed class OmsWork : IRunWork<OmsUpgradeSpec>
{
    /// <inheritdoc />
    public string IdentityHash(OmsUpgradeSpec spec) => Oms.IdentityHash.Of(spec);

    /// <inheritdoc />
    public string PreflightTimeout(OmsUpgradeSpec spec) => spec.Timeouts.Preflight;

    /// <inheritdoc />
    public TimeSpan TimeoutOf(OmsUpgradeSpec spec, PlanStep step) => IsManual(step)
        ? AwaitManualHighAvailability.Patience
        : KubernetesDuration.Parse(spec.Timeouts.Of(step.Phase));

    /// <inheritdoc />
    public bool IsPastUndo(Plan plan) => OmsPlanProgress.IsPastT1(plan);

    /// <inheritdoc />
    public bool Changed(Plan plan) => OmsPlanProgress.Changed(plan);

    /// <inheritdoc />
    public bool OnlyWaits(PlanStep step) => OmsActions.OnlyWaits(step.Action);

    /// <inheritdoc />
    public string? HeldBy(PlanStep step) => IsManual(step) ? Reasons.AwaitingManualChange : null;

    /// <inheritdoc />
    public IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan)
    {
        var server = targetIdentity[..Math.Max(targetIdentity.LastIndexOf('/'), 0)];
        return
        [
            .. plan.Steps.Select(s => s.Parameters.GetValueOrDefault("databases"))
                .OfType<string>()
                .SelectMany(d => d.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Select(d => TargetIdentity.Of(server, d))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static bool IsManual(PlanStep step) => step.Action == OmsActions.AwaitManualHighAvailability;
}
