namespace Drydock.Reconcilers.Oms;

/// <summary>Whether the projects are as before, as a step found it: kept in the facts of the step, read for the status
/// and action lists.</summary>
/// <param name="Message">Whole sentences; empty for none.</param>
/// <param name="Watched">Whether the links of projects that were running before were watched; their state is then in
/// the actions.</param>
/// <param name="Actions">The fact that names the list of what an administrator has to do about projects; empty for
/// nothing (<see cref="ActionLists"/>).</param>
internal sealed record ProjectVerdict(string Reason, string Message, bool Watched = false, string Actions = "")
{
    private const string ActionsFact = "actions";
    private const string VerifiedFact = "projectsVerified";
    private const string MessageFact = "message";
    private const string WatchedFact = "watched";

    public static ProjectVerdict AsBefore(string message, bool watched = false) =>
        new(Reasons.Done, message, watched);

    public static ProjectVerdict Differs(string message, bool watched = false) =>
        new(Reasons.ProjectsDiffer, message, watched);

    public static ProjectVerdict Unknown(string message, bool watched = false) =>
        new(Reasons.Unverifiable, message, watched);

    public IReadOnlyDictionary<string, string> ToFacts() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [VerifiedFact] = Reason,
        [MessageFact] = SchemaLimits.Clip(Message),
        [ActionsFact] = Actions,
        [WatchedFact] = Watched ? "true" : "false",
    };

    public static ProjectVerdict? Last(PlanProgress plan) =>
        plan.Steps.LastOrDefault(
            s => s.State == StepState.Succeeded && s.Facts?.ContainsKey(VerifiedFact) == true)?.Facts is { } facts
            ? new ProjectVerdict(
                facts[VerifiedFact],
                facts.GetValueOrDefault(MessageFact) ?? "",
                facts.GetValueOrDefault(WatchedFact) == "true",
                facts.GetValueOrDefault(ActionsFact) ?? "")
            : null;
}
