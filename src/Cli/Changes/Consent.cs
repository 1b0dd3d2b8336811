namespace Drydock.Cli.Changes;

/// <summary>What an administrator must know before a run is continued: what is lost, and what stops.</summary>
internal static class Consent
{
    private const string Restore = "RestoreDatabases";
    private const string Snapshot = "TakeSnapshot";
    private const string Stop = "StopContainer";
    private const string Test = "TestSchema";

    /// <summary>Sentences about the steps up to the next hold; empty if they destroy and stop nothing.</summary>
    /// <param name="approved">Names of the holds that are agreed to.</param>
    public static string Of(Run run, IReadOnlyCollection<string> approved)
    {
        if (run.ActivePlan is not { } plan)
        {
            return "";
        }

        var others = (run.Status?.Holds ?? []).Select(hold => hold.Name)
            .Concat(run.Spec.HoldBefore)
            .Except(approved, StringComparer.Ordinal)
            .ToList();
        var steps = plan.Steps
            .Where(step => step.State == StepState.Pending)
            .TakeWhile(step => !others.Exists(name => HoldNames.Covers(name, plan, step)))
            .ToList();
        return Sentences.Join(
            [
                .. steps.Where(step => step.Action == Restore).Select(Dropped),
                steps.Exists(step => step is { Action: Stop, Phase: OmsUpgradePhases.StopOld })
                    && run.DowntimeSince is null
                    ? "OMS goes down, until the upgrade or a rollback ends."
                    : null,
                steps.Exists(step => IsOnlyReadBack(step, plan))
                    ? "The backup is verified: ReadBack. It is not tested whether the server takes its definitions."
                    : null,
                steps.Exists(step => step.PointOfNoReturn)
                    ? "One of these steps is a point of no return: a rollback after it loses data, or is impossible."
                    : null,
            ]);
    }

    // A failed test of the definitions that was accepted proves nothing.
    private static bool IsOnlyReadBack(Step step, PlanProgress plan) =>
        step is { Action: Snapshot, Phase: OmsUpgradePhases.Backup }
        && step.Parameters.GetValueOrDefault("verify") switch
        {
            nameof(SnapshotVerification.ReadBack) => true,
            nameof(SnapshotVerification.Schema) => plan.Steps.Exists(s => s is { Action: Test, Accepted: not null }),
            _ => false,
        };

    private static string Dropped(Step step)
    {
        var names = JsonNode.Parse(step.Parameters["databases"])!.AsArray().Select(name => name!.GetValue<string>());
        return $"This DROPS {string.Join(", ", names)} and restores them from {step.Parameters["snapshot"]}: "
            + "what was written to them since then is lost.";
    }
}
