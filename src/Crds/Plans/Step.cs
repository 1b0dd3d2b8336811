namespace Drydock.Crds.Plans;

/// <summary>A step of a plan, and what happened to it.</summary>
public sealed record Step(PlannedStep Planned, StepRecord Record)
{
    public string Id => Planned.Id;
    public string Phase => Planned.Phase;
    public string? Node => Planned.Node;
    public string Title => Planned.Title;
    public ImmutableList<string> After => Planned.After;
    public string Action => Planned.Action;
    public IReadOnlyDictionary<string, string> Parameters => Planned.Parameters;
    public bool RunOnce => Planned.RunOnce;
    public bool PointOfNoReturn => Planned.PointOfNoReturn;
    public StepState State => Record.State;
    public int Attempt => Record.Attempt;
    public int Failures => Record.Failures;
    public DateTimeOffset? StartedAt => Record.StartedAt;
    public DateTimeOffset? FinishedAt => Record.FinishedAt;
    public string? Reason => Record.Reason;
    public string? Message => Record.Message;
    public bool Acceptable => Record.Acceptable;
    public StepAcceptance? Accepted => Record.Accepted;
    public IReadOnlyDictionary<string, string>? Receipt => Record.Receipt;
    public IReadOnlyDictionary<string, string>? Facts => Record.Facts;
    public bool HasBegun => Record.HasBegun;
    public bool HasEverBegun => Record.HasEverBegun;

    /// <summary>The part of its id after the phase.</summary>
    public string Name => PlannedStep.NameInId(Id);

    /// <summary>The value recorded under a key: a fact, otherwise an entry of the receipt; null if neither.</summary>
    public string? Recorded(string key) => Facts?.GetValueOrDefault(key) ?? Receipt?.GetValueOrDefault(key);

    /// <summary>A time that is recorded under a key; null if there is none.</summary>
    public DateTimeOffset? RecordedTime(string key) =>
        DateTimeOffset.TryParse(
            Recorded(key), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
