namespace Drydock.Crds.Plans;

/// <summary>A plan and what happened of it: steps and guards, each with its record. Immutable.</summary>
[JsonConverter(typeof(PackedRun))]
[SchemaOf(typeof(PackedPlan))]
public sealed class PlanProgress(Plan plan, RunRecord record)
{
    public Plan Plan => plan;

    public RunRecord Record => record;

    public string Hash => plan.Hash;

    public int Number => plan.Number;

    public string Id => plan.Id;

    public string? Hold => plan.Hold;

    public string? SpecHash => plan.SpecHash;

    public DateTimeOffset? CompiledAt => plan.CompiledAt;

    public ImmutableList<string> Notes => plan.Notes;

    /// <inheritdoc cref="Plan.Tag"/>
    public string Tag => plan.Tag;

    /// <summary>The steps in their order.</summary>
    public ImmutableList<Step> Steps
    {
        get => field ??= plan.Steps.ConvertAll(
            s => new Step(s, record.Steps.GetValueOrDefault(s.Id, StepRecord.None)));
        private init;
    }

    /// <summary>What must stay true meanwhile.</summary>
    public ImmutableList<Guard> Guards =>
        field ??= [.. plan.Guards.Select(g => new Guard(g, record.Guards.GetValueOrDefault(g.Id, GuardRecord.None)))];

    /// <summary>As it is stored, if this operator cannot read it: nothing is known of it but its head.</summary>
    public JsonElement? Unreadable { get; internal init; }

    /// <summary>The latest version that wrote it; null if it was not stored, or cannot be read.</summary>
    public Version? WrittenBy { get; internal init; }

    public bool IsDone => Unreadable is null && Steps.TrueForAll(s => s.State == StepState.Succeeded);

    /// <inheritdoc cref="StepRecord.HasEverBegun"/>
    public bool HasEverBegun => Steps.Exists(s => s.HasEverBegun);

    /// <summary>Whether there is something to show of it: it has begun, or had nothing to do.</summary>
    public bool HasBegunOrIsDone => HasEverBegun || IsDone;

    public Step? Step(string id) => Steps.Find(s => s.Id == id);

    internal string Packed
    {
        get => field ??= PackedRun.Pack(this);
        init;
    }

    /// <summary>A plan of which nothing has happened.</summary>
    public static PlanProgress Of(Plan plan) => new(plan, RunRecord.None);

    /// <summary>A plan with other steps and guards, each with its record.</summary>
    public static PlanProgress Of(Plan plan, IReadOnlyCollection<Step> steps, IReadOnlyCollection<Guard> guards) => new(
        plan with { Steps = [.. steps.Select(s => s.Planned)], Guards = [.. guards.Select(g => g.Planned)] },
        RunRecord.None.With(steps, guards))
    {
        Steps = [.. steps],
    };

    /// <summary>A plan whose steps, in their order, may stand there more than once.</summary>
    public static PlanProgress Of(Plan plan, ImmutableList<Step> steps) => new(plan, RunRecord.None) { Steps = steps };

    /// <summary>The same record of another plan, which has the steps that the record has.</summary>
    public PlanProgress With(Plan other) => new(other, record) { Unreadable = Unreadable, WrittenBy = WrittenBy };

    /// <summary>The plan with the records of these steps, in any order.</summary>
    public PlanProgress With(IEnumerable<Step> steps, params IEnumerable<Guard> guards) =>
        new(plan, record.With(steps, guards)) { WrittenBy = WrittenBy };
}
