namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>Upgrades in states that metrics and traces read.</summary>
internal sealed class MadeRuns
{
    /// <summary>A moment that every time is counted from.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    public List<OmsUpgrade> All { get; } = [];

    public RunSource Source =>
        new(OmsUpgradeSample.Sampling.Kind, OmsUpgradeSample.Sampling.Results, () => All.Select(Read));

    public static RunSample Read(OmsUpgrade upgrade) => OmsUpgradeSample.Sampling.Read(upgrade);

    public static OmsUpgrade Upgrade(string name, OmsUpgradeStatus status) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "oms", Uid = $"uid-of-{name}" },
        Spec = new OmsUpgradeSpec { Approval = ApprovalPolicy.Automatic, FromVersion = "3.2.2", ToVersion = "4.2.2" },
        Status = status,
    };

    /// <summary>A status with these conditions True, since <see cref="Start"/>, and the kstatus trio
    /// complete.</summary>
    public static SystemStatus Down(DateTimeOffset since) => new() { State = SystemState.Down, Since = since };

    public static OmsUpgradeStatus Status(string phase, string reason, params string[] holding) => new()
    {
        Phase = phase,
        StartedAt = Start,
        Conditions =
        [
            .. new[]
            {
                ConditionTypes.Ready, ConditionTypes.Reconciling, ConditionTypes.Stalled, ConditionTypes.Held,
                ConditionTypes.Failed, ConditionTypes.Succeeded, ConditionTypes.RolledBack,
            }.Select(type => new Condition
            {
                Type = type,
                Status = holding.Contains(type, StringComparer.Ordinal) ? "True" : "False",
                Reason = reason,
                LastTransitionTime = Start,
            }),
        ],
    };

    /// <summary>A plan of steps as <c>StopOld/oms-a=Running</c>; those begun have times, a minute each.</summary>
    public static PlanProgress Plan(params string[] steps) => new StoredPlan
    {
        Hash = "sha256:1",
        Steps =
        [
            .. steps.Select((text, i) =>
            {
                var (id, state) = (text.Split('=')[0], Enum.Parse<StepState>(text.Split('=')[1]));
                return new StoredStep
                {
                    Id = id,
                    Node = id.Split('/')[1],
                    Action = id.Split('/')[0] + "Action",
                    State = state,
                    Attempt = state == StepState.Pending ? 0 : 1,
                    Reason = state == StepState.Failed ? "StepFailed" : null,
                    StartedAt = state == StepState.Pending ? null : Start.AddMinutes(i),
                    FinishedAt = state is StepState.Succeeded or StepState.Failed ? Start.AddMinutes(i + 1) : null,
                };
            }),
        ],
    }.AsRun();
}
