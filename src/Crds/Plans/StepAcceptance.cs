namespace Drydock.Crds.Plans;

/// <summary>Who let a failed step count as done, when, and which verdict was overruled.</summary>
[NotInReference]
public sealed record StepAcceptance
{
    /// <summary>Where the acceptance came from. Plan: a failure of this step is only listed.</summary>
    public AcceptedBy By { get; init; }

    /// <summary>When the step began to count as done.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The reason of the failure. The message of the step has its text.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Reason { get; init; } = "";
}
