namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A toy is always found as the spec says.</summary>
internal sealed class ToyRunDiscovery(string target) : IRunDiscovery<ToyRunSpec, ToyRunStatus>
{
    public const string Target = "the toy box";

    public string TargetIdentity => target;

    public string TargetDescription => "a box of toys";

    public static PlannedStep Step(string id, string phase, List<string> after) => new()
    {
        Id = id,
        Phase = phase,
        Title = $"do {id}",
        Action = $"Toy{phase}",
        MaxAttempts = 1,
        Timeout = "24h",
        After = [.. after],
    };

    public Plan Compile(ToyRunSpec spec)
    {
        var builder = new PlanBuilder();
        var last = builder.Add(Step($"{ToyRunKind.Prepare}/box", ToyRunKind.Prepare, []));
        foreach (var part in spec.Parts)
        {
            last = builder.Add(Step($"{ToyRunKind.Swap}/{part}", ToyRunKind.Swap, [last]));
        }

        last = builder.Add(Step($"{ToyRunKind.Await}/others", ToyRunKind.Await, [last]));
        builder.Add(Step($"{ToyRunKind.Seal}/box", ToyRunKind.Seal, [last]));
        return builder.Build();
    }

    public ToyRunStatus Learn(ToyRunStatus status, ToyRunSpec spec, DateTimeOffset now) =>
        status with { Learned = $"{spec.Parts.Count} parts" };
}
