namespace Drydock.Reconcilers.Upgrades;

/// <summary>The consent to the restore of a redo, given with the retry that asks for it: a retry that names the phase
/// that restores, <c>RestoreDatabases@HASH.N</c>, for the plan in which the command was lost. After <c>Retry@HASH.N</c>
/// the redo is held before the restore. Pure.</summary>
internal static class RestoreConsent
{
    /// <summary>The consent among retries that are taken up; null if they have none.</summary>
    public static GivenWord? Find(IRunRedo redo, RunObject entity, IReadOnlyList<string> retries) =>
        RunWords.Given(entity).FirstOrDefault(given =>
            given.Kind == WordKind.Retry && given.Word?.What == redo.Phase
            && retries.Contains(given.Text, StringComparer.Ordinal));

    /// <summary>The status with the consent recorded as approvals of the redo plan: the phase that restores passes its
    /// hold, and its points of no return pass every hold.</summary>
    public static RunStatus Record(IRunRedo redo, RunStatus status, GivenWord given, DateTimeOffset now)
    {
        var plan = status.Plan!;
        var dropping = plan.Steps.Where(s => s.Phase == redo.Phase && s.PointOfNoReturn).Select(s => s.Id);
        return status with
        {
            Approvals =
            [
                .. status.Approvals,
                .. dropping.Prepend(redo.Phase)
                    .Select(name => RunWords.Used(given, now) with { Word = Word.For(name, plan) }),
            ],
        };
    }
}
