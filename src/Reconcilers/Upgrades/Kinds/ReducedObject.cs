namespace Drydock.Reconcilers.Upgrades;

/// <summary>The parts of finished objects that a cache keeps: what says that an object is inert, and what metrics
/// report of it. Texts for users are dropped, words of the API are shared, and a step keeps only its state.
/// Pure.</summary>
internal static class ReducedObject
{
    private static readonly ActionItem AnyAction = new();

    private static readonly HashSet<string> Words =
    [
        .. new[] { typeof(ConditionTypes), typeof(Reasons), typeof(RunPhases) }
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!),
        "True",
        "False",
    ];

    // One step a state, named after it: what compares steps must not take them for the steps of a plan.
    private static readonly Dictionary<StepState, Step> Steps = Enum.GetValues<StepState>().ToDictionary(
        state => state, state => new Step(new PlannedStep { Id = $"{state}" }, new StepRecord { State = state }));

    public static V1ObjectMeta Metadata(V1ObjectMeta metadata) => metadata with
    {
        Annotations = metadata.Annotations?.ContainsKey(Annotations.LastApplied) == true
            ? metadata.Annotations.Where(a => a.Key != Annotations.LastApplied).ToDictionary(StringComparer.Ordinal)
            : metadata.Annotations,
    };

    public static RunStatus Status(RunStatus status) => Observed(status) with
    {
        Step = null,
        Active = [],
        Phases = [],
        Steps = [],
        NextAction = null,
        Rollback = null,
        Summary = null,
        RetryWord = null,
        RetryCost = null,
        RetryApproval = null,
        AbortUndoes = null,
        Traceparent = null,
        Plans = status.Plans.ConvertAll(Plan),
        Target = status.Target is null ? null : status.Target with { Addresses = [], Description = null },
        Attempts = [.. status.Attempts.Select(a => a with { Message = null, Step = null })],
        ActionRequired = [.. status.ActionRequired.Select(_ => AnyAction)],
    };

    public static TStatus Observed<TStatus>(TStatus status)
        where TStatus : ObservedStatus => status with
        {
            Phase = status.Phase is { } phase ? Shared(phase) : null,
            Message = null,
            Conditions =
            [
                .. status.Conditions.Select(c => c with
                {
                    Type = Shared(c.Type),
                    Status = Shared(c.Status),
                    Reason = Shared(c.Reason),
                    Message = "",
                }),
            ],
        };

    private static PlanProgress Plan(PlanProgress plan)
    {
        var steps = plan.Steps.ConvertAll(s => Steps[s.State]);
        return PlanProgress.Of(plan.Plan.Reduced(steps.Select(s => s.Planned)), steps);
    }

    private static string Shared(string word) => Words.TryGetValue(word, out var shared) ? shared : word;
}
