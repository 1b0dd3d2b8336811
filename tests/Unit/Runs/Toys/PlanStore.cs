namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>Status as the API server keeps it: versions, conflicts, whole seconds.</summary>
internal sealed class PlanStore
{
    private readonly List<(PlanProgress Plan, string Json)> _versions = [];
    private readonly HashSet<(string Step, int Attempt, string Receipt)> _receipts = [];

    public PlanStore(PlanProgress plan) => Add(plan);

    public int Version => _versions.Count - 1;

    /// <summary>The newest version, to look at only.</summary>
    public PlanProgress Plan => _versions[^1].Plan;

    public string Json => _versions[^1].Json;

    public RunOutcome? Outcome { get; private set; }

    public Step this[string id] => Plan.Steps.Single(s => s.Id == id);

    /// <summary>A version as its reader gets it: a copy of its own.</summary>
    public PlanProgress Read(int version) => JsonSerializer.Deserialize<PlanProgress>(_versions[version].Json)!;

    public bool IsSame(int version, PlanProgress plan, RunOutcome outcome) =>
        Outcome is not null
        && (Outcome.State, Outcome.StepId, Outcome.Reason, Outcome.Message) == (
            outcome.State, outcome.StepId, outcome.Reason, outcome.Message)
        && _versions[version].Json == JsonSerializer.Serialize(InSeconds(plan));

    /// <summary>Writes; throws if somebody wrote in between.</summary>
    public void Write(int version, PlanProgress plan, RunOutcome outcome)
    {
        if (version != Version)
        {
            throw new StoreException($"409: version {version} is not the newest, which is {Version}");
        }

        Add(plan);
        Outcome = outcome;
        foreach (var step in plan.Steps.Where(s => s.State == StepState.Running))
        {
            _receipts.Add((step.Id, step.Attempt, Text(step)));
        }
    }

    public bool HasReceipt(Step step) => _receipts.Contains((step.Id, step.Attempt, Text(step)));

    /// <summary>A hand edit of what is stored.</summary>
    public void Edit(Func<PlanProgress, PlanProgress> change) => Add(change(Plan));

    private void Add(PlanProgress plan)
    {
        var stored = InSeconds(plan);
        _versions.Add((stored, JsonSerializer.Serialize(stored)));
    }

    private static string Text(Step step) => step.Receipt is null ? "" : string.Join(';', step.Receipt);

    private static PlanProgress InSeconds(PlanProgress plan) =>
        plan.With(plan.Steps.Select(
            s => s.With(r => r with { StartedAt = Seconds(s.StartedAt), FinishedAt = Seconds(s.FinishedAt) })));

    private static DateTimeOffset? Seconds(DateTimeOffset? time) =>
        time is { } t ? new DateTimeOffset(t.UtcTicks - (t.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : null;
}
